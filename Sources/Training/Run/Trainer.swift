import Cluster
import Datasets
import Foundation
import Kernels
import MPI
import Networks
import Storage

/// Trains one network on all workers; see Docs/distributed-step.md.
///
/// Every rank makes one, and calls `run` at the same time.
public final class Trainer<Scalar: Real & Datatype>: @unchecked Sendable {
    let processes: Processes
    let team: Team
    let configuration: Configuration
    let dataset: NodeDataset
    let topology: Topology
    let sliceCount: Int
    let schedule: MinibatchSchedule
    let state: SharedState<Scalar>
    let sum: GradientSum<Scalar>
    /// Slices of this team; its slots.
    let teamSlices: Range<Int>
    let trace: Trace?
    /// This host's clock against the first rank's, before and after the training.
    private var clocks: [Trace.Offset] = []
    private let fault: FaultInjection?
    /// Where this run begins, the same on every rank.
    private(set) var start: TrainingState
    /// What the first rank tells the world; unused on the others.
    let report: (Event) throws -> Void
    let progress: (EpochProgress) -> Void
    /// What the first weights were read from, until a search has taken from it, too.
    let checkpoint: CheckpointFile<TrainingState>?
    /// On the first rank, while a run is saved.
    private(set) var checkpointer: Checkpointer<Scalar>?
    /// What went wrong on this rank, outside the step.
    var failure: Failure?
    /// Where the gradient stopped being a number, by this rank's knowledge.
    private var divergence: Failure?
    private var hasDiverged = false
    /// Where the workers left off because a signal came, and how that is saved.
    var stopped: (place: String, save: () -> Void)?
    /// Of this process's epochs, on the first rank.
    var firstEpoch: EpochEvent?
    var lastEpoch: EpochEvent?
    /// So far, on a team's leader.
    var trainSeconds = 0.0

    /// How a trainer runs, beside what it trains.
    public struct Surroundings {
        /// Where to go on; the first rank's counts. Its state fits the run: see `TrainingState.fault`.
        public var checkpoint: CheckpointFile<TrainingState>?
        /// Whether the workers' times are kept for `writeTrace`.
        public var isTraced = false
        public var fault: FaultInjection?
        public var report: (Event) throws -> Void = { _ in }
        public var progress: (EpochProgress) -> Void = { _ in }

        public init() {}
    }

    /// Collective. `configuration.slices` is resolved; `report` and `progress` are called on the first rank alone.
    public init(
        processes: Processes, team: Team, configuration: Configuration, dataset: NodeDataset,
        surroundings: Surroundings = Surroundings()
    ) throws {
        self.processes = processes
        self.team = team
        self.configuration = configuration
        self.dataset = dataset
        report = surroundings.report
        progress = surroundings.progress
        fault = surroundings.fault
        checkpoint = surroundings.checkpoint
        trace = surroundings.isTraced ? Trace(processes: processes, team: team) : nil
        topology = configuration.topology
        sliceCount =
            configuration.reduction == .exact
            ? configuration.slices ?? Configuration.defaultSlices(workers: team.totalWorkers) : team.totalWorkers
        start = TrainingState(options: configuration, dataChecksum: dataset.checksumText, position: Position())
        schedule = MinibatchSchedule(
            sampleCount: dataset.train.count, batchSize: configuration.batchSize, seed: configuration.seed,
            shuffled: configuration.shuffle)
        let first = sliceCount * team.firstOfTeam / team.totalWorkers
        let end = sliceCount * (team.firstOfTeam + team.workerCount) / team.totalWorkers
        teamSlices = first..<end
        try Self.requireMemory(for: configuration, sliceCount, schedule, dataset, team, processes)
        state = try SharedState(
            team: team, topology: topology, slotCount: teamSlices.count,
            trainCount: dataset.train.count,
            blocks: Self.blockCount(dataset.train) + Self.blockCount(dataset.test))
        sum = GradientSum(state: state, reduction: configuration.reduction)
        try placeFirstWeights()
    }

    public var weights: UnsafePointer<Scalar> { UnsafePointer(state.weights) }

    /// Where the run begins: epoch 1, step 0 unless it goes on from a checkpoint.
    public var firstPosition: Position { start.position }

    /// The first rank draws or reads them; the others receive them.
    private func placeFirstWeights() throws {
        let first = try processes.fromFirst {
            if let checkpoint {
                try place(checkpoint)
            } else if let path = configuration.weights {
                try WeightsFile.read(path, into: state.weights, of: topology)
            } else {
                configuration.initializer.fill(state.weights, of: topology, seed: configuration.seed)
            }
            return String(decoding: try JSONEncoder().encode(checkpoint?.state ?? start), as: UTF8.self)
        }
        start = try JSONDecoder().decode(TrainingState.self, from: Data(first.utf8))
        for buffer in [state.weights, state.velocity] {
            try team.leaders?.broadcast(
                UnsafeMutableBufferPointer(start: buffer, count: topology.parameterCount), root: 0)
        }
        try team.communicator.barrier()
    }

