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

    /// Options of gradient descent, which a genetic search has no use for.
    private static let gradientOptions = [
        "--epochs", "--batch-size", "--learning-rate", "--momentum", "--no-shuffle", "--gradient", "--slices",
        "--reduction",
    ]

    /// The options that were given, under their names.
    private var given: [(name: String, isGiven: Bool)] {
        [
            ("--operators", operators != nil), ("--population", population != nil), ("--rounds", rounds != nil),
            ("--fitness-samples", fitnessSamples != nil), ("--crossover", crossover != nil),
            ("--mutation", mutation != nil), ("--mutation-scale", mutationScale != nil),
            ("--evaluate-every", evaluateEvery != nil),
        ]
    }

    func validate() throws { try checkNumbers() }

    /// The genetic options of a run with these others; nil for another optimiser.
    ///
    /// - Throws: `.usage` for the options of the optimiser that is not asked for.
    func applied(to options: Configuration, arguments: [String] = CommandLine.arguments) throws -> GeneticOptions? {
        guard options.optimizer == .genetic else {
            guard let (name, _) = given.first(where: \.isGiven) else { return nil }
            throw Failure(.usage, "\(name) goes with --optimizer genetic, not with \(options.optimizer.rawValue)")
        }
        if let name = Self.gradientOptions.first(where: { name in
            arguments.contains { $0 == name || $0.hasPrefix(name + "=") }
        }) {
            throw Failure(.usage, "\(name) goes with gradients, not with --optimizer genetic")
        }
        let begun = options.genetic
        return GeneticOptions(
            operators: operators ?? begun?.operators ?? .article, topology: options.topology,
            population: population ?? begun?.population, rounds: rounds ?? begun?.rounds,
            fitnessSamples: fitnessSamples ?? begun?.fitnessSamples,
            evaluateEvery: evaluateEvery ?? begun?.evaluateEvery, crossover: crossover ?? begun?.crossover,
            mutation: mutation ?? begun?.mutation, mutationScale: mutationScale ?? begun?.mutationScale)
    }

    private func checkNumbers() throws {
        if let population, population < 2 || population % 2 != 0 || population > 1 << 16 {
            throw ValidationError("--population must be an even number from 2 to 65536, not \(population).")
        }
        for (name, value) in [
            ("--rounds", rounds), ("--fitness-samples", fitnessSamples), ("--evaluate-every", evaluateEvery),
        ] {
            if let value, value < 1 || value > 1 << 30 {
                throw ValidationError("\(name) must be at least 1 and at most 2^30, not \(value).")
            }
        }
        for (name, value) in [("--crossover", crossover), ("--mutation", mutation)] {
            guard let value else { continue }
            guard operators != .snes else { throw ValidationError("\(name) goes with --operators article.") }
            guard (0...1).contains(value) else {
                throw ValidationError("\(name) must be a chance, from 0 to 1, not \(value).")
            }
        }
        if let mutationScale, !(mutationScale > 0 && mutationScale <= 1e6) {
            throw ValidationError("--mutation-scale must be above 0 and at most 1e6, not \(mutationScale).")
        }
    }
}
