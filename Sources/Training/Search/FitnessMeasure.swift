import Cluster
import Kernels
import MPI
import Networks

/// One worker's part of measuring individuals, each on one random minibatch: the article's on a minibatch of its own,
/// those of snes, which are compared with each other alone, all on the same.
///
/// Minibatches are cut into blocks of a fixed size, so that the bits of a loss do not depend on the layout.
final class FitnessMeasure<Scalar: Real & Datatype> {
    private let search: GeneticSearch<Scalar>
    private let worker: Worker
    private let evaluator: Evaluator<Scalar>
    private var numbers: [UInt32] = []

    init(_ search: GeneticSearch<Scalar>, _ worker: Worker) {
        self.search = search
        self.worker = worker
        evaluator = Evaluator(
            search.run.configuration.network, samples: search.run.dataset.train,
            capacity: min(EvaluationSets.blockSize, search.options.fitnessSamples))
    }

    /// Blocks of one minibatch.
    static func blocks(_ options: GeneticOptions) -> Int {
        EvaluationSets.blocks(options.fitnessSamples)
    }

    /// Leaves the losses of the individuals in `slots` in the state; returns when the whole team is done.
    func measure(slots: [Int], round: Int) {
        let (state, team) = (search.state, search.team)
        let blocks = Self.blocks(search.options)
        let draws = RoundDraws(seed: search.run.configuration.seed, round: round)
        for piece in worker.share(of: slots.count * blocks) { state.blockLosses[piece] = 0 }
        team.wait()
        for piece in worker.globalShare(of: slots.count * blocks) {
            let (candidate, block) = piece.quotientAndRemainder(dividingBy: blocks)
            state.blockLosses[piece] = loss(of: slots[candidate], candidate: candidate, block: block, draws)
        }
        team.wait()
        guard worker.isTeamLeader else { return team.wait() }
        // Each block is some team's and zero in the others, so adding teams is exact.
        search.run.processes.orAbort {
            try team.leaders.allReduce(
                inPlace: UnsafeMutableBufferPointer(start: state.blockLosses, count: slots.count * blocks),
                operation: .sum)
        }
        for (candidate, slot) in slots.enumerated() {
            let sum = (0..<blocks).reduce(0.0) { $0 + state.blockLosses[candidate * blocks + $1] }
            // Of weighted rows an estimate of their mean: weights are relative to that of the whole set.
            state.losses[slot] = sum / Double(search.options.fitnessSamples)
        }
        team.wait()
    }

    private func loss(of slot: Int, candidate: Int, block: Int, _ draws: RoundDraws) -> Double {
        let own = search.options.operators == .article
        let range = EvaluationSets.samples(ofBlock: block, count: search.options.fitnessSamples)
        numbers.removeAll(keepingCapacity: true)
        for index in range {
            numbers.append(
                draws.sample(
                    individual: own ? candidate : 0, index: index, of: search.run.dataset.train.count))
        }
        return numbers.withUnsafeBufferPointer {
            evaluator.score($0, parameters: UnsafePointer(search.state.slot(slot))).loss
        }
    }
}
