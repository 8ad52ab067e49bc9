import Networks
import Testing

@testable import Training

@Suite struct GeneticOptionsTests {
    private func options(
        _ operators: SearchOperators, population: Int? = nil, rounds: Int? = nil
    ) -> GeneticOptions {
        GeneticOptions(
            operators: operators, topology: .classifier, population: population, rounds: rounds, fitnessSamples: nil,
            evaluateEvery: nil, crossover: nil, mutation: nil, mutationScale: nil)
    }

    @Test func theArticles() {
        let article = options(.article)
        #expect(article.population == 8 && article.crossover == 0.7 && article.mutation == 0.005)
        #expect(article.candidates == 4 && article.rounds == 5000 && article.mutationScale == 1)
    }

    /// 4 + 3 ln 13002 = 32.4; both get the same number of fitness evaluations.
    @Test func theStrategys() {
        let snes = options(.snes)
        #expect(snes.population == 32 && snes.candidates == 32 && snes.rounds == 625)
        #expect(snes.crossover == nil && snes.mutation == nil)
    }

    @Test(arguments: [(2, 2), (4, 2), (6, 4), (8, 4), (10, 6), (16, 8)])
    func twoChildrenOfEachPairInTheBetterHalf(population: Int, children: Int) {
        let article = options(.article, population: population)
        #expect(article.childCount == children && article.slotCount == population + children)
        // The last pair's parents are there.
        #expect(article.childCount <= population)
    }

    /// 12 networks of 13002 float32 weights are 0.6 MB, and half of a host's memory is to be enough.
    @Test func refusesWhatDoesNotFit() {
        let needed = 12.0 * 13002 * 4
        #expect(options(.article).refusal(topology: .classifier, precision: .float32, memoryBytes: 2.1 * needed) == nil)
        #expect(options(.article).refusal(topology: .classifier, precision: .float32, memoryBytes: 1.9 * needed) != nil)
        #expect(options(.article).refusal(topology: .classifier, precision: .float64, memoryBytes: 2.1 * needed) != nil)
    }
}
