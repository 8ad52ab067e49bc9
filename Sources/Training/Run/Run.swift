import Cluster
import Datasets
import Foundation
import Kernels
import MPI
import Networks
import Storage

/// How a run runs, beside what it trains.
public struct RunSurroundings {
    /// Where to go on; the first rank's counts. Its state fits the run: see `TrainingState.fault`.
    public var checkpoint: CheckpointFile<TrainingState>?
    /// Whether the workers' times are kept for `Run.writeTrace`.
    public var isTraced = false
    public var fault: FaultInjection?
    /// Where to stop short of the run's last epoch, if anywhere.
    public var lastEpoch: Int?
    /// Told what happens, on the first rank; what it throws ends the run.
    public var report: (Event) throws -> Void = { _ in }
    /// Told what speaks against a run that goes on all the same, on the first rank.
    public var warn: (String) -> Void = { _ in }
    /// Told how far the run is, on the first rank.
    public var progress: (RunProgress) -> Void = { _ in }

    public init() {}
}

/// What all ways to train have in common: who trains what, on which samples and from where; the weights; and how it ends.
///
/// Every rank makes one at the same time.
public final class Run<Scalar: Real & Datatype> {
    let processes: Processes
    let team: Team
    let configuration: Configuration
    let dataset: NodeDataset
    let slicing: Slicing
    let state: SharedState<Scalar>
    let sets: EvaluationSets
    /// Where this run begins, the same on every rank.
    let start: TrainingState
    /// What the first weights were read from, on the first rank.
    let checkpoint: CheckpointFile<TrainingState>?
    let control: RunControl
    let progress: (RunProgress) -> Void
    let warn: (String) -> Void
    let trace: Trace?
    let fault: FaultInjection?
    /// The last that is trained.
    let lastEpoch: Int

    var topology: Topology { configuration.topology }

    /// Collective. `configuration.slices` is resolved.
    ///
    /// - Throws: the same `Failure` on every rank.
    public init(
        processes: Processes, team: Team, configuration: Configuration, dataset: NodeDataset,
        surroundings: RunSurroundings = RunSurroundings()
    ) throws {
        self.processes = processes
        self.team = team
        self.configuration = configuration
        self.dataset = dataset
        checkpoint = surroundings.checkpoint
        progress = surroundings.progress
        warn = surroundings.warn
        fault = surroundings.fault
        lastEpoch = min(surroundings.lastEpoch ?? .max, configuration.epochs)
        trace = surroundings.isTraced ? Trace(processes: processes, team: team) : nil
        control = RunControl(processes: processes, surroundings: surroundings)
        slicing = Slicing(configuration.slices, reduction: configuration.reduction, team: team)
        try Self.requireMemory(for: configuration, slicing, dataset, team, processes)
        sets = EvaluationSets(dataset, outputs: configuration.topology.outputCount)
        state = try SharedState(
            team: team,
            shape: SharedState<Scalar>.Shape(
                topology: configuration.topology,
                optimizerState: configuration.optimizer.state(configuration.optimizerOptions),
                workerCount: team.workerCount, slotCount: slicing.ofTeam.count,
                inputSlices: Self.inputSlices(configuration, slicing, dataset), trainCount: dataset.train.count,
                blockCount: sets.blockCount, blockWidth: sets.blockWidth, countWidth: sets.countWidth,
                clips: configuration.clipNorm != nil, keepsBest: configuration.patience != nil))
        start = try Self.placeFirstWeights(
            checkpoint, in: state, processes,
            otherwise: TrainingState(
                options: configuration, dataChecksum: dataset.checksumText, position: Position()))
        state.bestEpoch.pointee = Int64(start.best?.epoch ?? 0)
        state.solver.pointee = start.solver ?? SolverState()
        for vector in state.vectors { try team.leaders.broadcast(vector.buffer) }
        try team.communicator.barrier()
    }

    /// As `GradientMethod.inputSlices`; a plain sum wants gradients, and so does who multiplies them.
    private static func inputSlices(
        _ options: Configuration, _ slicing: Slicing, _ dataset: NodeDataset
    ) -> InputSlicesShape? {
        guard options.reduction == .exact, options.lossScale == nil, options.optimizer.isOfMinibatches else {
            return nil
        }
        return options.gradient.inputSlices(
            options.network, samples: dataset.train,
            capacity: slicing.largest(ofBatch: min(options.batchSize, dataset.train.count)))
    }

    /// The first rank draws or reads them; the other teams receive them later.
    private static func placeFirstWeights(
        _ checkpoint: CheckpointFile<TrainingState>?, in state: SharedState<Scalar>, _ processes: Processes,
        otherwise start: TrainingState
    ) throws -> TrainingState {
        let options = start.options
        return try processes.fromFirst {
            if let checkpoint {
                try place(checkpoint, in: state, options.topology)
            } else if let path = options.weights {
                try WeightsFile.read(path, into: state.weights, of: options.topology)
            } else {
                options.initializer.fill(state.weights, of: options.topology, seed: options.seed)
            }
            return checkpoint?.state ?? start
        }
    }

