import ArgumentParser
import ChildProcesses
import Cluster
import Foundation
import MPI
import Networks
import Reporting
import Storage
import Training

struct ScalingCommand: ProgramCommand {
    static let configuration = CommandConfiguration(
        commandName: "scaling",
        abstract: "Strong and weak scaling experiments, run and reported.",
        discussion: """
            Trains on every layout, each repeat as a fresh start of the launcher, in a random order. Started again with \
            the same --run it goes on where it was interrupted. Exit code 1 when some points failed.
            """)

    @OptionGroup var layout: LayoutOptions
    @Option(help: "strong: the batch stays; weak: it grows with the workers.")
    var kind = CommaSeparated(["strong", "weak"])
    @Option(help: "exact, allreduce, or both, separated by a comma.")
    var reduction = CommaSeparated(["exact"])
    @Option(help: "Runs of each point; six are the fewest that give a 95 % interval.")
    var repeats = 6
    @Option(help: "Runs before all others, recorded apart.")
    var warmUp = 1
    @Option(help: "Seed of the order of the runs.")
    var orderSeed: UInt64 = 1
    @Option(help: "Seconds that one run may take.")
    var timeLimit = 600.0
    @Option(help: "The network's rate in bits/s, to be recorded.")
    var linkRate: Double?
    @Option(help: "Cores of a node that are its own, where several hosts share a machine [all of the node].")
    var coresPerNode: Int?

    @Option(help: "As in train.") var model = "classifier"
    @OptionGroup var dataOptions: DataOptions
    @Option(help: "Of each run; the first is its warm-up, and not counted.") var epochs = 4
    @Option(
        help: "Samples of a minibatch, or of the set where steps are of all of it; with weak scaling, of each worker.")
    var batchSize = 1000
    @Option(help: "One value for all points [the ladder's for the largest layout].") var slices: Int?
    @Option(help: "As in train.") var precision: Precision?
    @Option(help: "As in train.") var gradient = GradientMethod.frontprop
    @Option(name: .customLong("run"), help: "Where everything is written [runs/<time>-scaling].")
    var folder: String?
    @Argument(parsing: .postTerminator, help: "Further options for train, after --.")
    var trainOptions: [String] = []

    func validate() throws {
        _ = try parseTopology(model)
        for kind in kind.values where kind != "strong" && kind != "weak" {
            throw ValidationError("'\(kind)' is no kind of scaling: expected strong, weak, or strong,weak.")
        }
        for name in reduction.values where Reduction(rawValue: name) == nil {
            throw ValidationError("'\(name)' is no reduction: expected exact, allreduce, or exact,allreduce.")
        }
        try requireLimits([
            ("--repeats", repeats, 1...10_000), ("--warm-up", warmUp, 0...10_000), ("--epochs", epochs, 2...1 << 31),
            ("--batch-size", batchSize, samplesRange), ("--slices", slices, slicesRange),
            ("--cores-per-node", coresPerNode, 1...LayoutOptions.mostWorkers),
        ])
        let workers = layout.layouts.map(\.workers).max()!
        guard !kind.values.contains("weak") || batchSize <= samplesRange.upperBound / workers else {
            throw ValidationError(
                "--batch-size must be at most \(samplesRange.upperBound / workers): with weak scaling, each of \(workers) "
                    + "workers has as many.")
        }
        if let linkRate, !(1...1e15).contains(linkRate) {
            throw ValidationError("--link-rate must be at least 1 and at most 1e15 bits/s, not \(linkRate).")
        }
        // A point would say another value than its run had.
        let own = [
            "model", "data", "train-limit", "test-limit", "epochs", "batch-size", "slices", "reduction", "threads",
            "run",
        ]
        let passed = trainOptions.map { $0.prefix { $0 != "=" } }
        if let both = own.first(where: { passed.contains("--\($0)") }) {
            throw ValidationError("--\(both) is an option of scaling itself: give it before the --.")
        }
        guard timeLimit > 0, timeLimit <= 1e7 else {
            throw ValidationError("--time-limit must be positive and at most 1e7 seconds, not \(timeLimit).")
        }
    }

    func run(in environment: Environment) throws {
        guard !environment.isLaunched else {
            if environment.world.rank > 0 { throw ExitCode(ExitStatus.usage.rawValue) }
            throw Failure(.usage, "start scaling by itself: it starts mpirun for each of its runs")
        }
        let folder = self.folder ?? "runs/" + nameByTime("scaling")
        let experiment = try ScalingExperiment(folder: folder, options: self)
        let failed = try ChildProcess.wait { try await experiment.run() }
        try conclude(folder)
        if failed > 0 {
            Console.say("frontprop: \(failed) points failed; the same command runs them again")
            throw ExitCode(1)
        }
    }

    /// Writes the report, and says the essential.
    private func conclude(_ folder: String) throws {
        let report: ScalingReport
        do {
            report = try ScalingReport(folders: [folder])
        } catch let failure as Failure where failure.status == .badData {
            return  // Nothing but failures: they have been told.
        }
        try report.writeModels(to: folder + "/model.json")
        try Console.print(report.summary)
        try AtomicFile.write(try ChildProcess.wait { [report] in try await report.html() }, to: folder + "/report.html")
        try Console.print("report: \(folder)/report.html")
    }
}

/// The name of a folder where none was given.
func nameByTime(_ name: String) -> String {
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.dateFormat = "yyyy-MM-dd-HHmmss"
    return "\(format.string(from: Date()))-\(name)"
}
