import RandomNumbers
import Testing

@Suite struct PhiloxSequenceTests {
    @Test func goesThroughTheWordsInOrder() {
        let philox = Philox(seed: 1, purpose: .check)
        var sequence = PhiloxSequence(philox)
        #expect(sequence.next() == philox.word(0))
        #expect(sequence.uniform() == philox.uniform(1))
        _ = sequence.normal()
        #expect(sequence.next() == philox.word(4), "a normal number takes two words")
    }

    @Test func servesTheStandardLibrary() {
        var first = PhiloxSequence(Philox(seed: 2, purpose: .permutation))
        var second = first
        let shuffled = Array(0..<100).shuffled(using: &first)
        #expect(shuffled == Array(0..<100).shuffled(using: &second), "a copy draws the same numbers")
        #expect(shuffled.sorted() == Array(0..<100))
        #expect(shuffled != Array(0..<100))
    }

    /// Bounds are five standard errors; Var Zᵏ = E Z²ᵏ - (E Zᵏ)² is 1, 2, 15 and 96 for k = 1…4.
    @Test func normalMoments() {
        var sequence = PhiloxSequence(Philox(seed: 3, purpose: .check))
        let count = 100_000
        var sums = [0.0, 0, 0, 0]
        for _ in 0..<count {
            let number = sequence.normal()
            #expect(number.isFinite)
            var power = 1.0
            for k in 0..<4 {
                power *= number
                sums[k] += power
            }
        }
        for (k, (expected, variance)) in zip(0..., [(0.0, 1.0), (1, 2), (0, 15), (3, 96)]) {
            let moment = sums[k] / Double(count)
            #expect(abs(moment - expected) < 5 * (variance / Double(count)).squareRoot(), "moment \(k + 1): \(moment)")
        }
    }

    /// The share below x is Φ(x); five standard errors √(Φ(1-Φ)/n).
    @Test(arguments: [(-2.0, 0.022750131948179), (-1, 0.158655253931457), (0, 0.5), (1.5, 0.933192798731142)])
    func normalDistribution(x: Double, phi: Double) {
        var sequence = PhiloxSequence(Philox(seed: 4, purpose: .check))
        let count = 100_000
        let below = (0..<count).count { _ in sequence.normal() < x }
        #expect(abs(Double(below) / Double(count) - phi) < 5 * (phi * (1 - phi) / Double(count)).squareRoot())
    }
}
