import Cluster
import Foundation
import Kernels
import MPI
import Networks
import RandomNumbers
import Reporting
import Storage
import Training

/// The runs of a scaling experiment: which there are, in which order, and which are done.
struct ScalingExperiment: Sendable {
    /// One run of the launcher.
    struct Trial: Sendable {
        enum Work: Sendable {
            case training(ScalingPoint.Kind, Reduction)
            case communication
        }

        var work: Work
        var layout: Layout
        var `repeat`: Int
        var isWarmUp = false
        var id = ""
        var order = 0
    }

    let folder: String
    let options: ScalingCommand
    /// The optimiser and the arithmetic of its training runs.
    let training: Configuration
    let slices: Int
    private(set) var trials: [Trial] = []
    private let launchers: [Layout: ChildLauncher]

    var pointsFile: String { folder + "/points.jsonl" }

    /// Plans the runs, and makes the folder.
    ///
    /// - Throws: `Failure` where the file of hosts is missing, or the folder cannot be made.
    init(folder: String, options: ScalingCommand) throws {
        self.folder = folder
        self.options = options
        training = options.training
        let layouts = options.layout.layouts
        launchers = try Dictionary(
            layouts.map { ($0, try options.layout.launcher(for: $0)) }, uniquingKeysWith: { first, _ in first })
        slices = options.slices ?? Slicing.ladder(workers: layouts.map(\.workers).max()!)
        let planned = plan(layouts)
        var numbers = PhiloxSequence(Philox(seed: options.orderSeed, purpose: .check))
        let warmUps = planned.filter(\.isWarmUp)
        let shuffled = planned.filter { !$0.isWarmUp }.shuffled(using: &numbers)
        trials = (warmUps + shuffled).enumerated().map { order, trial in
            var trial = trial
            trial.order = order + 1
            trial.id = identifier(of: trial)
            return trial
        }
        try AtomicFile.createFolder(folder + "/runs")
    }

    private func plan(_ layouts: [Layout]) -> [Trial] {
        let kinds = options.kind.values.compactMap(ScalingPoint.Kind.init)
        let works = kinds.flatMap { kind in
            options.reduction.values.compactMap(Reduction.init).map { Trial.Work.training(kind, $0) }
        }
        let warmUps = (0..<options.warmUp).map {
            Trial(work: works[0], layout: layouts[0], repeat: $0 + 1, isWarmUp: true)
        }
        let repeats = 1...options.repeats
        let training = repeats.flatMap { number in
            works.flatMap { work in layouts.map { Trial(work: work, layout: $0, repeat: number) } }
        }
        // A loop is the ranks' alone: one number of threads will do.
        let threads = options.layout.threads.values.min()!
        let loops = repeats.flatMap { number in
            layouts.filter { $0.ranks > 1 && $0.threads == threads }.map {
                Trial(work: .communication, layout: $0, repeat: number)
            }
        }
        return warmUps + training + loops
    }

    // MARK: Commands

    /// What is passed to `frontprop` for `trial`, but for where it writes.
    func arguments(of trial: Trial) -> [String] {
        switch trial.work {
        case .communication:
            let count = topology.parameterCount
            let isFloat = training.precision == .float32
            let words = (isFloat ? Float.exactWords : Double.exactWords) * count + 4
            return [
                "communication", "--words", [1, words / 16, words / 4, words].map(String.init).joined(separator: ","),
                isFloat ? "--floats" : "--doubles", "\(count + 4)", "--threads", "\(trial.layout.threads)",
            ]
        case .training(_, let reduction):
            var words = ["train", "--json", "--model", options.model, "--data", options.dataOptions.data]
            if let limit = options.dataOptions.trainLimit, !isOfWholeSets { words += ["--train-limit", "\(limit)"] }
            if let limit = options.dataOptions.testLimit { words += ["--test-limit", "\(limit)"] }
            words += ["--epochs", "\(options.epochs)"]
            words += [isOfWholeSets ? "--train-limit" : "--batch-size", "\(batchSize(of: trial))"]
            words += ["--precision", training.precision.rawValue, "--gradient", training.gradient.rawValue]
            words += ["--reduction", reduction.rawValue, "--threads", "\(trial.layout.threads)"]
            if reduction == .exact { words += ["--slices", "\(slices)"] }
            return words + options.trainOptions
        }
    }

    var topology: Topology { Topology(options.model)! }

