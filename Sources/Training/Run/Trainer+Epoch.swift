import Cluster
import MPI
import Networks
import Storage

/// What the first rank remembers of its epochs, and a team's leader of their time.
struct EpochHistory {
    /// Training losses of this process's first epoch, of the last but one, and of the last.
    private(set) var first: (epoch: Int, loss: Double)?
    private(set) var previous: (epoch: Int, loss: Double)?
    private(set) var last: (epoch: Int, loss: Double)?
    private(set) var scores: SetScores?
    private(set) var count = 0
    /// Of all epochs so far, those before a resume included.
    var trainSeconds: Double

    init(trainSeconds: Double) { self.trainSeconds = trainSeconds }

    mutating func add(_ epoch: Int, _ scores: SetScores) {
        previous = last
        last = (epoch, scores[.train]?.loss ?? .nan)
        first = first ?? last
        self.scores = scores
        count += 1
    }
}

extension Trainer {
    /// The end of an epoch, by every worker: measures, checks and records. - Returns: whether to go on.
    func finishEpoch(
        _ position: inout Position, _ step: any WorkerStep<Scalar>, _ evaluation: Evaluation<Scalar>, _ worker: Worker
    ) -> Bool {
        let started = now()
        evaluation.measure(inFull: isMeasuredByEpochs && position.epoch == run.lastEpoch)
        state.dataSums[worker.index] = worker.share(of: dataset.blockCount).reduce(0) {
            $0 &+ dataset.sum(ofBlock: $1)
        }
        team.wait()
        trace?.worker(worker).add(.evaluate, from: started, to: now())
        let scores = worker.isTeamLeader ? run.processes.orAbort { try evaluation.scores() } : SetScores()
        if worker.isTeamLeader { noteBest(scores, of: position.epoch) }
        keepBest(position.epoch, worker)
        if worker.isTeamLeader { run.processes.orAbort { try close(&position, step, scores) } }
        team.wait()
        return state.verdict[0] == 0
    }

    /// By each team's leader: gathers the epoch's figures, checks that nothing went wrong unseen, and agrees on going on.
    private func close(_ position: inout Position, _ step: any WorkerStep<Scalar>, _ scores: SetScores) throws {
        let ranks = try rankSeconds()
        let phases = try slowestPhases()
        let slowest = try team.leaders.allReduce(position.epochSeconds, operation: .max)
        let unseen = try [accountingFailure(position, resumed: step), replicaFailure(position)]
        history.trainSeconds += slowest
        position.trainSeconds = history.trainSeconds
        if run.processes.isFirst {
            run.control.attempt {
                if let found = unseen.compactMap({ $0 }).first { throw found }
                guard scores.areFinite else {
                    throw Failure(
                        .diverged,
                        "training diverged in epoch \(position.epoch): the loss measured after its last step is not "
                            + "finite; no model is written")
                }
                history.add(position.epoch, scores)
                try run.control.report(.epoch(event(position, seconds: slowest, scores, phases, ranks)))
                if isDue(position) { save(position.nextEpoch) }
                if toldUnderWay == nil, let warning = warningUnderWay() {
                    toldUnderWay = warning
                    run.warn(warning)
                }
            }
        }
        // The first team's counts: the first rank is of it.
        state.verdict[0] = run.control.request == .failure ? 1 : 0
        try team.leaders.broadcast(UnsafeMutableBufferPointer(start: state.verdict, count: 1))
    }

    private func event(
        _ position: Position, seconds: Double, _ scores: SetScores, _ phases: PhaseSeconds, _ ranks: [RankSeconds]
    ) -> EpochEvent {
        let solver = self.solver
        return EpochEvent(
            epoch: position.epoch, trainSeconds: seconds, samples: dataset.train.count,
            learningRate: learningRate(ofStep: position.epoch * schedule.minibatchCount),
            batchLoss: position.batchLoss / Double(schedule.minibatchCount),
            scores: scores.brief, phases: phases, ranks: ranks,
            damping: solver.flatMap { $0.damping > 0 ? $0.damping : nil }, tries: solver?.tries,
            gradientNorm: solver?.gradientNorm)
    }

