import Kernels
import RandomNumbers

/// The random numbers of one round, by what they are for: any worker on any rank draws the same.
struct RoundDraws: Sendable {
    private let philox: Philox

    /// - Parameter round: from 1; 0 stands for the first population.
    init(seed: UInt64, round: Int) {
        philox = Philox(seed: seed, purpose: .genetic, stream: UInt32(round))
    }

    private enum Use: UInt64 {
        case weights, mutations, roulette, samples, seeds
    }

    /// Individuals and uses stand above 2⁴⁰ weights in the counter.
    private func block(_ use: Use, _ individual: Int, _ index: Int) -> SIMD4<UInt32> {
        philox.block(use.rawValue << 60 | UInt64(individual) << 40 | UInt64(index))
    }

    /// For two neighbouring weights of a child, 2·`index` and the next: each one's parent and whether it mutates.
    func choices(child: Int, index: Int) -> SIMD4<UInt32> { block(.weights, child, index) }

    /// The normal deviate of a mutation.
    func mutation(child: Int, weight: Int) -> Double {
        let words = block(.mutations, child, weight)
        return Self.normals(words.x, words.y).0
    }

    /// Four normal deviates, those of the weights 4·`index`… of the pair `pair`.
    func normals(pair: Int, index: Int) -> SIMD4<Double> {
        let words = block(.weights, pair, index)
        let (first, second) = (Self.normals(words.x, words.y), Self.normals(words.z, words.w))
        return SIMD4(first.0, first.1, second.0, second.1)
    }

    /// In [0, 1): the luck of the individual at `place`.
    func luck(place: Int) -> Double { Self.uniform(block(.roulette, place, 0).x) }

    /// The `index`-th sample of the minibatch of `individual`, of `count`; within 2⁻³² · count of evenly drawn.
    func sample(individual: Int, index: Int, of count: Int) -> UInt32 {
        let words = block(.samples, individual, index)
        return UInt32((UInt64(words.x) * UInt64(count)) >> 32)
    }

    /// The seed of an individual's first weights.
    func seed(individual: Int) -> UInt64 {
        let words = block(.seeds, individual, 0)
        return UInt64(words.x) | UInt64(words.y) << 32
    }

    /// In [0, 1), a multiple of 2⁻³².
    static func uniform(_ word: UInt32) -> Double { Double(word) * 0x1p-32 }

    /// Two independent normal deviates, mean 0 and variance 1, by Box and Muller; up to 6.7.
    static func normals(_ a: UInt32, _ b: UInt32) -> (Double, Double) {
        let radius = (-2 * Functions.log((Double(a) + 1) * 0x1p-32)).squareRoot()
        let angle = 2 * .pi * uniform(b)
        return (radius * Functions.cos(angle), radius * Functions.sin(angle))
    }
}
