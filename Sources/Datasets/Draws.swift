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
            words = philox.block(nextBlock)
            nextBlock += 1
            taken = 0
        }
        defer { taken += 1 }
        return words[taken]
    }

    /// Uniform in [-1, 1), a multiple of 2⁻²³.
    mutating func signed() -> Float {
        Float(word() >> 8) * 0x1p-23 - 1
    }

    /// Sixteen numbers of `signed()`, in turn.
    mutating func signed16() -> SIMD16<Float> {
        var result = SIMD16<Float>.zero
        for lane in result.indices { result[lane] = signed() }
        return result
    }

    /// Uniform in 0 ..< `bound`, up to a bias of `bound` · 2⁻³².
    mutating func index(below bound: Int) -> Int {
        Int((UInt64(word()) * UInt64(bound)) >> 32)
    }
}