    private func place(_ checkpoint: CheckpointFile<TrainingState>) throws {
        try WeightsFile.place(checkpoint.tensors, of: "the checkpoint", into: self.state.weights, topology)
        guard checkpoint.state.search == nil else { return }
        try WeightsFile.place(
            checkpoint.tensors, of: "the checkpoint", prefix: WeightsFile.velocityPrefix, into: self.state.velocity,
            topology)
    }

    /// Trains to the last epoch.
    ///
    /// - Parameter folder: where the first rank saves the run.
    /// - Returns: how the run ended, with the hash of the final weights.
    /// - Throws: the same `Failure` on every rank; `.interrupted` when a signal came and the run was saved.
    public func run(in folder: RunFolder?) throws -> EndEvent {
        try begin(folder)
        if trace != nil { clocks.append(try Trace.measureOffset(processes)) }
        trainSeconds = start.position.trainSeconds
        if start.position == Position() { save(start.position) }
        team.run { worker in self.work(worker) }
        try settle()
        if trace != nil { clocks.append(try Trace.measureOffset(processes)) }
        return EndEvent(
            epochs: configuration.epochs, trainSeconds: trainSeconds, testLoss: lastEpoch?.testLoss ?? start.testLoss,
            testAccuracy: lastEpoch?.testAccuracy ?? start.testAccuracy,
            weightsSHA256: WeightsFile.hash(weights, of: topology),
            warning: processes.isFirst ? warningAtEnd() : nil)
    }

    /// Writes the workers' times of a run that is over, where they are kept. Collective.
    ///
    /// - Throws: on every rank, the first rank's failure to write.
    public func writeTrace(to path: String) throws {
        guard let trace, clocks.count == 2 else { return }
        try trace.write(to: path, before: clocks[0], after: clocks[1])
    }

    /// Before the workers start.
    ///
    /// - Throws: `.interrupted`, on every rank, where a signal came to one already.
    func begin(_ folder: RunFolder?) throws {
        if let folder {
            checkpointer = Checkpointer(folder, topology: topology, trace: trace?.checkpoints)
        }
        try processes.agree {
            guard let signal = StopSignals.received else { return }
            throw Failure(.interrupted, "stopped by \(signal) before the first step; nothing to save")
        }
    }

    /// After all workers have ended: agrees on how, and throws unless the run is done.
    func settle() throws {
        try processes.agree {
            if let stopped, divergence == nil, failure == nil { stopped.save() }
            let saved = Result { try checkpointer?.finish() }
            if let failure { throw failure }
            do {
                try saved.get()
                for event in checkpointer?.takeEvents() ?? [] { try report(.checkpoint(event)) }
            } catch  where divergence != nil {}
            if let divergence { throw Failure(.diverged, divergence.message + lastGood) }
        }
        try processes.agree {
            if hasDiverged { throw Failure(.diverged, "training diverged: the loss is not finite\(lastGood)") }
            if let stopped, let signal = StopSignals.received {
                throw Failure(
                    .interrupted,
                    "stopped by \(signal) \(stopped.place); the run is saved, --resume goes on with it")
            }
        }
    }

    private var lastGood: String { checkpointer?.newest.map { "; the last good checkpoint is \($0)" } ?? "" }

    /// Writes the final weights; for the first rank.
    public func writeModel(to path: String) throws {
        try WeightsFile.write(weights, of: topology, to: path)
    }

    // MARK: Every worker's work

