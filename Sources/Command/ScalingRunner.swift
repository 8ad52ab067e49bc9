import ChildProcesses
import Foundation
import Frontprop
import Reporting
import Storage
import Training

/// Runs the points of an experiment, one after the other.
struct ScalingRunner {
    let experiment: ScalingExperiment
    /// Who the ranks of a layout are, once asked.
    private var descriptions: [Layout: Communication] = [:]

    private var options: ScalingCommand { experiment.options }

    init(experiment: ScalingExperiment) { self.experiment = experiment }

    /// Runs `trial`, and watches the machine meanwhile: one point, or for a loop one for each size. A run that fails is a
    /// point that says so.
    ///
    /// - Throws: `Failure` where no run can be started at all.
    mutating func points(of trial: ScalingExperiment.Trial) async throws -> [ScalingPoint] {
        let watch = try await LoadWatch()
        var points = try await measured(trial)
        let load = watch.end(ownSeconds: points.reduce(0) { $0 + $1.coreSecondsOfANode })
        for index in points.indices { points[index].load = load }
        return points
    }

    private mutating func measured(_ trial: ScalingExperiment.Trial) async throws -> [ScalingPoint] {
        var point = ScalingPoint(
            id: trial.id, source: .measured, kind: .communication, nodes: 1, ranks: trial.layout.ranks,
            threads: trial.layout.threads)
        point.repeat = trial.repeat
        point.order = trial.order
        point.warmUp = trial.isWarmUp ? true : nil
        point.linkRate = options.linkRate
        point.parameters = experiment.topology.parameterCount
        point.started = Date().formatted(.iso8601)
        do {
            switch trial.work {
            case .communication:
                let run = try await start(trial.layout, experiment.arguments(of: trial))
                point.command = run.command
                return try loops(run, point, trial.layout)
            case .training(let kind, let reduction):
                point.kind = kind
                point.model = experiment.topology.description
                point.data = options.dataOptions.data
                point.precision = experiment.training.precision.rawValue
                point.gradient = experiment.training.gradient.rawValue
                point.reduction = reduction.rawValue
                point.batchSize = experiment.batchSize(of: trial)
                point.slices = reduction == .exact ? experiment.slices : trial.layout.workers
                if descriptions[trial.layout] == nil {
                    descriptions[trial.layout] = try await describe(trial.layout)
                }
                point.describe(descriptions[trial.layout]!, coresPerNode: options.coresPerNode)
                let folder = "\(experiment.folder)/runs/\(trial.id)"
                // Left by a run that failed or was interrupted.
                Folder.remove(folder)
                let run = try await start(trial.layout, experiment.arguments(of: trial) + ["--run", folder])
                point.command = run.command
                let events = Self.events(of: run)
                let starts = events.compactMap { event in
                    event.rankCount.map { ChildLauncher.Started(ranks: $0, workers: event.workers) }
                }
                try requireLayout(trial.layout, starts, run)
                try point.take(run, events)
                return [point]
            }
        } catch let failure as PointFailure {
            point.command = failure.command
            point.exitCode = failure.status
            point.message = failure.message
            return [point]
        }
    }

    /// Starts `arguments` on `layout`, and waits for its end, no longer than the limit.
    private func start(_ layout: Layout, _ arguments: [String]) async throws -> ChildProcess {
        let launcher = experiment.launcher(of: layout)
        do {
            let run = try await launcher.run(
                arguments, ranks: layout.ranks, threads: layout.threads, limitSeconds: options.timeLimit)
            guard run.status == 0 else { throw PointFailure(run, ranks: layout.ranks) }
            return run
        } catch let limit as ChildProcess.TimeLimitExceeded {
            throw PointFailure(
                command: launcher.command(ranks: layout.ranks, threads: layout.threads, arguments: arguments),
                status: 124, message: "did not end within \(limit.seconds) seconds")
        }
    }

    /// Refuses a run whose launcher started something else than the layout.
    private func requireLayout(_ layout: Layout, _ started: [ChildLauncher.Started], _ run: ChildProcess) throws {
        guard let fault = experiment.launcher(of: layout).fault(layout, started: started) else { return }
        throw PointFailure(command: run.command, status: ExitStatus.mpiSetup.rawValue, message: fault)
    }

    private func describe(_ layout: Layout) async throws -> Communication {
        try result(of: await start(layout, ["communication", "--threads", "\(layout.threads)"]), layout)
    }

    private func result(of run: ChildProcess, _ layout: Layout) throws -> Communication {
        let results = Self.objects(Communication.self, of: run)
        try requireLayout(layout, results.map { .init(ranks: $0.hosts.count, workers: nil) }, run)
        guard let result = results.last else {
            throw PointFailure(command: run.command, status: run.status, message: "expected a JSON object from it")
        }
        return result
    }

    private static func events(of run: ChildProcess) -> [RunRecord.Entry] { objects(RunRecord.Entry.self, of: run) }

    /// The JSON objects that a run printed, a line each.
    private static func objects<Value: Decodable>(_: Value.Type, of run: ChildProcess) -> [Value] {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return run.lines.filter { $0.hasPrefix("{") }.compactMap {
            try? decoder.decode(Value.self, from: Data($0.utf8))
        }
    }