    private static func place(
        _ checkpoint: CheckpointFile<TrainingState>, in state: SharedState<Scalar>, _ topology: Topology
    ) throws {
        for vector in state.vectors {
            try WeightsFile.place(
                checkpoint.tensors, of: "the checkpoint", prefix: vector.prefix, into: vector.base, topology)
        }
    }

    var weights: UnsafePointer<Scalar> { UnsafePointer(state.weights) }

    /// Begins the record of the run in `folder`, with the event that opens it. For the first rank.
    ///
    /// - Throws: `.cannotWrite` or `.inputOutput`, and what the event's report throws.
    public func open(_ folder: RunFolder?, with event: Event) throws {
        if let folder {
            try folder.write(configuration, processes: processes, team: team, dataset: dataset)
            control.open(folder, Checkpointer(folder, topology: topology, trace: trace?.checkpoints))
        }
        try control.report(event)
    }

    /// The event that opens a run of gradient descent.
    var startEvent: StartEvent {
        StartEvent(
            options: configuration, data: dataset.name, columns: dataset.columns, samples: dataset.train.count,
            ranks: processes.world.size,
            workers: team.totalWorkers, slices: slicing.count, parameters: topology.parameterCount,
            idleWorkers: max(0, team.totalWorkers - slicing.count), timesBackprop: timesBackprop)
    }

    /// How many times as many operations as backprop's the gradient takes, where that is worth a word.
    private var timesBackprop: Double? {
        guard configuration.optimizer != .genetic else { return nil }
        let times = configuration.gradient.operationsByBackprop(
            topology: topology, inputs: dataset.train.touchedInputs)
        return times.flatMap { $0 > GradientMethod.notableRatio ? $0 : nil }
    }

    /// What is to be said of the gradient's cost; nil where there is nothing.
    public var costAdvice: String? {
        if let curvatureAdvice { return curvatureAdvice }
        return timesBackprop.map {
            "--gradient \(configuration.gradient.rawValue) takes \(String(format: $0 < 10 ? "%.1f" : "%.0f", $0)) times "
                + "as many operations on \(topology) as --gradient backprop, which gives the same gradient but for its last digits"
        }
    }

    /// Beyond so many rows and columns the normal equations are a matter of patience.
    private static var mostOfNormalEquations: Int { 2000 }

    private var curvatureAdvice: String? {
        let samples = dataset.train.count
        guard configuration.optimizer == .lm,
            configuration.curvatureOrder(samples: samples) > Self.mostOfNormalEquations
        else { return nil }
        let cost = configuration.curvatureCost(samples: samples)
        return
            "--optimizer lm on \(topology), which has \(topology.parameterCount) weights, takes about "
            + "\(GradientCost.duration(cost.seconds / Double(team.totalWorkers))) an iteration, and "
            + "\(GradientCost.size(cost.bytes)) of memory a node; --optimizer lbfgs takes some gradients"
    }

    /// The event that opens a run that goes on.
    public var resumeEvent: ResumeEvent {
        ResumeEvent(
            epoch: start.position.epoch, step: start.position.step, ranks: processes.world.size,
            workers: team.totalWorkers, hosts: processes.hosts)
    }

    /// What a checkpoint at `position` holds beside the tensors.
    func trainingState(
        at position: Position, best: BestEpoch? = nil, search: SearchRecord? = nil, solver: SolverState? = nil
    ) -> TrainingState {
        TrainingState(
            options: configuration, dataChecksum: dataset.checksumText, position: position, best: best,
            search: search, solver: solver)
    }

    /// A worker's part of measuring the weights.
    func evaluation(_ worker: Worker) -> Evaluation<Scalar> {
        Evaluation(worker, of: configuration.network, on: sets, lossScale: configuration.lossScale, in: state)
    }

    /// Measures the weights as they are, on all workers. Collective; the result is whole on the first rank.
    public func evaluate() throws -> EvaluationResult {
        var found: Result<SetScores, any Error>?
        team.run { worker in
            let evaluation = self.evaluation(worker)
            evaluation.measure(inFull: true)
            if worker.isTeamLeader { found = Result { try evaluation.scores() } }
        }
        return EvaluationResult(scores: try found?.get() ?? SetScores(), weightsSHA256: hash)
    }

    /// SHA-256 of the weights as they are.
    var hash: String { WeightsFile.hash(weights, of: topology) }

    /// Writes the weights as they are; for the first rank.
    public func writeModel(to path: String) throws {
        try WeightsFile.write(weights, of: configuration.network, columns: dataset.columns, to: path)
    }

    /// Writes the workers' times of a run that is over, where they are kept. Collective.
    ///
    /// - Throws: on every rank, the first rank's failure to write.
    public func writeTrace(to path: String) throws { try trace?.write(to: path) }
}

/// A way to train: gradient descent, or a search.
public protocol TrainingMethod {
    /// The event that opens such a run.
    var startEvent: StartEvent { get }

    /// Trains to the end, on all workers. Collective.
    ///
    /// - Returns: how the run ended, with the hash of the final weights, which the run has.
    /// - Throws: the same `Failure` on every rank; `.interrupted` when a signal came and the run was saved.
    func train() throws -> EndEvent
}
