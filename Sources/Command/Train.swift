import ArgumentParser
import Cluster
import Datasets
import Foundation
import Kernels
import MPI
import Networks
import Resources
import Storage
import Training

struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train a network.",
        discussion: "Start it under mpirun for many processes; without, it runs as one process on all cores.")

    @OptionGroup var given: TrainOptions
    @Option(help: "Worker threads of each rank [the cores it may use, shared with the node's other ranks].")
    var threads: Int?
    @Option(name: .customLong("run"), help: "Where everything is written [runs/<time>-<model>].")
    var runFolder: String?
    @Option(
        help:
            "Go on with the run in this folder, on any number of ranks and threads; only --data, --threads, --epochs (more of them), --quiet, --json and --trace may be given anew."
    )
    var resume: String?
    @Option(help: "Write a timeline of all workers to this file, for Perfetto or chrome://tracing.")
    var trace: String?
    @Flag(help: "No progress, only the hash of the weights.")
    var quiet = false
    @Flag(help: "Events as JSON lines on standard output.")
    var json = false
    @Option(help: .hidden)
    var inject: FaultInjection?

    func validate() throws {
        try requireLimits([("--threads", threads, threadsRange)])
        if trace != nil && given.optimizer == .genetic {
            throw ValidationError("--trace shows the steps of gradient descent, not those of --optimizer genetic.")
        }
        if resume != nil && runFolder != nil {
            throw ValidationError("--resume names the run's folder: leave out --run.")
        }
    }

    func run() throws {
        let processes = try Processes(Session.environment)
        // The first rank alone looks into the folder; it holds the run's lock until the process ends.
        var folder: RunFolder?
        var begun: RunFolder.Record?
        let text = try processes.fromFirst {
            var options = Configuration()
            try checkTrace()
            if let resume {
                let opened = try RunFolder.open(resume)
                let record = try opened.record()
                (folder, begun) = (opened, record)
                // An edited option may ask for samples by the million: before they are read.
                _ = try newestCheckpoint(of: opened) { $0.identityFault(record.options, record.dataChecksum) }
                options = try given.resumed(record.options)
            } else {
                options = try given.applied(to: options)
            }
            return String(decoding: try JSONEncoder().encode(options), as: UTF8.self)
        }
        let options = try JSONDecoder().decode(Configuration.self, from: Data(text.utf8))
        try train(options, processes, folder, begun)
    }

    /// Trains by these options: on from the run in `resumed`, which was begun as `begun` says; or to be compared with what
    /// `reproduction` (on the first rank) knows.
    func train(
        _ options: Configuration, _ processes: Processes, _ resumed: RunFolder? = nil,
        _ begun: RunFolder.Record? = nil, reproduction: Reproduction? = nil
    ) throws {
        switch options.precision {
        case .float32: try train(Float.self, options, processes, resumed, begun, reproduction)
        case .float64: try train(Double.self, options, processes, resumed, begun, reproduction)
        }
    }

    private func train<Scalar: Real & Datatype>(
        _: Scalar.Type, _ given: Configuration, _ processes: Processes, _ resumed: RunFolder?,
        _ begun: RunFolder.Record?, _ reproduction: Reproduction?
    ) throws {
        var options = given
        let threads = self.threads ?? Cores.defaultThreads(ranksOnNode: processes.node.size)
        let team = try Team(processes: processes, reduction: options.reduction, threads: threads)
        let placement = try Placement.gather(processes, threads: threads)
        if options.optimizer == .genetic {
            options.slices = 1
        } else if options.reduction == .exact {
            options.slices = options.slices ?? Configuration.defaultSlices(workers: team.totalWorkers)
        } else {
            options.slices = team.totalWorkers
        }
        let dataset = try loadDataset(options, processes, begun)
        let memory = Double(Memory.bytes)
        let refusal =
            options.genetic?.refusal(topology: options.topology, precision: options.precision, memoryBytes: memory)
            ?? options.gradient.refusal(
                topology: options.topology, samples: dataset.train.count * options.epochs, workers: team.totalWorkers,
                memoryBytes: memory, as: Scalar.self)
        try processes.agree { if let refusal { throw Failure(.usage, refusal) } }
        let output = TrainOutput(quiet: quiet, json: json)
        var folder = resumed
        var surroundings = Trainer<Scalar>.Surroundings()
        surroundings.report = { event in
            try folder?.record(event)
            try output.show(event)
            try reproduction?.check(event)
        }
        surroundings.progress = { output.show($0) }
        surroundings.isTraced = trace != nil
        surroundings.fault = inject
        surroundings.checkpoint = try processes.agree {
            guard let resumed, let begun else { return nil }
            let schedule = MinibatchSchedule(
                sampleCount: dataset.train.count, batchSize: begun.options.batchSize, seed: begun.options.seed,
                shuffled: begun.options.shuffle)
            return try newestCheckpoint(of: resumed, report: { Console.say("frontprop: warning: \($0)") }) {
                $0.fault(
                    in: begun.options, dataChecksum: dataset.checksumText, minibatches: schedule.minibatchCount)
            }
        }
        let trainer = try Trainer<Scalar>(
            processes: processes, team: team, configuration: options, dataset: dataset, surroundings: surroundings)
        let search = options.optimizer == .genetic ? try GeneticSearch(trainer) : nil
        // From here on there is something to save.
        StopSignals.note()
        try processes.agree {
            guard processes.isFirst else { return }
            output.warn(of: placement, threadsAreGiven: self.threads != nil)
            reproduction?.begin(dataChecksum: dataset.checksumText, workers: team.totalWorkers)
            for difference in reproduction?.differences ?? [] { Console.say("frontprop: warning: \(difference)") }
            if resumed == nil, reproduction == nil, let advice = self.given.targetAdvice(options) {
                Console.say("frontprop: warning: \(advice)")
            }
            let run = try resumed ?? newFolder()
            try run.write(options, processes: processes, team: team, dataset: dataset)
            folder = run
            for event in resumed == nil
                ? [Event.start(search?.startEvent ?? trainer.startEvent)] : [.resume(trainer.resumeEvent)]
            {
                try run.record(event)
                try output.show(event)
            }
        }
        var end = try search?.run(in: folder) ?? trainer.run(in: folder)
        try processes.agree {
            guard processes.isFirst, let folder else { return }
            try trainer.writeModel(to: folder.modelPath)
            // The hash is shown whatever becomes of the record.
            let recorded = Result {
                end.recordSHA256 = try folder.seal()
                try folder.record(.end(end))
            }
            let found = try reproduction?.finish(hash: end.weightsSHA256)
            try output.show(.end(end), folder: folder.path, found: found)
            try recorded.get()
        }
        // Last: the model and its hash do not depend on it.
        if let trace { try trainer.writeTrace(to: trace) }
    }

    /// Refuses a file that could not be written in the end; the run's own folder may not be there yet.
    private func checkTrace() throws {
        guard let trace, runFolder.map(Files.normalized) != Files.folder(of: trace) else { return }
        try AtomicFile.check(trace)
    }

    private func loadDataset(
        _ options: Configuration, _ processes: Processes, _ begun: RunFolder.Record?
    ) throws -> NodeDataset {
        let source = DataSource(name: options.data, trainLimit: options.trainLimit, testLimit: options.testLimit)
        let dataset = try NodeDataset(
            processes: processes, topology: options.topology, target: options.target.target,
            load: source.load)
        try processes.agree {
            guard let begun, begun.dataChecksum != dataset.checksumText else { return }
            throw Failure(
                .badData,
                "the samples of \(options.data) are not those that the run was begun with: their checksum is "
                    + "\(dataset.checksumText), expected \(begun.dataChecksum)")
        }
        return dataset
    }

    private func newFolder() throws -> RunFolder {
        if let runFolder { return try RunFolder.create(runFolder) }
        return try RunFolder.createNew(in: "runs", name: nameByTime(given.model ?? "classifier"))
    }

    /// The newest checkpoint that is whole and has no `fault`; nil when the run was stopped before its first.
    private func newestCheckpoint(
        of folder: RunFolder, report: (String) -> Void = { _ in }, fault: (TrainingState) -> String?
    ) throws -> CheckpointFile<TrainingState>? {
        do {
            return try folder.checkpoints.newestReadable(fault: fault, report: report)
        } catch let failure as Failure where failure.status == .missingInput {
            report("\(folder.path) holds no checkpoint yet; the run starts from its beginning")
            return nil
        }
    }
}
