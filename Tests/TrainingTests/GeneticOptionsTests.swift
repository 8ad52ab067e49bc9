import NeuralNetwork
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

    @Test func memory() {
        #expect(options(.article).bytes(.classifier, precision: .float32) == 12 * 13002 * 4)
        #expect(options(.snes).bytes(.classifier, precision: .float64) == 34 * 13002 * 8)
    }
}
