import ArgumentParser
import ChildProcesses
import Cluster
import Foundation
import MPI
import Networks
import Storage
import Training

struct Bench: ProgramCommand {
    static let configuration = CommandConfiguration(
        abstract: "The article's table on this machine: seconds per epoch, by engine and number of workers.",
        discussion: """
            Runs this program anew for every figure, and mpirun for those on ranks; repeats go round all figures, so that \
            a machine that slows down slows all. The slow engines are timed on a part, and marked as extrapolated.
            """)

    @OptionGroup var dataOptions: DataOptions
    @Option(help: "classifier, autoencoder, or sizes such as 784x30x10.")
    var model = "classifier"
    @Option(help: "Engines, separated by commas.")
    var engines = "scalar,matrix,frontprop,backprop"
    @Option(help: "Numbers of workers, separated by commas [1 and the cores].")
    var workers: String?
    @Option(help: "How several workers run: threads, ranks, or threads,ranks [both; threads where there is no MPI].")
    var layouts: String?
    @Option(help: "Processes for each figure.")
    var repeats = 5
    @Option(help: "Epochs of a process; the first is not timed where there are several.")
    var epochs = 3
    @Option(help: "The first samples that scalar is timed on.")
    var scalarSamples = 50
    @Option(help: "The first samples that matrix is timed on.")
    var matrixSamples = 1000
    @Option(help: "float32 or float64.")
    var precision = Precision.float32
    @Option(help: "The launcher's words; {ranks} and {threads} stand for the numbers.")
    var launcher = ChildLauncher.standard
    @Option(help: "text, markdown or json, on standard output.")
    var format = Format.text
    @Option(help: "Also write bench.txt, bench.md and bench.json to this folder.")
    var output: String?
    @Flag(help: "No progress on standard error.")
    var quiet = false

    enum Format: String, CaseIterable, ExpressibleByArgument { case text, markdown, json }

    func validate() throws {
        _ = try parseTopology(model)
        try requireLimits([
            ("--repeats", repeats, 1...10_000), ("--epochs", epochs, 1...1_000_000),
            ("--scalar-samples", scalarSamples, samplesRange), ("--matrix-samples", matrixSamples, samplesRange),
        ])
        try ChildLauncher.validate(launcher)
        _ = try chosenEngines()
        _ = try chosenLayouts()
    }

    private func chosenEngines() throws -> [GradientMethod] {
        let names = engines.split(separator: ",")
        guard !names.isEmpty else { throw ValidationError("--engines must name one at least.") }
        return try names.map {
            guard let engine = GradientMethod(rawValue: String($0)) else {
                throw ValidationError("'\($0)' is no engine: expected some of scalar, matrix, frontprop, backprop.")
            }
            return engine
        }
    }

    private func chosenLayouts() throws -> [Layout] {
        let cores = Cores.usable
        let counts = try workers.map {
            try $0.split(separator: ",", omittingEmptySubsequences: false).map { text in
                guard let count = Int(text), threadsRange.contains(count) else {
                    throw ValidationError("'\(text)' is no number of workers: expected some from 1 to 1024.")
                }
                return count
            }
        }
        let all = MPI.Environment.isMPILinked ? "threads,ranks" : "threads"
        let kinds = (layouts ?? all).split(separator: ",").map(String.init)
        guard !kinds.isEmpty, kinds.allSatisfy({ ["threads", "ranks"].contains($0) }) else {
            throw ValidationError("--layouts must be threads, ranks, or threads,ranks.")
        }
        return (counts ?? (cores == 1 ? [1] : [1, cores])).flatMap { count in
            count == 1
                ? [Layout(ranks: 1, threads: 1)]
                : kinds.map { $0 == "threads" ? Layout(ranks: 1, threads: count) : Layout(ranks: count, threads: 1) }
        }
    }

    func run(in environment: Environment) throws {
        guard !environment.isLaunched else {
            throw Failure(.usage, "start bench without mpirun: it starts mpirun itself, as often as it needs it")
        }
        let dataset = try dataOptions.source.load()
        var table = BenchTable(
            model: try parseTopology(model).description, data: dataOptions.data, samples: dataset.train.count,
            precision: precision.rawValue, repeats: repeats, cpu: Cores.processorName, cores: Cores.online,
            date: Date().formatted(.iso8601.year().month().day()),
            command: "frontprop " + CommandLine.arguments.dropFirst().joined(separator: " "),
            version: frontpropVersion, cells: [])
        let samples = dataset.train.count
        table.cells = try ChildProcess.wait { try await measure(samples: samples) }
        let text = table.text + "\n"
        if let output {
            try AtomicFile.createFolder(output)
            try AtomicFile.write(text, to: output + "/bench.txt")
            try AtomicFile.write(table.markdown + "\n", to: output + "/bench.md")
            try AtomicFile.write(try table.json() + "\n", to: output + "/bench.json")
        }
        switch format {
        case .text: try Console.write(text)
        case .markdown: try Console.print(table.markdown)
        case .json: try Console.print(try table.json())
        }
    }

