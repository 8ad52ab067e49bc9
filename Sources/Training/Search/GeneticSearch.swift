import Cluster
import Foundation
import Kernels
import MPI
import Networks
import Storage

/// Trains one network by a population and no gradient, on all workers; see Docs/genetic.md.
///
/// Every rank makes one, and calls `train` at the same time. A node holds the population once: its workers make the new
/// individuals together, while fitness is shared out over all workers of all nodes.
public final class GeneticSearch<Scalar: Real & Datatype>: TrainingMethod {
    let run: Run<Scalar>
    let options: GeneticOptions
    let state: GeneticState<Scalar>
    /// Of the weights that the search ends with, on each team's leader.
    private var finalScores: SetScores?
    /// Of all rounds so far, on a team's leader.
    private var seconds = 0.0

    var team: Team { run.team }
    var topology: Topology { run.topology }

    /// Collective. `run` has the first weights, its configuration the options of the search.
    public init(_ run: Run<Scalar>) throws {
        self.run = run
        options = run.configuration.genetic!
        let most = max(options.population, options.candidates)
        state = try GeneticState(
            team: run.team, topology: run.topology, slotCount: options.slotCount,
            blocks: most * FitnessMeasure<Scalar>.blocks(options))
        if let record = run.start.search { try resume(record) }
    }

    /// The slots that hold a network between two rounds.
    private var keptSlots: [Int] { options.operators == .article ? scoredSlots : [0, 1] }

    /// Takes up the population where the run's checkpoint has it.
    private func resume(_ record: SearchRecord) throws {
        for slot in 0..<options.slotCount {
            state.losses[slot] = record.losses[slot]
            state.order[slot] = record.order[slot]
        }
        state.round = run.start.position.step
        seconds = run.start.position.trainSeconds
        try run.processes.agree {
            guard let checkpoint = run.checkpoint else { return }
            for slot in keptSlots {
                try WeightsFile.place(
                    checkpoint.tensors, of: "the checkpoint", prefix: prefix(slot), into: state.slot(slot), topology)
            }
        }
        for slot in keptSlots {
            try team.leaders.broadcast(
                UnsafeMutableBufferPointer(start: state.slot(slot), count: topology.parameterCount))
        }
        try team.communicator.barrier()
    }

    private func prefix(_ slot: Int) -> String { "individual.\(slot)." }

    /// Saves the search as it is after `round`, on the first rank; the run's weights go with it as the best so far.
    private func save(_ round: Int) {
        var position = Position()
        position.step = round
        position.trainSeconds = seconds
        let slots = 0..<options.slotCount
        let record = SearchRecord(losses: slots.map { state.losses[$0] }, order: slots.map { state.order[$0] })
        let networks = [("", run.weights)] + keptSlots.map { (prefix($0), UnsafePointer(state.slot($0))) }
        run.control.save(networks, state: run.trainingState(at: position, search: record))
    }

    /// Whether a checkpoint belongs here: epochs are counted by measurements, steps by rounds. For the first rank.
    private func isDue(_ round: Int) -> Bool {
        let (measurements, rest) = round.quotientAndRemainder(dividingBy: options.evaluateEvery)
        return run.configuration.checkpointEvery.isDue(
            epoch: rest == 0 ? measurements : nil, step: round, isLast: round == options.rounds,
            since: run.control.secondsSinceSave)
    }

    /// Its slices are a round's pieces of work, a block of one candidate's minibatch each.
    public var startEvent: StartEvent {
        var event = run.startEvent
        event.slices = options.candidates * FitnessMeasure<Scalar>.blocks(options)
        event.idleWorkers = max(0, event.workers - event.slices)
        return event
    }

    /// Searches all rounds, and leaves the best individual in the run's weights; as `TrainingMethod.train`.
    public func train() throws -> EndEvent {
        try run.control.begin()
        team.run { worker in self.work(worker) }
        try run.control.settle()
        return EndEvent(
            epochs: 0, trainSeconds: seconds, scores: finalScores ?? SetScores(), weightsSHA256: run.hash,
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
        let evaluation = run.evaluation(worker)
        if state.round == 0 { begin(worker, fitness) }
        var round = state.round
        while round < options.rounds {
            round += 1
            let started = now()
            breed(round, worker)
            team.wait()
            fitness.measure(slots: candidateSlots, round: round)
            select(round, worker)
            team.wait()
            let elapsed = now() - started
            let measures = round % options.evaluateEvery == 0 || round == options.rounds
            if measures { measureBest(worker, evaluation, inFull: round == options.rounds) }
            guard agree(after: round, seconds: elapsed, measures ? evaluation : nil, worker) else { return }
        }
        // There was nothing left to do.
        guard run.start.position.step == options.rounds else { return }
        evaluation.measure(inFull: true)
        if worker.isTeamLeader { finalScores = run.processes.orAbort { try evaluation.scores() } }
    }

    /// Puts the best individual in the run's weights, and measures it on all sets.
    private func measureBest(_ worker: Worker, _ evaluation: Evaluation<Scalar>, inFull: Bool) {
        for chunk in chunks(worker, of: 1) {
            (run.state.weights + chunk.range.lowerBound)
                .update(from: state.slot(bestSlot) + chunk.range.lowerBound, count: chunk.range.count)
        }
        team.wait()
        evaluation.measure(inFull: inFull)
    }

    /// Between two rounds: the state is whole, and every worker waits for what the teams' leaders agree on.
    ///
    /// - Returns: whether to go on.
    private func agree(
        after round: Int, seconds: Double, _ evaluation: Evaluation<Scalar>?, _ worker: Worker
    ) -> Bool {
        if worker.isMain { run.state.requests[worker.index] = run.control.request.rawValue }
        team.wait()
        if worker.isTeamLeader {
            run.processes.orAbort { try finish(round, seconds: seconds, try evaluation?.scores()) }
        }
        team.wait()
        let verdict = Request(rawValue: state.verdict[0])
        if worker.isMain, verdict == .stop {
            run.control.stop(at: "after round \(round) of \(options.rounds)") { save(round) }
        }
        return verdict == Request.none
    }

    /// By each team's leader: records the round, and agrees on going on.
    private func finish(_ round: Int, seconds elapsed: Double, _ scores: SetScores?) throws {
        let slowest = try team.leaders.allReduce(elapsed, operation: .max)
        seconds += slowest
        state.round = round
        finalScores = scores
        if run.processes.isFirst {
            run.control.attempt { try record(round, seconds: slowest, scores) }
        }
        let asked = (0..<team.workerCount).map { run.state.requests[$0] }.max() ?? 0
        state.verdict[0] = try team.leaders.allReduce(max(asked, run.control.request.rawValue), operation: .max)
    }

    private func record(_ round: Int, seconds: Double, _ scores: SetScores?) throws {
        let losses = scoredSlots.map { state.losses[$0] }
        guard losses.allSatisfy(\.isFinite), scores?.areFinite != false else {
            throw Failure(.diverged, "training diverged in round \(round): a loss is not finite; no model is written")
        }
        let event = RoundEvent(
            round: round, evaluations: evaluations(after: round), trainSeconds: seconds,
            bestLoss: losses.min()!, meanLoss: losses.reduce(0, +) / Double(losses.count),
            scores: scores?.brief ?? SetScores())
        try run.control.report(.round(event))
        if isDue(round) { save(round) }
        run.progress(
            RunProgress(
                turn: .round, number: round, count: options.rounds, done: 1, of: 1, loss: event.bestLoss,
                seconds: seconds))
    }
}
