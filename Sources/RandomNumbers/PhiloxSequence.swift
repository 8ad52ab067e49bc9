import CKernels

/// The numbers of one Philox stream, one after the other: a `RandomNumberGenerator` for the standard library's
/// own algorithms, and normal deviates.
public struct PhiloxSequence: RandomNumberGenerator, Sendable {
    private let philox: Philox
    private var index: UInt64 = 0

    public init(_ philox: Philox) {
        self.philox = philox
    }

    public mutating func next() -> UInt64 {
        defer { index += 1 }
        return philox.word(index)
    }

    /// Uniform in [0, 1).
    public mutating func uniform() -> Double {
        defer { index += 1 }
        return philox.uniform(index)
    }

    /// Normal, mean 0 and variance 1, by Box and Muller; two uniform numbers each.
    public mutating func normal() -> Double {
        let radius = 1 - uniform()
        let angle = uniform()
        return (-2 * ck_log(radius)).squareRoot() * ck_cos(2 * .pi * angle)
    }
}
