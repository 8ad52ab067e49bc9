import CKernels

/// Which units of a step's hidden layers the kernels drop, and what they multiply the others by.
public struct DropoutDraws: Sendable {
    /// The first threshold that would drop all: draws are of 16 bits.
    public static let limit: UInt32 = 1 << 16

    let raw: ck_dropout

    /// - Parameters:
    ///   - seed, purpose, step: of the Philox blocks that are drawn from: see `ck_dropout`.
    ///   - threshold: units whose draw is below are dropped.
    public init(seed: UInt64, purpose: UInt32, step: UInt32, threshold: UInt32, scale: Double) {
        raw = ck_dropout(
            key0: UInt32(truncatingIfNeeded: seed), key1: UInt32(truncatingIfNeeded: seed >> 32), purpose: purpose,
            step: step, threshold: threshold, scale: scale)
    }
}
