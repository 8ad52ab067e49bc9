import Cluster
import Foundation
import Kernels
import MPI
import Networks
import Storage

/// Trains one network by a population and no gradient, on all workers; see Docs/genetic.md.
///
/// Every rank makes one, and calls `run` at the same time. A node holds the population once: its workers make the new
/// individuals together, while fitness is shared out over all workers of all nodes.
public final class GeneticSearch<Scalar: Real & Datatype>: @unchecked Sendable {
    let trainer: Trainer<Scalar>
    let options: GeneticOptions
    let state: GeneticState<Scalar>
    private var lastMeasured: RoundEvent?
    private var seconds = 0.0

    var team: Team { trainer.team }
    var topology: Topology { trainer.topology }

    /// Collective. `trainer` has the first weights, its configuration the options of the search.
    public init(_ trainer: Trainer<Scalar>) throws {
        self.trainer = trainer
        options = trainer.configuration.genetic!
        let most = max(options.population, options.candidates)
        state = try GeneticState(
            team: trainer.team, topology: trainer.topology, slotCount: options.slotCount,
            blocks: most * FitnessMeasure<Scalar>.blocks(options))
        if let record = trainer.start.search { try resume(record) }
    }

    /// The slots that hold a network between two rounds.
    private var keptSlots: [Int] { options.operators == .article ? scoredSlots : [0, 1] }

    /// Takes up the population where the trainer's checkpoint has it.
    private func resume(_ record: SearchRecord) throws {
        for slot in 0..<options.slotCount {
            state.losses[slot] = record.losses[slot]
            state.order[slot] = record.order[slot]
        }
        state.round = trainer.firstPosition.step
        seconds = trainer.firstPosition.trainSeconds
        try trainer.processes.agree {
            guard let checkpoint = trainer.checkpoint else { return }
            for slot in keptSlots {
                try WeightsFile.place(
                    checkpoint.tensors, of: "the checkpoint", prefix: prefix(slot), into: state.slot(slot), topology)
            }
        }
        for slot in keptSlots {
            try team.leaders?.broadcast(
                UnsafeMutableBufferPointer(start: state.slot(slot), count: topology.parameterCount), root: 0)
        }
        try team.communicator.barrier()
    }

    private func prefix(_ slot: Int) -> String { "individual.\(slot)." }

    /// Saves the search as it is after `round`, on the first rank; the trainer's weights go with it as the best so far.
    private func save(_ round: Int) {
        var position = Position()
        position.step = round
        position.trainSeconds = seconds
        let slots = 0..<options.slotCount
        let record = SearchRecord(losses: slots.map { state.losses[$0] }, order: slots.map { state.order[$0] })
        let networks = [("", trainer.weights)] + keptSlots.map { (prefix($0), UnsafePointer(state.slot($0))) }
        trainer.checkpointer?.save(
            networks,
            state: trainer.trainingState(
                at: position, testLoss: lastMeasured?.testLoss, testAccuracy: lastMeasured?.testAccuracy,
                search: record))
    }

    /// Whether a checkpoint belongs here: epochs are counted by measurements, steps by rounds.
    private func isDue(_ round: Int) -> Bool {
        switch trainer.configuration.checkpointEvery {
        case .epochs(let count): round % (count * options.evaluateEvery) == 0 || round == options.rounds
        case .steps(let count): round % count == 0
        }
    }

    /// The event that opens a search; its slices are a round's pieces of work, a block of one candidate's minibatch each.
    public var startEvent: StartEvent {
        var event = trainer.startEvent
        event.slices = options.candidates * FitnessMeasure<Scalar>.blocks(options)
        event.idleWorkers = max(0, event.workers - event.slices)
        return event
    }

    /// Searches all rounds, and leaves the best individual in the trainer's weights.
    ///
    /// - Throws: the same `Failure` on every rank.
    public func run(in folder: RunFolder?) throws -> EndEvent {
        try trainer.begin(folder)
        team.run { worker in self.work(worker) }
        try trainer.settle()
        return EndEvent(
            epochs: 0, trainSeconds: seconds, testLoss: lastMeasured?.testLoss ?? trainer.start.testLoss,
            testAccuracy: lastMeasured?.testAccuracy ?? trainer.start.testAccuracy,
            weightsSHA256: WeightsFile.hash(trainer.weights, of: topology),
            rounds: state.round, evaluations: evaluations(after: state.round))
    }

