import Cluster
import Datasets
import Kernels
import MPI
import Networks
import Resources
import Storage
import Training

/// One training, from its options to its weights: on this process alone, or on all ranks of a communicator.
///
/// It throws, and never prints or ends the process; only an error of MPI in mid-step, which leaves other ranks waiting, ends
/// the job. What the closures are told they are told on the first rank.
public struct TrainingRun {
    /// Where a run begins. The closures are called on the first rank, whose options are everybody's.
    public enum Origin {
        /// A new run of these options, which may depend on what its samples are like.
        case new((SampleReader) throws -> Configuration)
        /// The run in a folder goes on, by the options that the closure makes of those it was begun with.
        case resumed(folder: String, (Configuration) throws -> Configuration)
        /// The run in a folder is trained again and compared: its first `turns` epochs or rounds (nil: all), on `data` where
        /// they are no longer where the run had them.
        case reproduced(folder: String, turns: Int?, data: String?)
    }

    /// Where a new run is written.
    public enum Destination {
        case nowhere
        /// A folder that holds nothing of a run.
        case folder(String)
        /// A folder of its own in another, of this name or of one like it.
        case newFolder(in: String, name: String)
        /// A folder below $TMPDIR or /tmp, with this in its name, that is removed after the run.
        case temporary(name: String)
    }

    public var origin: Origin
    public var destination = Destination.nowhere
    /// Worker threads of each rank; nil for the cores that it may use, shared with the node's other ranks.
    public var threads: Int?
    /// Where a timeline of all workers is written after a run of gradient descent; nil for none.
    public var tracePath: String?
    /// Whether SIGTERM and the like, once there is something to save, end the run after the step under way.
    public var heedsSignals = false
    public var fault: FaultInjection?

    /// Told what happens, but for the end; what it throws ends the run.
    public var onEvent: (Event) throws -> Void = { _ in }
    public var onProgress: (RunProgress) -> Void = { _ in }
    /// Told what works, but not as well as it could.
    public var onWarning: (String) -> Void = { _ in }
    /// Told the end, when the model is written; what it throws is the run's failure.
    public var onEnd: (Outcome) throws -> Void = { _ in }

    public init(_ origin: Origin) { self.origin = origin }

    /// A new run of these options.
    public init(_ configuration: Configuration) { self.init(.new { _ in configuration }) }

    /// What a run came to.
    public struct Outcome {
        public var end: EndEvent
        /// Where it is written; nil where it is not, and on other ranks than the first.
        public var folder: String?
        /// Of a run that was reproduced: what was found to be the same.
        public var finding: String?
    }

    /// Trains to the end. Collective: every rank of `world` calls it, with the same origin.
    ///
    /// - Throws: the same `Failure` on every rank: `.usage` and `.badData` where the options or the samples do not fit,
    ///   `.interrupted` where a signal came and the run is saved, `.diverged`, `.difference` of a run that is reproduced.
    /// - Returns: how it ended, with the hash of the weights.
    @discardableResult
    public func train(on world: Communicator) throws -> Outcome {
        try world.requireSame("the activations and losses that they define", Network.definitions)
        return try Processes.with(world) { processes in
            let beginning = Beginning()
            let options = try processes.fromFirst { try beginning.options(of: self) }
            defer { beginning.removeTemporary() }
            return switch options.precision {
            case .float32: try train(Float.self, options, processes, beginning)
            case .float64: try train(Double.self, options, processes, beginning)
            }
        }
    }

