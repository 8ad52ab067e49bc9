import Cluster
import Datasets
import Kernels
import MPI
import Networks
import Storage

/// Trains a network by gradient descent, on all workers; see Docs/distributed-step.md.
///
/// Every rank makes one, and calls `train` at the same time.
public final class Trainer<Scalar: Real & Datatype>: TrainingMethod {
    let run: Run<Scalar>
    private let plan: StepPlan<Scalar>
    private let steps: Steps
    /// The epochs of this process, for the rank's own thread.
    var history: EpochHistory
    /// What the first rank has told of a run that may not learn.
    var toldUnderWay: String?
    /// On each team's leader.
    var best: BestEpoch?
    /// Of the weights that the run ends with.
    private var finalScores = SetScores()
    /// The last epoch that is done, of this process or before.
    private var lastTrained = 0

    /// What the steps are taken by.
    private enum Steps {
        case ofMinibatches(Descent)
        case ofWholeSet(WholeSetSteps<Scalar>)
    }

    /// Collective. The run's optimiser goes by gradients.
    public init(_ run: Run<Scalar>) throws {
        self.run = run
        let options = run.configuration
        plan = StepPlan(
            team: run.team, samples: run.dataset.train,
            schedule: MinibatchSchedule(options, sampleCount: run.dataset.train.count),
            slicing: run.slicing, sum: GradientSum(state: run.state, reduction: options.reduction),
            lossScale: options.lossScale)
        steps =
            if let descent = Descent(options, stepsInEpoch: plan.schedule.minibatchCount) {
                .ofMinibatches(descent)
            } else {
                .ofWholeSet(try WholeSetSteps(options, plan))
            }
        best = run.start.best
        history = EpochHistory(trainSeconds: run.start.position.trainSeconds)
    }

    public var startEvent: StartEvent { run.startEvent }

    /// Trains to the last epoch; as `TrainingMethod.train`.
    public func train() throws -> EndEvent {
        try run.control.begin()
        try run.trace?.compareClocks()
        if run.start.position == Position() { save(run.start.position) }
        run.team.run { worker in self.work(worker) }
        try run.control.settle()
        try run.trace?.compareClocks()
        return EndEvent(
            epochs: lastTrained, trainSeconds: history.trainSeconds, scores: finalScores, bestEpoch: best?.epoch,
            weightsSHA256: run.hash, warning: run.processes.isFirst ? warningAtEnd() : nil)
    }

    // MARK: Every worker's work