    /// What a process of one figure measured.
    private struct Timing {
        let seconds: Double
        let weights: String
    }

    private func measure(samples: Int) async throws -> [BenchTable.Cell] {
        let figures = try chosenEngines().flatMap { engine in
            try chosenLayouts().map { (engine: engine, layout: $0) }
        }
        // One number of slices, so that all layouts do the same work and end with the same bits.
        let slices = Slicing.ladder(workers: try chosenLayouts().map { $0.ranks * $0.threads }.max()!)
        var timings = figures.map { _ in [Timing]() }
        for turn in 1...repeats {
            for (index, figure) in figures.enumerated() {
                let part = timedSamples(figure.engine, of: samples)
                if !quiet {
                    Console.say(
                        "\(turn)/\(repeats) \(figure.engine.rawValue), \(figure.layout.ranks) ranks × "
                            + "\(figure.layout.threads) threads, \(part) samples")
                }
                let timing = try await time(figure.engine, figure.layout, samples: part, slices: slices)
                timings[index].append(timing)
            }
        }
        return zip(figures, timings).map { figure, timings in
            let part = timedSamples(figure.engine, of: samples)
            return BenchTable.Cell(
                engine: figure.engine, ranks: figure.layout.ranks, threads: figure.layout.threads, samples: part,
                isExtrapolated: part < samples,
                seconds: timings.map { $0.seconds * Double(samples) / Double(part) },
                weights: Set(timings.map(\.weights)))
        }
    }

    private func timedSamples(_ engine: GradientMethod, of samples: Int) -> Int {
        switch engine {
        case .scalar: min(samples, scalarSamples)
        case .matrix: min(samples, matrixSamples)
        case .frontprop, .backprop: samples
        }
    }

    /// One process, or one job of ranks.
    private func time(
        _ engine: GradientMethod, _ layout: Layout, samples: Int, slices: Int
    ) async throws -> Timing {
        let folder = try Folder.createTemporary("bench")
        defer { Folder.remove(folder) }
        // Once through a part is enough for the slowest; the others warm up first.
        let epochs = engine == .scalar ? 1 : self.epochs
        let arguments = [
            "train", "--json", "--model", model, "--data", dataOptions.data, "--train-limit", "\(samples)",
            "--test-limit", "100", "--epochs", "\(epochs)", "--gradient", engine.rawValue, "--precision",
            precision.rawValue, "--slices", "\(slices)", "--threads", "\(layout.threads)", "--run", folder,
            "--checkpoint-every", "1000000",
        ]
        let starter = layout.ranks == 1 ? ChildLauncher.none : ChildLauncher(launcher)
        let run: ChildProcess
        do {
            run = try await starter.run(
                arguments, ranks: layout.ranks, threads: layout.threads, limitSeconds: GradientCost.longestSeconds
            ).succeeded()
        } catch let limit as ChildProcess.TimeLimitExceeded {
            throw Failure(
                .internalError, "\(engine.rawValue) on \(samples) samples did not end within \(limit.seconds) seconds")
        }
        let objects = run.lines.compactMap {
            try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
        }
        let started = objects.filter { $0["event"] as? String == "start" }.map {
            ChildLauncher.Started(ranks: $0["ranks"] as? Int ?? 0, workers: $0["workers"] as? Int ?? 0)
        }
        if let fault = starter.fault(layout, started: started) { throw Failure(.mpiSetup, fault) }
        let seconds = objects.filter { $0["event"] as? String == "epoch" }.compactMap { $0["train_seconds"] as? Double }
        let timed = seconds.dropFirst(seconds.count > 1 ? 1 : 0).sorted()
        guard seconds.count == epochs, let weights = objects.last?["weights_sha256"] as? String else {
            throw Failure(.internalError, "\(run.command.joined(separator: " ")) printed no timings")
        }
        return Timing(seconds: timed[timed.count / 2], weights: weights)
    }
}
