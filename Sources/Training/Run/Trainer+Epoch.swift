import Cluster
import MPI
import Networks
import Storage

extension Trainer {
    /// By each team's leader: gathers the epoch's figures, checks that nothing went wrong unseen, and agrees on going on.
    func finishEpoch(_ position: inout Position, _ step: Step<Scalar>, _ evaluation: Evaluation<Scalar>) throws {
        let ranks = try rankSeconds()
        let phases = try slowestPhases()
        let slowest =
            try team.teamCount > 1
            ? team.leaders!.allReduce(position.epochSeconds, operation: .max) : position.epochSeconds
        let unseen = try [accountingFailure(position, resumed: step), replicaFailure(position)]
        let (train, test) = try evaluation.scores()
        trainSeconds += slowest
        position.trainSeconds = trainSeconds
        if processes.isFirst {
            do {
                if let found = unseen.compactMap({ $0 }).first { throw found }
                guard train.loss.isFinite, test.loss.isFinite else {
                    throw Failure(
                        .diverged,
                        "training diverged in epoch \(position.epoch): the loss measured after its last step is not "
                            + "finite; no model is written")
                }
                let event = epochEvent(position, seconds: slowest, train: train, test: test, phases, ranks)
                firstEpoch = firstEpoch ?? event
                lastEpoch = event
                try report(.epoch(event))
                for event in checkpointer?.takeEvents() ?? [] { try report(.checkpoint(event)) }
                if isDue(position) { save(position.nextEpoch) }
            } catch {
                failure = (error as? Failure) ?? Failure(.internalError, "\(error)")
            }
        }
        state.verdict[0] = failure == nil ? 0 : 1
        if team.teamCount > 1 {
            try team.leaders!.broadcast(UnsafeMutableBufferPointer(start: state.verdict, count: 1), root: 0)
        }
    }

    private func epochEvent(
        _ position: Position, seconds: Double, train: Score, test: Score, _ phases: PhaseSeconds, _ ranks: [RankSeconds]
    ) -> EpochEvent {
        let named = configuration.target == .labels
        return EpochEvent(
            epoch: position.epoch, trainSeconds: seconds, samples: dataset.train.count,
            batchLoss: position.batchLoss / Double(schedule.minibatchCount),
            trainLoss: train.loss / Double(dataset.train.count), testLoss: test.loss / Double(dataset.test.count),
            trainAccuracy: named ? Double(train.correct) / Double(dataset.train.count) : nil,
            testAccuracy: named ? Double(test.correct) / Double(dataset.test.count) : nil, phases: phases, ranks: ranks)
    }

    // MARK: What must not go wrong unseen

    /// Whether the workers together used every sample once in the steps since `firstPosition`, or since the epoch began.
    private func accountingFailure(_ position: Position, resumed step: Step<Scalar>) throws -> Failure? {
        var used = Accounting()
        for worker in 0..<team.workerCount {
            used.count += state.accounts[worker].count
            used.sum &+= state.accounts[worker].sum
        }
        if team.teamCount > 1 {
            let leaders = team.leaders!
            used.count = try leaders.allReduce(used.count, operation: .sum)
            used.sum = try leaders.allReduce(used.sum, operation: .sum)
        }
        let before = position.epoch == firstPosition.epoch ? firstPosition.step : 0
        let expected = Accounting.of(0..<UInt32(dataset.train.count)) - step.accounting(ofFirst: before)
        guard used != expected else { return nil }
        return Failure(
            .internalError,
            "epoch \(position.epoch) used \(used.count) samples where it should use \(expected.count), each once")
    }

    /// Whether weights, velocity and samples are the same on all nodes (with `allreduce`, on all ranks).
    private func replicaFailure(_ position: Position) throws -> Failure? {
        let bytes = topology.parameterCount * MemoryLayout<Scalar>.stride
        let parameters = [state.weights, state.velocity].map {
            Checksum.of(UnsafeRawBufferPointer(start: UnsafeRawPointer($0), count: bytes))
        }
        let samples = (0..<team.workerCount).reduce(0 as UInt64) { $0 &+ state.dataSums[$1] }
        let leaders = team.teamCount > 1 ? team.leaders : nil
        func all(_ value: UInt64) throws -> [UInt64] { try leaders?.allGather(value) ?? [value] }
        let ranks = try all(UInt64(processes.world.rank)).map(Int.init)
        func place(_ index: Int) -> String { "rank \(ranks[index]) on \(processes.hosts[ranks[index]])" }

        let whole = try all(samples)
        if let bad = whole.firstIndex(where: { $0 != dataset.checksum }) {
            return Failure(
                .internalError,
                "after epoch \(position.epoch) the samples in the memory of \(place(bad)) are not those that were "
                    + "loaded: bad memory? The checkpoint before is of good samples")
        }
        for (name, value) in zip(["weights", "velocity"], parameters) {
            guard let odd = Replicas.oddOne(try all(value)) else { continue }
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
            let inTeam = (0..<team.workerCount).map { seconds($0, phase) }.max()!
            return team.teamCount > 1 ? try team.leaders!.allReduce(inTeam, operation: .max) : inTeam
        }
        return PhaseSeconds(compute: longest[0], wait: longest[1], reduce: longest[2], update: longest[3])
    }

    /// Every rank's times, each the mean over its workers.
    private func rankSeconds() throws -> [RankSeconds] {
        var numbers: [Double] = []
        for (rank, workers) in team.ranks {
            let means = Phase.allCases.map { phase in
                workers.reduce(0) { $0 + seconds($1, phase) } / Double(workers.count)
            }
            numbers += [Double(rank)] + means
        }
        let width = 1 + Phase.allCases.count
        let bytes = numbers.withUnsafeBytes { Array($0) }
        let gathered = team.teamCount > 1 ? try team.leaders!.allGather(bytes) : [bytes]
        let rows = gathered.flatMap { bytes in
            bytes.withUnsafeBytes { raw in
                stride(from: 0, to: raw.count, by: 8 * width).map { start in
                    (0..<width).map { raw.loadUnaligned(fromByteOffset: start + 8 * $0, as: Double.self) }
                }
            }
        }
        return rows.map { row in
            RankSeconds(
                rank: Int(row[0]), host: processes.hosts[Int(row[0])], compute: row[1], wait: row[2], reduce: row[3],
                update: row[4])
        }.sorted { $0.rank < $1.rank }
    }
}