    /// All epochs, by one worker; all workers take the same turns.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    private func work(_ worker: Worker) {
        let step = self.step(worker)
        let evaluation = run.evaluation(worker)
        var position = run.start.position
        while !isOver(before: position.epoch) {
            guard trainEpoch(&position, step, worker), finishEpoch(&position, step, evaluation, worker) else { return }
            position = position.nextEpoch
        }
        if worker.isMain { lastTrained = position.epoch - 1 }
        takeBest(worker)
        measureLast(evaluation, worker)
    }

    /// Whether the last epoch's measurement is that of the weights that the run ends with.
    var isMeasuredByEpochs: Bool {
        configuration.patience == nil && descent != nil && run.start.position.epoch <= run.lastEpoch
    }

    /// Measures the weights that the run ends with, where no epoch has.
    private func measureLast(_ evaluation: Evaluation<Scalar>, _ worker: Worker) {
        if !isMeasuredByEpochs { evaluation.measure(inFull: true) }
        guard worker.isTeamLeader else { return }
        let measured = isMeasuredByEpochs ? history.scores : run.processes.orAbort { try evaluation.scores() }
        finalScores = measured ?? SetScores()
    }

    private func step(_ worker: Worker) -> any WorkerStep<Scalar> {
        let trace = trace?.worker(worker)
        switch steps {
        case .ofMinibatches(let descent):
            let engine = configuration.gradient.makeEngine(
                configuration.network, samples: dataset.train, capacity: plan.sliceCapacity,
                dropout: Dropout(rate: configuration.dropout, seed: configuration.seed), as: Scalar.self)
            return Step(plan, descent, worker, engine: engine, trace: trace)
        case .ofWholeSet(let steps): return steps.step(worker, trace: trace)
        }
    }

    /// The rest of the epoch that `position` is in. - Returns: whether to go on.
    private func trainEpoch(
        _ position: inout Position, _ step: any WorkerStep<Scalar>, _ worker: Worker
    ) -> Bool {
        let started = now() - position.epochSeconds
        step.pass.beginEpoch(position.epoch)
        while position.step < schedule.minibatchCount {
            suffer(at: position, step, worker)
            let request = worker.isMain ? run.control.request : .none
            let outcome = run.processes.orAbort { try step.take(position.step, request: request) }
            if !outcome.diverged { position.add(loss: outcome.loss, epochSeconds: now() - started) }
            if worker.isMain { conclude(outcome, position) }
            if outcome.diverged || outcome.stops || outcome.fails { return false }
        }
        step.pass.showAccount()
        guard let vector = step.pass.firstNotFinite() else { return true }
        if worker.isMain {
            run.control.end(.diverged(divergence(of: vector.name, inStep: position.step, of: position.epoch)))
        }
        return false
    }

    /// What the rank's own thread does after a step.
    private func conclude(_ outcome: StepOutcome, _ position: Position) {
        if outcome.diverged {
            run.control.end(.diverged(divergence(of: "gradient", inStep: position.step + 1, of: position.epoch)))
        } else if outcome.stops {
            run.control.stop(
                at: "in epoch \(position.epoch) of \(configuration.epochs), after step \(position.step) of "
                    + "\(schedule.minibatchCount)"
            ) { save(position) }
        } else if !outcome.fails, run.processes.isFirst {
            if isDue(position) && position.step < schedule.minibatchCount { save(position) }
            run.progress(
                RunProgress(
                    turn: .epoch, number: position.epoch, count: run.lastEpoch,
                    done: schedule.minibatch(position.step - 1).upperBound, of: dataset.train.count,
                    loss: position.batchLoss / Double(position.step), seconds: position.epochSeconds))
        }
    }

    /// Whether a checkpoint belongs here. For the first rank.
    func isDue(_ position: Position) -> Bool {
        let endsEpoch = position.step == schedule.minibatchCount
        return configuration.checkpointEvery.isDue(
            epoch: endsEpoch ? position.epoch : nil,
            step: (position.epoch - 1) * schedule.minibatchCount + position.step,
            isLast: endsEpoch && isOver(before: position.epoch + 1), since: run.control.secondsSinceSave)
    }

    /// Saves the run as it is, on the first rank.
    func save(_ position: Position) {
        run.control.save(
            state.vectors.map { ($0.prefix, UnsafePointer($0.base)) },
            state: run.trainingState(at: position, best: best, solver: solver))
    }

    /// Where the first number that is none was found; nil where only another team knows.
    private func divergence(of what: String, inStep step: Int, of epoch: Int) -> Failure? {
        let found = (0..<team.workerCount).map { Int(state.misfits[$0]) }.filter { $0 >= 0 }.min()
        guard found != nil || configuration.reduction == .exact || team.isAlone else { return nil }
        let layer = found.map(topology.layer(ofParameter:)) ?? topology.depth - 1
        let place =
            found == nil ? "the loss" : "the \(what) of layer \(layer) (\(2 * layer).weight, \(2 * layer).bias)"
        return Failure(
            .diverged,
            "training diverged in epoch \(epoch), step \(step) of \(schedule.minibatchCount): \(place) is not finite; "
                + "no model is written")
    }

    private func suffer(at position: Position, _ step: any WorkerStep<Scalar>, _ worker: Worker) {
        guard let fault = run.fault, worker.isMain, run.processes.world.rank == fault.rank,
            (position.epoch - 1) * schedule.minibatchCount + position.step == fault.step
        else { return }
        switch fault.kind {
        case .flip:
            state.weights.withMemoryRebound(to: UInt8.self, capacity: 1) { $0.pointee ^= 1 }
        case .data: dataset.flipBit()
        case .crash: fatalError("injected")
        case .overflow: _ = FaultInjection.depth(below: fault.step)
        case .fail: run.control.end(.failed(Failure(.inputOutput, "injected failure")))
        case .repeated: step.pass.repeatSample()
        }
    }
}

/// What is asked for most.
extension Trainer {
    var team: Team { run.team }
    var configuration: Configuration { run.configuration }
    var dataset: NodeDataset { run.dataset }
    var topology: Topology { run.topology }
    var schedule: MinibatchSchedule { plan.schedule }
    /// How minibatches' gradients become steps; nil where steps are of the whole set.
    var descent: Descent? { if case .ofMinibatches(let descent) = steps { descent } else { nil } }
    /// What an optimiser of whole sets knows; nil of the others.
    var solver: SolverState? { if case .ofWholeSet = steps { state.solver.pointee } else { nil } }
    /// Of the run's step `step`, from 1; nil where there are none of minibatches.
    func learningRate(ofStep step: Int) -> Double? { descent?.learningRate.ofStep(step) }
    var state: SharedState<Scalar> { run.state }
    var trace: Trace? { run.trace }
}
