import RandomNumbers

/// Random numbers of one Philox stream as a sample's drawing takes them: 32 bits each, in a fixed order.
struct Draws {
    private let philox: Philox
    private var words: SIMD4<UInt32> = .zero
    private var taken = 4
    private var nextBlock: UInt64 = 0

    init(_ philox: Philox) {
        self.philox = philox
    }

    mutating func word() -> UInt32 {
        if taken == 4 {
            words = block()
            taken = 0
        }
        defer { taken += 1 }
        return words[taken]
    }

    /// The next whole block; words that are left of the one before stay in turn.
    mutating func block() -> SIMD4<UInt32> {
        defer { nextBlock += 1 }
        return philox.block(nextBlock)
    }

    /// Uniform in [-1, 1), a multiple of 2⁻²³.
    mutating func signed() -> Float {
        Float(word() >> 8) * 0x1p-23 - 1
    }

    /// A bell-shaped number in (-1, 1): the mean of three uniform ones.
    mutating func bell() -> Float {
        (signed() + signed() + signed()) / 3
    }

    /// Uniform in 0 ..< `bound`, up to a bias of `bound` · 2⁻³².
    mutating func index(below bound: Int) -> Int {
        Int((UInt64(word()) * UInt64(bound)) >> 32)
    }
}
