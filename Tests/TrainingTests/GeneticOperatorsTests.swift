import Foundation
import Kernels
import Testing

@testable import Training

/// Draws are functions of the seed: these tests see the same numbers every time. Bounds on frequencies are six standard
/// deviations, which one run in 500 million would leave by chance.
@Suite struct GeneticOperatorsTests {
    private let draws = RoundDraws(seed: 5, round: 3)

    private func child(
        _ first: [Float], _ second: [Float], number: Int = 0, cuts: [Int] = [], crossover: Double, mutation: Double,
        scale: Double = 1
    ) -> [Float] {
        var child = [Float](repeating: .nan, count: first.count)
        let ends = [0] + cuts + [first.count]
        for (start, end) in zip(ends, ends.dropFirst()) {
            GeneticOperators.cross(
                first, second, into: &child, range: start..<end, number: number, draws: draws, crossover: crossover,
                mutation: mutation, scale: scale)
        }
        return child
    }

    @Test(arguments: [0.7, 0.5, 0.05]) func crossoverTakesItsShareOfTheFirstParent(rate: Double) {
        let count = 100_001
        let ones = [Float](repeating: 1, count: count)
        let zeros = [Float](repeating: 0, count: count)
        let made = child(ones, zeros, crossover: rate, mutation: 0)
        #expect(made.allSatisfy { $0 == 0 || $0 == 1 })
        let share = Double(made.reduce(0, +)) / Double(count)
        #expect(abs(share - rate) < 6 * (rate * (1 - rate) / Double(count)).squareRoot())
    }

    @Test func mutationsAreNormalAndAsManyAsAsked() {
        let (count, rate, scale) = (400_000, 0.05, 0.25)
        let zeros = [Float](repeating: 0, count: count)
        let changed = child(zeros, zeros, crossover: 0.7, mutation: rate, scale: scale).filter { $0 != 0 }
            .map(Double.init)
        let expected = rate * Double(count)
        #expect(abs(Double(changed.count) - expected) < 6 * (expected * (1 - rate)).squareRoot())
        let mean = changed.reduce(0, +) / Double(changed.count)
        let variance = changed.reduce(0) { $0 + $1 * $1 } / Double(changed.count)
        #expect(abs(mean) < 6 * scale / Double(changed.count).squareRoot())
        // The variance of a normal's squares is 2σ⁴.
        #expect(abs(variance / (scale * scale) - 1) < 6 * (2 / Double(changed.count)).squareRoot())
        let beyondTwo = Double(changed.count { abs($0) > 2 * scale }) / Double(changed.count)
        #expect(abs(beyondTwo - 0.0455) < 6 * (0.0455 / Double(changed.count)).squareRoot())
    }

    @Test func extremes() {
        let first = (0..<1001).map { Float($0) }
        let second = first.map { -$0 - 1 }
        #expect(child(first, second, crossover: 1, mutation: 0) == first)
        #expect(child(first, second, crossover: 0, mutation: 0) == second)
        let mutated = child(first, second, crossover: 1, mutation: 1)
        #expect(zip(mutated, first).allSatisfy { $0 != $1 })
    }

    @Test func rangesDoNotMatterChildrenDo() {
        let first = (0..<999).map { Float($0) }
        let second = first.map { -$0 }
        let whole = child(first, second, crossover: 0.7, mutation: 0.1)
        #expect(child(first, second, cuts: [2, 400, 402], crossover: 0.7, mutation: 0.1) == whole)
        #expect(child(first, second, number: 1, crossover: 0.7, mutation: 0.1) != whole)
    }

    /// P(a·u < b·v) = 1 − a/(2b) for a ≤ b and independent uniform u, v.
    @Test(arguments: [(1.0, 2.0), (1.0, 1.0), (0.09, 0.1)]) func rouletteFavoursTheFitter(a: Double, b: Double) {
        let rounds = 20_000
        let wins = (1...rounds).count {
            GeneticOperators.roulette(losses: [b, a], draws: RoundDraws(seed: 9, round: $0))[0] == 1
        }
        let chance = 1 - a / (2 * b)
        let deviation = (chance * (1 - chance) / Double(rounds)).squareRoot()
        #expect(abs(Double(wins) / Double(rounds) - chance) < 6 * deviation)
    }

    @Test func rouletteKeepsEveryone() {
        let order = GeneticOperators.roulette(losses: [3, 1, 2, 0.5, 7, 1], draws: draws)
        #expect(order.sorted() == Array(0..<6))
    }

    // MARK: The evolution strategy