    func batchSize(of trial: Trial) -> Int {
        let size = isOfWholeSets ? options.dataOptions.trainLimit ?? options.batchSize : options.batchSize
        if case .training(.weak, _) = trial.work { return size * trial.layout.workers }
        return size
    }

    /// Whether a step is one of the whole set, which is the batch then.
    private var isOfWholeSets: Bool { !training.optimizer.isOfMinibatches && training.optimizer != .genetic }

    func launcher(of layout: Layout) -> ChildLauncher { launchers[layout]! }

    /// Tells apart all that can change a result, so that only the same point counts as done.
    private func identifier(of trial: Trial) -> String {
        let launch = launcher(of: trial.layout).words
        let labels = ["\(options.linkRate ?? 0)", "\(options.coresPerNode ?? 0)"]
        let words = (launch + arguments(of: trial) + labels).joined(separator: "\n")
        let digest = Array(words.utf8).withUnsafeBytes { SHA256Digest.hex(of: $0) }
        let name =
            switch trial.work {
            case .training(let kind, let reduction): "\(kind.rawValue)-\(reduction.rawValue)-b\(batchSize(of: trial))"
            case .communication: "communication"
            }
        let place = "r\(trial.layout.ranks)t\(trial.layout.threads)"
        return "\(name)-\(place)-\(digest.prefix(8))-\(trial.isWarmUp ? "warmup" : "")\(trial.repeat)"
    }

    // MARK: Running

    /// Runs what is not done yet. - Returns: how many points failed.
    ///
    /// - Throws: `Failure` where nothing can be run or written.
    func run() async throws -> Int {
        let done = try donePoints()
        let left = trials.filter { !done.contains($0.id) }
        try record(left.count, load: try await LoadWatch().before)
        try Console.print(
            "\(counted(trials.count, "run")), \(trials.count - left.count) of them done already; \(counted(slices, "slice")); "
                + "order by seed \(options.orderSeed); in \(folder)")
        var runner = ScalingRunner(experiment: self)
        var failed = 0
        for trial in left {
            let points = try await runner.points(of: trial)
            try JSONLines.append(points, to: pointsFile)
            try writeTable()
            if points.contains(where: \.failed) { failed += 1 }
            try Console.print("[\(trial.order)/\(trials.count)] \(points.map(\.line).last ?? "")")
        }
        return failed
    }

    /// The trials that need not be run again: all of their points are there. A loop writes several, `trial/1-of-5`.
    private func donePoints() throws -> Set<String> {
        guard Files.exists(pointsFile) else { return [] }
        let (points, unreadable) = try ScalingPoint.read(pointsFile)
        if unreadable > 0 {
            Console.say(
                "frontprop: warning: \(pointsFile): \(unreadable) lines are cut short or no points; they are left out")
        }
        let trials = Dictionary(grouping: points.filter { !$0.failed }) { String($0.id.prefix { $0 != "/" }) }
        return Set(
            trials.compactMap { trial, points in
                let expected = points[0].id.split(separator: "-").last.flatMap { Int($0) } ?? 1
                return !points[0].id.contains("/") || points.count == expected ? trial : nil
            })
    }

    private func writeTable() throws {
        try AtomicFile.write(ScalingPoint.csv(try ScalingPoint.read(pointsFile).points), to: folder + "/points.csv")
    }

    /// One command's options, in `experiments.jsonl`.
    private func record(_ left: Int, load: MachineLoad) throws {
        struct Record: Encodable {
            var started: String
            var arguments: [String]
            var orderSeed: UInt64
            var slices: Int
            var runs: Int
            var runsLeft: Int
            var host: String
            var version: String
            var load: MachineLoad
        }
        let record = Record(
            started: Date().formatted(.iso8601), arguments: Array(CommandLine.arguments.dropFirst()),
            orderSeed: options.orderSeed, slices: slices, runs: trials.count, runsLeft: left,
            host: Environment.hostName, version: frontpropVersion, load: load)
        try JSONLines.append([record], to: folder + "/experiments.jsonl")
    }
}

extension ScalingCommand {
    /// What `train` makes of the options that it is passed, as far as they are the recipe's and the arithmetic's.
    fileprivate var training: Configuration {
        var training = Configuration()
        // Those that cannot be parsed are a run's that fails, and says so.
        let passed = try? TrainOptions.parse(trainOptions)
        passed?.recipe.apply(to: &training)
        training.precision = precision ?? training.precision
        training.gradient = gradient
        passed?.arithmetic.apply(to: &training)
        return training
    }
}