    private func train<Scalar: Real & Datatype>(
        _: Scalar.Type, _ given: Configuration, _ processes: Processes, _ beginning: Beginning
    ) throws -> Outcome {
        let threads = threads ?? Cores.defaultThreads(ranksOnNode: processes.node.size)
        let team = try Team(processes: processes, reduction: given.reduction, threads: threads)
        let placement = try Placement.gather(processes, threads: threads)
        let options = given.resolved(workers: team.totalWorkers)
        let dataset = try load(options, processes, beginning)
        try processes.agree {
            let refusal = options.refusal(
                samples: dataset.train.count, hasValidation: dataset[.validation] != nil, workers: team.totalWorkers)
            if let refusal { throw Failure(.usage, refusal) }
        }
        var surroundings = RunSurroundings()
        surroundings.isTraced = tracePath != nil
        surroundings.fault = fault
        surroundings.lastEpoch = try processes.fromFirst { [beginning.reproduction?.turns] }[0]
        surroundings.progress = onProgress
        surroundings.warn = onWarning
        surroundings.report = { event in
            try onEvent(event)
            try beginning.reproduction?.check(event)
        }
        surroundings.checkpoint = try processes.agree {
            try beginning.checkpoint(dataset, report: onWarning)
        }
        let run = try Run<Scalar>(
            processes: processes, team: team, configuration: options, dataset: dataset, surroundings: surroundings)
        let method: any TrainingMethod = options.optimizer == .genetic ? try GeneticSearch(run) : try Trainer(run)
        // From here on there is something to save.
        if heedsSignals { StopSignals.note() }
        try processes.agree {
            guard processes.isFirst else { return }
            warn(placement)
            if !beginning.isResumed {
                try warn(ofWeightsFor: options)
                run.costAdvice.map(onWarning)
            }
            beginning.reproduction?.begin(dataChecksum: dataset.checksumText, workers: team.totalWorkers)
            beginning.reproduction?.differences.forEach(onWarning)
            try run.open(
                try beginning.openFolder(destination),
                with: beginning.isResumed ? .resume(run.resumeEvent) : .start(method.startEvent))
        }
        var outcome = Outcome(end: try method.train())
        try processes.agree {
            guard processes.isFirst else { return }
            try conclude(run, &outcome, beginning)
        }
        // Last: the model and its hash do not depend on it.
        if let tracePath { try run.writeTrace(to: tracePath) }
        return outcome
    }

    /// Reads the samples, which are those that the run was begun with.
    private func load(
        _ options: Configuration, _ processes: Processes, _ beginning: Beginning
    ) throws -> NodeDataset {
        let dataset = try NodeDataset(
            processes: processes, network: options.network, target: options.target.target,
            precision: options.precision
        ) {
            let tables = try beginning.reader.tables(DataSource(of: options))
            tables.table?.warnings.forEach(onWarning)
            return tables
        }
        try processes.agree {
            guard let begun = beginning.record, begun.dataChecksum != dataset.checksumText else { return }
            throw Failure(
                .badData,
                "the samples of \(options.data) are not those that the run was begun with: their checksum is "
                    + "\(dataset.checksumText), expected \(begun.dataChecksum)")
        }
        return dataset
    }

    /// Layouts and processors that work, but not as well as they could.
    private func warn(_ placement: Placement?) {
        let advice = placement?.advice(threadsAreGiven: threads != nil) ?? []
        for text in advice + [InstructionSet.warning].compactMap(\.self) { onWarning(text) }
    }

    /// Weights fit any network of their sizes; whether they were trained as one like this their file may say.
    private func warn(ofWeightsFor options: Configuration) throws {
        guard let path = options.weights else { return }
        var former = options
        do {
            guard let network = try WeightsFile.describe(path).network else { return }
            former.network = network
        } catch let failure as Failure {
            // It holds the tensors all the same.
            return onWarning(failure.message)
        }
        var own = options
        (own.activation, former.activation) = (own.activation.simplified, former.activation.simplified)
        let differences = try former.differences(from: own)
        guard !differences.isEmpty else { return }
        onWarning(
            "the weights of \(path) are of a network with "
                + differences.map { "\($0.option) \($0.value)" }.joined(separator: ", ") + "; this run has "
                + differences.map { "\($0.option) \($0.other)" }.joined(separator: ", "))
    }

    /// Writes the model and the record's end, and tells. For the first rank.
    private func conclude<Scalar>(
        _ run: Run<Scalar>, _ outcome: inout Outcome, _ beginning: Beginning
    ) throws {
        var recorded = Result<Void, any Error>.success(())
        if let folder = beginning.folder {
            try run.writeModel(to: folder.modelPath)
            // The hash is told whatever becomes of the record.
            recorded = Result {
                outcome.end.recordSHA256 = try folder.seal()
                try folder.record(.end(outcome.end))
            }
            outcome.folder = folder.path
        }
        outcome.finding = try beginning.reproduction?.finish(hash: outcome.end.weightsSHA256)
        try onEnd(outcome)
        try recorded.get()
    }
}