    private func loops(_ run: ChildProcess, _ point: ScalingPoint, _ layout: Layout) throws -> [ScalingPoint] {
        let result = try result(of: run, layout)
        return result.loops.enumerated().map { index, loop in
            var one = point
            one.id = "\(point.id)/\(index + 1)-of-\(result.loops.count)"
            one.describe(result, coresPerNode: options.coresPerNode)
            one.group = loop.group
            one.type = loop.type
            one.words = loop.words
            one.bytes = loop.bytes
            one.calls = loop.calls
            one.callSeconds = loop.callSeconds
            return one
        }
    }
}

/// A run that failed: the experiment goes on.
struct PointFailure: Error {
    var command: [String]
    /// Never 0.
    var status: Int32
    var message: String

    init(command: [String], status: Int32, message: String) {
        self.command = command
        self.status = status == 0 ? 1 : status
        self.message = message
    }

    /// With the advice that helps, where the launcher's own does not.
    init(_ run: ChildProcess, ranks: Int) {
        let said = run.errors.split(separator: "\n").first { $0.hasPrefix("frontprop: ") && !$0.contains("warning:") }
        var message = said.map { String($0.dropFirst("frontprop: ".count)) } ?? String(run.errors.suffix(600))
        if run.errors.contains("not enough slots") {
            message =
                "the launcher has not enough slots for \(ranks) ranks: give fewer --ranks, a --hosts file with more slots, "
                + "or --oversubscribe"
        }
        self.init(
            command: run.command, status: run.status,
            message: message.trimmingCharacters(in: .whitespacesAndNewlines).isEmpty ? "it said nothing" : message)
    }
}

extension ScalingPoint {
    fileprivate mutating func describe(_ result: Communication, coresPerNode: Int?) {
        nodes = result.nodes
        hosts = result.hosts
        binding = result.binding
        self.coresPerNode = coresPerNode ?? result.coresPerNode
        oversubscribed = result.oversubscribed || workers > self.coresPerNode! * nodes
        cpu = result.cpu
        mpi = result.mpi
        version = result.version
    }

    /// Takes over what a run of `train --json` printed.
    fileprivate mutating func take(_ run: ChildProcess, _ events: [RunRecord.Entry]) throws {
        let epochs = events.filter { $0.event == "epoch" }
        let seconds = epochs.compactMap(\.trainSeconds)
        guard seconds.count >= 2, let end = events.last(where: { $0.event == "end" }), let batchSize,
            let samples = epochs[0].samples, samples > 0
        else {
            throw PointFailure(
                command: run.command, status: run.status, message: "expected events of two epochs or more")
        }
        let steps = (samples + batchSize - 1) / batchSize
        self.samples = samples
        self.steps = steps
        epochSeconds = seconds
        stepSeconds = Statistics.median(Array(seconds.dropFirst())) / Double(steps)
        phases = Phases.medians(epochs.dropFirst().compactMap(\.phases), times: 1 / Double(steps))
        let byRank = Dictionary(grouping: epochs.dropFirst().flatMap(\.rankPhases), by: \.rank)
        rankPhases =
            byRank.isEmpty
            ? nil
            : byRank.sorted { $0.key < $1.key }.map { rank, own in
                RankPhases(
                    rank: rank, host: own[0].host, phases: Phases.medians(own.map(\.phases), times: 1 / Double(steps))!)
            }
        optimizer = events.compactMap(\.optimizer).first
        let tried = epochs.dropFirst().compactMap(\.tries)
        tries = tried.isEmpty ? nil : Statistics.median(tried.map(Double.init)) / Double(steps)
        weightsSha256 = end.weightsSha256
        testAccuracy = end.testAccuracy
        let warnings = run.errors.split(separator: "\n").filter { $0.hasPrefix("frontprop: warning: ") }
        note = warnings.isEmpty ? nil : warnings.joined(separator: "; ")
    }

    /// Core-seconds that its ranks on one node spent at least.
    fileprivate var coreSecondsOfANode: Double {
        let training = Double(threads) * (epochSeconds ?? []).reduce(0, +)
        let loops = Double(calls ?? 0) * (callSeconds ?? 0)
        return Double(ranks) / Double(nodes) * (training + loops)
    }

    /// What is said of the point while the experiment runs.
    var line: String {
        let place = "\(kind.rawValue) \(reduction ?? "all-reduce loop"), \(ranks) × \(threads)"
        if failed { return "\(place): failed with \(exitCode ?? 0): \(message ?? "")" }
        if let callSeconds {
            return "\(place): \(String(format: "%.1f", callSeconds * 1e6)) µs for \(bytes ?? 0) bytes"
        }
        return "\(place), batch \(batchSize ?? 0): \(String(format: "%.1f", (stepSeconds ?? 0) * 1e6)) µs a step, "
            + "weights \(weightsSha256?.prefix(12) ?? "?")\(warmUp == true ? " (warm-up)" : "")"
    }
}
