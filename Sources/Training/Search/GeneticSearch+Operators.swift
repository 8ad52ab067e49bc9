import Cluster
import Kernels
import MPI

/// The two sets of operators: what they keep where, and a round of each.
///
/// `article` keeps its population and the children in slots that `order` names. `snes` keeps the mean in slot 0, the
/// deviations in slot 1, and the round's candidates behind.
extension GeneticSearch {
    /// Where the network is that the search would give.
    var bestSlot: Int { options.operators == .article ? Int(state.order[0]) : 0 }

    /// The slots that a round fills and measures.
    var candidateSlots: [Int] {
        switch options.operators {
        case .article: (options.population..<options.slotCount).map { Int(state.order[$0]) }
        case .snes: Array(2..<options.slotCount)
        }
    }

    /// The slots whose losses tell how the search is doing.
    var scoredSlots: [Int] {
        options.operators == .article ? (0..<options.population).map { Int(state.order[$0]) } : candidateSlots
    }

    /// Makes the first individuals, and where they compete measures them. The first is the run's weights; the others
    /// are drawn by its initialiser.
    func begin(_ worker: Worker, _ fitness: FitnessMeasure<Scalar>) {
        let draws = RoundDraws(seed: run.configuration.seed, round: 0)
        if worker.isTeamLeader {
            for slot in 0..<options.slotCount { state.order[slot] = Int64(slot) }
            state.slot(0).update(from: run.state.weights, count: topology.parameterCount)
        }
        switch options.operators {
        case .article:
            for individual in worker.share(of: options.population) where individual > 0 {
                run.configuration.initializer.fill(
                    state.slot(individual), of: topology, seed: draws.seed(individual: individual))
            }
            team.wait()
            fitness.measure(slots: Array(0..<options.population), round: 0)
            if worker.isTeamLeader { sortByLoss(options.population) }
        case .snes:
            for chunk in chunks(worker, of: 1) {
                (state.slot(1) + chunk.range.lowerBound)
                    .update(repeating: Scalar(options.mutationScale), count: chunk.range.count)
            }
        }
        team.wait()
    }

    /// Fills the round's candidates; the team's workers share the work.
    func breed(_ round: Int, _ worker: Worker) {
        let draws = RoundDraws(seed: run.configuration.seed, round: round)
        switch options.operators {
        case .article:
            let parents = GeneticOperators.roulette(losses: scoredSlots.map { state.losses[$0] }, draws: draws)
                .map { Int(state.order[$0]) }
            let slots = candidateSlots
            for chunk in chunks(worker, of: slots.count) {
                // Two children of the first pair, two of the second, …
                let pair = chunk.individual / 2
                GeneticOperators.cross(
                    state.slot(parents[2 * pair]), state.slot(parents[2 * pair + 1]),
                    into: state.slot(slots[chunk.individual]), range: chunk.range, number: chunk.individual,
                    draws: draws, crossover: options.crossover!, mutation: options.mutation!,
                    scale: options.mutationScale)
            }
        case .snes:
            for chunk in chunks(worker, of: options.population / 2) {
                GeneticOperators.sample(
                    mean: state.slot(0), deviation: state.slot(1), into: state.slot(2 + 2 * chunk.individual),
                    state.slot(3 + 2 * chunk.individual), range: chunk.range, pair: chunk.individual, draws: draws)
            }
        }
    }

    /// Keeps the fittest; or moves the distribution.
    func select(_ round: Int, _ worker: Worker) {
        switch options.operators {
        case .article:
            if worker.isTeamLeader { sortByLoss(options.slotCount) }
        case .snes:
            let slots = candidateSlots
            let ranked = slots.indices.sorted { (state.losses[slots[$0]], $0) < (state.losses[slots[$1]], $1) }
            var utilities = [Double](repeating: 0, count: slots.count)
            for (place, value) in zip(ranked, GeneticOperators.utilities(slots.count)) { utilities[place] = value }
            let candidates = slots.map { UnsafePointer(state.slot($0)) }
            for chunk in chunks(worker, of: 1) {
                GeneticOperators.follow(
                    candidates: candidates, utilities: utilities, mean: state.slot(0), deviation: state.slot(1),
                    range: chunk.range, deviationRate: GeneticOperators.deviationRate(topology.parameterCount))
            }
        }
    }

    /// Sorts the first `count` places of the order: the lowest loss first, of equals the older.
    private func sortByLoss(_ count: Int) {
        let slots = (0..<count).map { state.order[$0] }
        let sorted = slots.indices.sorted {
            (state.losses[Int(slots[$0])], $0) < (state.losses[Int(slots[$1])], $1)
        }
        for (place, index) in sorted.enumerated() { state.order[place] = slots[index] }
    }

    /// This worker's part of `count` individuals, cut into ranges of weights that depend on the network alone.
    func chunks(_ worker: Worker, of count: Int) -> some Sequence<(individual: Int, range: Range<Int>)> {
        let (weights, size) = (topology.parameterCount, 2048)
        let perIndividual = (weights + size - 1) / size
        return worker.share(of: count * perIndividual).lazy.map { piece in
            let (individual, chunk) = piece.quotientAndRemainder(dividingBy: perIndividual)
            return (individual, chunk * size..<min(weights, (chunk + 1) * size))
        }
    }
}
