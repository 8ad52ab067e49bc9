import ArgumentParser
import Storage
import Training

extension Optimizer: ExpressibleByArgument {}
extension SearchOperators: ExpressibleByArgument {}

/// The options of `--optimizer genetic`.
struct GeneticArguments: ParsableArguments {
    @Option(
        help: """
            Genetic: how individuals are made. article: roulette, uniform crossover, mutation, fitness sort; \
            snes: a separable natural evolution strategy, which learns much more [article].
            """)
    var operators: SearchOperators?
    @Option(help: "Genetic: individuals, an even number [8; snes: 4 + 3 ln of the parameters' number].")
    var population: Int?
    @Option(help: "Genetic: rounds [as many as take 20000 fitness evaluations].")
    var rounds: Int?
    @Option(help: "Genetic: samples of the random minibatch that a fitness is measured on [100].")
    var fitnessSamples: Int?
    @Option(help: "Genetic: the chance of a weight to be the first parent's [0.7; not snes].")
    var crossover: Double?
    @Option(help: "Genetic: the chance of a weight to be mutated [0.005; not snes].")
    var mutation: Double?
    @Option(
        help: "Genetic: standard deviation of what a mutation adds [1]; of each weight at the start [snes: 0.1].")
    var mutationScale: Double?
    @Option(help: "Genetic: rounds between two measurements on the whole sets [a tenth of the rounds].")
    var evaluateEvery: Int?

    /// The options that were given, under their names.
    private var given: [(name: String, isGiven: Bool)] {
        [
            ("--operators", operators != nil), ("--population", population != nil), ("--rounds", rounds != nil),
            ("--fitness-samples", fitnessSamples != nil), ("--crossover", crossover != nil),
            ("--mutation", mutation != nil), ("--mutation-scale", mutationScale != nil),
            ("--evaluate-every", evaluateEvery != nil),
        ]
    }

    /// The genetic options of a run with these others; nil for another optimiser.
    ///
    /// - Parameter gradientOption: the first that was given of the options that a genetic search has no use for.
    /// - Throws: `.usage` for the options of the optimiser that is not asked for.
    func applied(to options: Configuration, gradientOption: String?) throws -> GeneticOptions? {
        guard options.optimizer == .genetic else {
            guard let (name, _) = given.first(where: \.isGiven) else { return nil }
            throw Failure(.usage, "\(name) goes with --optimizer genetic, not with \(options.optimizer.rawValue)")
        }
        if let gradientOption {
            throw Failure(.usage, "\(gradientOption) goes with gradients, not with --optimizer genetic")
        }
        let begun = options.genetic
        return GeneticOptions(
            operators: operators ?? begun?.operators ?? .article, topology: options.topology,
            population: population ?? begun?.population, rounds: rounds ?? begun?.rounds,
            fitnessSamples: fitnessSamples ?? begun?.fitnessSamples,
            evaluateEvery: evaluateEvery ?? begun?.evaluateEvery, crossover: crossover ?? begun?.crossover,
            mutation: mutation ?? begun?.mutation, mutationScale: mutationScale ?? begun?.mutationScale)
    }
}