    // MARK: What must not go wrong unseen

    /// Whether the workers together used every sample once in the steps since the run began, or since the epoch did.
    private func accountingFailure(_ position: Position, resumed step: any WorkerStep<Scalar>) throws -> Failure? {
        var used = Accounting()
        for worker in 0..<team.workerCount {
            used.count += state.accounts[worker].count
            used.sum &+= state.accounts[worker].sum
        }
        used.count = try team.leaders.allReduce(used.count, operation: .sum)
        used.sum = try team.leaders.allReduce(used.sum, operation: .sum)
        let before = position.epoch == run.start.position.epoch ? run.start.position.step : 0
        let expected = Accounting.of(0..<UInt32(dataset.train.count)) - step.pass.accounting(ofFirst: before)
        guard used != expected else { return nil }
        return Failure(
            .internalError,
            "epoch \(position.epoch) used \(used.count) samples where it should use \(expected.count), each once")
    }

    /// Whether weights, the optimiser's vectors and samples are the same on all nodes (with `allreduce`, on all ranks).
    private func replicaFailure(_ position: Position) throws -> Failure? {
        let parameters = state.vectors.map { ($0.name, Checksum.of(UnsafeRawBufferPointer($0.buffer))) }
        let samples = (0..<team.workerCount).reduce(0 as UInt64) { $0 &+ state.dataSums[$1] }
        let ranks = try team.leaders.allGather(Int64(run.processes.world.rank)).map(Int.init)
        func place(_ index: Int) -> String { "rank \(ranks[index]) on \(run.processes.hosts[ranks[index]])" }

        let whole = try team.leaders.allGather(samples)
        if let bad = whole.firstIndex(where: { $0 != dataset.checksum }) {
            return Failure(
                .internalError,
                "after epoch \(position.epoch) the samples in the memory of \(place(bad)) are not those that were "
                    + "loaded: bad memory? The checkpoint before is of good samples")
        }
        for (name, value) in parameters {
            guard let odd = Replicas.oddOne(try team.leaders.allGather(value)) else { continue }
            return Failure(
                .internalError,
                "after epoch \(position.epoch) the \(name) of \(place(odd.index)) are not those of \(odd.agreeing) "
                    + "other copies (\(place(odd.index == 0 ? 1 : 0)) is one): bad memory, or a bad node?")
        }
        return nil
    }

    // MARK: Time

    private func seconds(_ worker: Int, _ phase: Phase) -> Double {
        state.seconds[worker * Phase.allCases.count + phase.rawValue]
    }

    /// Each phase's longest time over all workers.
    private func slowestPhases() throws -> PhaseSeconds {
        let longest = try Phase.allCases.map { phase in
            try team.leaders.allReduce((0..<team.workerCount).map { seconds($0, phase) }.max()!, operation: .max)
        }
        return PhaseSeconds(compute: longest[0], wait: longest[1], reduce: longest[2], update: longest[3])
    }

    /// Every rank's times, each the mean over its workers.
    private func rankSeconds() throws -> [RankSeconds] {
        let mine = team.ranks.map { _, workers in
            Phase.allCases.map { phase in workers.reduce(0) { $0 + seconds($1, phase) } / Double(workers.count) }
        }
        let ranks = try team.leaders.allGather(team.ranks.map { Int64($0.rank) }).joined().map(Int.init)
        let means = try team.leaders.allGather(mine.flatMap(\.self)).flatMap(\.self)
        let width = Phase.allCases.count
        return ranks.enumerated().map { index, rank in
            let row = means[index * width..<(index + 1) * width].map(\.self)
            return RankSeconds(
                rank: rank, host: run.processes.hosts[rank], compute: row[0], wait: row[1], reduce: row[2],
                update: row[3])
        }.sorted { $0.rank < $1.rank }
    }
}
