import Foundation
import Kernels
import Networks

/// How a population's next networks are made.
public enum SearchOperators: String, CaseIterable, Sendable, Codable {
    /// The article's: roulette, uniform crossover, mutation, fitness sort.
    case article
    /// Separable natural evolution strategy: a normal distribution for each weight, moved towards what did well.
    ///
    /// - SeeAlso: Wierstra et al., *Natural evolution strategies*, JMLR 15 (2014), Table 1 and Algorithm 6 (SNES).
    case snes
}

/// All that a genetic search is, but for what it shares with other training.
public struct GeneticOptions: Sendable, Equatable, Codable {
    public var operators: SearchOperators
    /// Individuals kept (article) or drawn a round (snes).
    public var population: Int
    public var rounds: Int
    /// The samples of the minibatch that a fitness is measured on.
    public var fitnessSamples: Int
    /// Rounds between two measurements on the whole sets.
    public var evaluateEvery: Int
    /// The chance of a child's weight to be the first parent's; article.
    public var crossover: Double?
    /// The chance of a child's weight to be mutated; article.
    public var mutation: Double?
    /// Standard deviation of what a mutation adds (article); the first standard deviation of each weight (snes).
    public var mutationScale: Double

    /// The options as given, and the operators' own values for those that are nil; `fault` says whether they make sense.
    ///
    /// The article's population, crossover and mutation; for snes its authors' population, 4 + 3 ln d for d weights. Both
    /// get `defaultEvaluations`, so that they can be compared.
    public init(
        operators: SearchOperators, topology: Topology, population: Int?, rounds: Int?, fitnessSamples: Int?,
        evaluateEvery: Int?, crossover: Double?, mutation: Double?, mutationScale: Double?
    ) {
        self.operators = operators
        let published = 2 * ((4 + Int(3 * Functions.log(Double(topology.parameterCount)))) / 2)
        self.population = population ?? (operators == .article ? 8 : published)
        let aRound = operators == .article ? Self.children(ofPopulation: self.population) : self.population
        self.rounds = rounds ?? max(1, Self.defaultEvaluations / max(1, aRound))
        self.fitnessSamples = fitnessSamples ?? 100
        self.evaluateEvery = evaluateEvery ?? max(1, self.rounds / 10)
        self.crossover = crossover ?? (operators == .article ? 0.7 : nil)
        self.mutation = mutation ?? (operators == .article ? 0.005 : nil)
        self.mutationScale = mutationScale ?? (operators == .article ? 1 : 0.1)
    }

    /// Fitness evaluations of a search that is not told otherwise.
    public static let defaultEvaluations = 20_000

    /// Each pair of neighbours in the better half has two children.
    static func children(ofPopulation count: Int) -> Int { 2 * ((count / 2 + 1) / 2) }
    var childCount: Int { Self.children(ofPopulation: population) }

    /// Networks measured in a round.
    var candidates: Int { operators == .article ? childCount : population }

    /// Networks in memory: the population and its children; or mean, deviations and candidates.
    var slotCount: Int { operators == .article ? population + childCount : 2 + population }

    /// Why a node cannot hold the networks; nil when it can.
    public func refusal(topology: Topology, precision: Precision, memoryBytes: Double) -> String? {
        let needed = Double(slotCount) * Double(topology.parameterCount) * (precision == .float32 ? 4 : 8)
        guard needed > memoryBytes / 2 else { return nil }
        return "a population of \(population) of \(topology) takes "
            + String(format: "%.1f GB; this host has %.1f", needed / 1e9, memoryBytes / 1e9)
    }
}