    /// Networks measured so far; the article's first population is measured too.
    private func evaluations(after round: Int) -> Int {
        (options.operators == .article ? options.population : 0) + round * options.candidates
    }

    // MARK: Every worker's work

    /// All rounds, by one worker; all workers take the same turns.
    private func work(_ worker: Worker) {
        let fitness = FitnessMeasure(self, worker)
        let evaluation = Evaluation(trainer, worker)
        if state.round == 0 { begin(worker, fitness) }
        for round in (state.round + 1)...max(state.round + 1, options.rounds) where round <= options.rounds {
            let started = now()
            breed(round, worker)
            team.wait()
            fitness.measure(slots: candidateSlots, round: round)
            select(round, worker)
            team.wait()
            let elapsed = now() - started
            let measures = round % options.evaluateEvery == 0 || round == options.rounds
            if measures { measureBest(worker, evaluation) }
            if worker.isMain { trainer.state.requests[worker.index] = trainer.request.rawValue }
            team.wait()
            // Between two rounds: the state is whole, and every worker waits for what the teams' leaders agree on.
            if worker.isTeamLeader {
                trainer.onMain(worker) {
                    try finish(round, seconds: elapsed, scores: measures ? try evaluation.scores() : nil)
                }
            }
            team.wait()
            if worker.isMain && state.verdict[0] == Request.stop.rawValue {
                trainer.stopped = ("after round \(round) of \(options.rounds)", { self.save(round) })
            }
            if state.verdict[0] != Request.none.rawValue { return }
        }
    }

    /// Puts the best individual in the trainer's weights, and measures it on both sets.
    private func measureBest(_ worker: Worker, _ evaluation: Evaluation<Scalar>) {
        for chunk in chunks(worker, of: 1) {
            (trainer.state.weights + chunk.range.lowerBound)
                .update(from: state.slot(bestSlot) + chunk.range.lowerBound, count: chunk.range.count)
        }
        team.wait()
        evaluation.measure()
    }

    /// By each team's leader: records the round, and agrees on going on.
    private func finish(_ round: Int, seconds elapsed: Double, scores: (train: Score, test: Score)?) throws {
        let slowest = try team.teamCount > 1 ? team.leaders!.allReduce(elapsed, operation: .max) : elapsed
        seconds += slowest
        state.round = round
        if trainer.processes.isFirst {
            do {
                try record(round, seconds: slowest, scores: scores)
            } catch {
                trainer.failure = (error as? Failure) ?? Failure(.internalError, "\(error)")
            }
        }
        let asked = (0..<team.workerCount).map { trainer.state.requests[$0] }.max() ?? 0
        let failed = trainer.failure == nil ? Request.none : .failure
        let verdict = max(asked, failed.rawValue)
        state.verdict[0] = team.teamCount > 1 ? try team.leaders!.allReduce(verdict, operation: .max) : verdict
    }

    private func record(_ round: Int, seconds: Double, scores: (train: Score, test: Score)?) throws {
        let losses = scoredSlots.map { state.losses[$0] }
        guard losses.allSatisfy(\.isFinite), scores.map({ $0.train.loss.isFinite && $0.test.loss.isFinite }) != false
        else {
            throw Failure(.diverged, "training diverged in round \(round): a loss is not finite; no model is written")
        }
        var event = RoundEvent(
            round: round, evaluations: evaluations(after: round), trainSeconds: seconds,
            bestLoss: losses.min()!, meanLoss: losses.reduce(0, +) / Double(losses.count))
        if let (train, test) = scores {
            let (trainCount, testCount) = (Double(trainer.dataset.train.count), Double(trainer.dataset.test.count))
            event.trainLoss = train.loss / trainCount
            event.testLoss = test.loss / testCount
            if trainer.configuration.target == .labels {
                event.trainAccuracy = Double(train.correct) / trainCount
                event.testAccuracy = Double(test.correct) / testCount
            }
            lastMeasured = event
        }
        try trainer.report(.round(event))
        for event in trainer.checkpointer?.takeEvents() ?? [] { try trainer.report(.checkpoint(event)) }
        if isDue(round) { save(round) }
        trainer.progress(
            EpochProgress(
                unit: "round", epoch: round, epochs: options.rounds, samplesDone: 1, samples: 1, loss: event.bestLoss,
                seconds: seconds))
    }
}