    @Test func candidatesAreMirroredNormals() {
        let count = 50_003
        let mean = [Double](repeating: 0, count: count)
        let deviation = [Double](repeating: 0.5, count: count)
        func pair(_ cuts: [Int]) -> ([Double], [Double]) {
            var (plus, minus) = (mean, mean)
            let ends = [0] + cuts + [count]
            for (start, end) in zip(ends, ends.dropFirst()) {
                GeneticOperators.sample(
                    mean: mean, deviation: deviation, into: &plus, &minus, range: start..<end, pair: 2, draws: draws)
            }
            return (plus, minus)
        }
        let (plus, minus) = pair([])
        #expect(zip(plus, minus).allSatisfy { $0 == -$1 })
        #expect(pair([4, 2048, 4096]) == (plus, minus))
        let average = plus.reduce(0, +) / Double(count)
        let variance = plus.reduce(0) { $0 + $1 * $1 } / Double(count)
        #expect(abs(average) < 6 * 0.5 / Double(count).squareRoot())
        #expect(abs(variance / 0.25 - 1) < 6 * (2 / Double(count)).squareRoot())
    }

    @Test(arguments: [2, 8, 32, 1001]) func utilitiesAddUpToNothing(count: Int) {
        let utilities = GeneticOperators.utilities(count)
        #expect(utilities.count == count && utilities[0] > 0 && utilities.last! < 0)
        #expect(zip(utilities, utilities.dropFirst()).allSatisfy { $0 >= $1 })
        // Each of the `count` terms, below one, is rounded a few times.
        #expect(abs(utilities.reduce(0, +)) < 8 * Double(count) * Double.ulpOfOne)
    }

    /// One weight, two candidates, by hand: mean 1, deviation 2; candidates 3 and −1 with utilities ½ and −½.
    @Test func oneStepByHand() {
        var (mean, deviation) = ([1.0], [2.0])
        let (plus, minus) = ([3.0], [-1.0])
        plus.withUnsafeBufferPointer { plus in
            minus.withUnsafeBufferPointer { minus in
                GeneticOperators.follow(
                    candidates: [plus.baseAddress!, minus.baseAddress!], utilities: [0.5, -0.5], mean: &mean,
                    deviation: &deviation, range: 0..<1, deviationRate: 0.3)
            }
        }
        #expect(mean == [3])  // 1 + ½·2 − ½·(−2)
        #expect(deviation == [2])  // both are one deviation away: no reason to change it
    }

    /// The strategy finds the least of Σ (x_i − i)², from far away and with deviations that are too small.
    @Test func followsAValley() {
        let (weights, count) = (10, 12)
        var mean = [Double](repeating: 0, count: weights)
        var deviation = [Double](repeating: 0.01, count: weights)
        func loss(_ x: ArraySlice<Double>) -> Double { x.enumerated().reduce(0) { $0 + pow($1.1 - Double($1.0), 2) } }
        var candidates = [Double](repeating: 0, count: weights * count)
        for round in 1...500 {
            let draws = RoundDraws(seed: 1, round: round)
            candidates.withUnsafeMutableBufferPointer { buffer in
                for pair in 0..<count / 2 {
                    let plus = buffer.baseAddress! + 2 * pair * weights
                    GeneticOperators.sample(
                        mean: mean, deviation: deviation, into: plus, plus + weights, range: 0..<weights, pair: pair,
                        draws: draws)
                }
            }
            let losses = (0..<count).map { loss(candidates[$0 * weights..<($0 + 1) * weights]) }
            var utilities = [Double](repeating: 0, count: count)
            for (place, utility) in zip(
                losses.indices.sorted { losses[$0] < losses[$1] }, GeneticOperators.utilities(count))
            {
                utilities[place] = utility
            }
            candidates.withUnsafeBufferPointer { buffer in
                GeneticOperators.follow(
                    candidates: (0..<count).map { buffer.baseAddress! + $0 * weights }, utilities: utilities,
                    mean: &mean, deviation: &deviation, range: 0..<weights,
                    deviationRate: GeneticOperators.deviationRate(weights))
            }
        }
        #expect(loss(mean[...]) < 1e-6)
    }

    // MARK: Draws and options

    @Test func samplesAreEvenlyDrawn() {
        let (count, drawn) = (10, 50_000)
        var hits = [Int](repeating: 0, count: count)
        for index in 0..<drawn { hits[Int(draws.sample(individual: 4, index: index, of: count))] += 1 }
        let expected = Double(drawn) / Double(count)
        for number in hits { #expect(abs(Double(number) - expected) < 6 * (expected * 0.9).squareRoot()) }
    }

    @Test func drawsAreByRoundAndIndividual() {
        let other = RoundDraws(seed: 5, round: 4)
        #expect(draws.choices(child: 1, index: 7) != draws.choices(child: 2, index: 7))
        #expect(draws.choices(child: 1, index: 7) != other.choices(child: 1, index: 7))
        #expect(draws.seed(individual: 1) != draws.seed(individual: 2))
        #expect(draws.luck(place: 0) != draws.luck(place: 1))
    }
}