    /// All epochs, by one worker; all workers take the same turns.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    private func work(_ worker: Worker) {
        let step = Step(self, worker)
        let evaluation = Evaluation(self, worker)
        var position = start.position
        while position.epoch <= configuration.epochs {
            guard train(&position, step, worker) else { return }
            let evaluated = now()
            evaluation.measure()
            checkDataset(worker)
            trace?.worker(worker).add(.evaluate, from: evaluated, to: now())
            if worker.isTeamLeader { onMain(worker) { try finishEpoch(&position, step, evaluation) } }
            team.wait()
            if state.verdict[0] != 0 { return }
            position = position.nextEpoch
        }
    }

    /// The rest of the epoch that `position` is in. - Returns: whether to go on.
    private func train(_ position: inout Position, _ step: Step<Scalar>, _ worker: Worker) -> Bool {
        let started = now() - position.epochSeconds
        step.beginEpoch(position.epoch)
        let isFirst = worker.isMain && processes.isFirst
        while position.step < schedule.minibatchCount {
            suffer(at: position, step, worker)
            let request = worker.isMain ? self.request : .none
            let outcome = onMain(worker) { try step.take(position.step, request: request) }
            if outcome.diverged {
                noteDivergence("gradient", position, worker)
                return false
            }
            position.step += 1
            position.batchLoss += outcome.loss
            position.epochSeconds = now() - started
            if outcome.stops || outcome.fails {
                if worker.isMain && outcome.stops {
                    let position = position
                    stopped = (
                        "in epoch \(position.epoch) of \(configuration.epochs), after step \(position.step) of "
                            + "\(schedule.minibatchCount)", { self.save(position) }
                    )
                }
                return false
            }
            if isFirst {
                if isDue(position) && position.step < schedule.minibatchCount { save(position) }
                progress(
                    EpochProgress(
                        epoch: position.epoch, epochs: configuration.epochs,
                        samplesDone: schedule.minibatch(position.step - 1).upperBound, samples: dataset.train.count,
                        loss: position.batchLoss / Double(position.step), seconds: position.epochSeconds))
            }
        }
        step.showAccount()
        guard step.weightsAreFinite() else {
            position.step -= 1
            noteDivergence("weights", position, worker)
            return false
        }
        return true
    }

    /// What this rank asks of all.
    var request: Request {
        if failure != nil || checkpointer?.failure != nil {
            failure = failure ?? checkpointer?.failure
            return .failure
        }
        return StopSignals.received == nil ? .none : .stop
    }

    /// Whether a checkpoint belongs here.
    func isDue(_ position: Position) -> Bool {
        switch configuration.checkpointEvery {
        case .epochs(let count):
            position.step == schedule.minibatchCount
                && (position.epoch % count == 0 || position.epoch == configuration.epochs)
        case .steps(let count):
            ((position.epoch - 1) * schedule.minibatchCount + position.step) % count == 0
        }
    }

    /// Saves the run as it is, on the first rank.
    func save(_ position: Position) {
        checkpointer?.save(
            [("", weights), (WeightsFile.velocityPrefix, UnsafePointer(state.velocity))],
            state: trainingState(at: position, testLoss: lastEpoch?.testLoss, testAccuracy: lastEpoch?.testAccuracy))
    }

    /// What a checkpoint at `position` holds beside the tensors; figures that are nil are those that it began with.
    func trainingState(
        at position: Position, testLoss: Double?, testAccuracy: Double?, search: SearchRecord? = nil
    ) -> TrainingState {
        TrainingState(
            options: configuration, dataChecksum: dataset.checksumText, position: position,
            testLoss: testLoss ?? start.testLoss, testAccuracy: testAccuracy ?? start.testAccuracy, search: search)
    }

    /// Shows the team whether this worker's part of the samples is as it was loaded.
    private func checkDataset(_ worker: Worker) {
        state.dataSums[worker.index] = worker.share(of: dataset.blockCount).reduce(0) {
            $0 &+ dataset.sum(ofBlock: $1)
        }
        team.wait()
    }

    private func suffer(at position: Position, _ step: Step<Scalar>, _ worker: Worker) {
        guard let fault, worker.isMain, processes.world.rank == fault.rank,
            (position.epoch - 1) * schedule.minibatchCount + position.step == fault.step
        else { return }
        switch fault.kind {
        case .flip:
            state.weights.withMemoryRebound(to: UInt8.self, capacity: 1) { $0.pointee ^= 1 }
        case .data: dataset.flipBit()
        case .crash: fatalError("injected")
        case .overflow: _ = FaultInjection.depth(below: fault.step)
        case .fail: failure = Failure(.inputOutput, "injected failure")
        case .repeated: step.repeatSample()
        }
    }

    /// Runs `body`; an error of MPI, which leaves the ranks out of step, ends the job.
    func onMain<Value>(_ worker: Worker, _ body: () throws -> Value) -> Value {
        do {
            return try body()
        } catch {
            Console.say("frontprop: rank \(processes.world.rank) on \(Environment.hostName): \(error)")
            processes.environment.abort(status: ExitStatus.internalError.rawValue)
        }
    }

    private func noteDivergence(_ what: String, _ position: Position, _ worker: Worker) {
        guard worker.isMain else { return }
        hasDiverged = true
        let found = (0..<team.workerCount).map { Int(state.misfits[$0]) }.filter { $0 >= 0 }.min()
        let isKnown = found != nil || configuration.reduction == .exact || team.teamCount == 1
        guard isKnown else { return }  // another team knows where
        let layer = found.map(topology.layer(ofParameter:)) ?? topology.depth - 1
        let place =
            found == nil ? "the loss" : "the \(what) of layer \(layer) (\(2 * layer).weight, \(2 * layer).bias)"
        divergence = Failure(
            .diverged,
            "training diverged in epoch \(position.epoch), step \(position.step + 1) of \(schedule.minibatchCount): "
                + "\(place) is not finite; no model is written")
    }

    static func blockCount(_ samples: Samples) -> Int {
        (samples.count + Evaluation<Scalar>.blockSize - 1) / Evaluation<Scalar>.blockSize
    }
}
