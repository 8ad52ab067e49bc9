import CKernels

/// Philox4x32-10: random numbers as a function of a key and a counter.
///
/// A number depends on what it is for (`stream`, position), never on who draws it or when, so any worker on any
/// layout draws the same. Passes BigCrush; the test holds Random123's known answers.
///
/// - SeeAlso: Salmon, Moraes, Dror, Shaw, *Parallel random numbers: as easy as 1, 2, 3*, SC'11.
public struct Philox: Sendable {
    /// What a random number is for; part of the counter, so that no two uses share numbers.
    public enum Purpose: UInt32, Sendable {
        case weight = 1
        case permutation = 2
        case synthetic = 3
        case genetic = 4
        case dropout = 5
        case check = 6
        case split = 7
    }

    private let key: SIMD2<UInt32>
    private let purpose: UInt32
    private let stream: UInt32

    /// Numbers for one purpose; `stream` tells apart epochs, tensors, samples, individuals, and `part` what is within one.
    ///
    /// - Precondition: `part` is below 2²⁴.
    public init(seed: UInt64, purpose: Purpose, part: UInt32 = 0, stream: UInt32 = 0) {
        key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        self.purpose = purpose.rawValue | part << 8
        self.stream = stream
    }

    /// The `index`-th block of four random words.
    public func block(_ index: UInt64) -> SIMD4<UInt32> {
        Self.rounds(
            counter: SIMD4(UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: index >> 32), stream, purpose),
            key: key)
    }

    /// Fills `words` with the blocks from `first` on: the same as `block` gives, several times as fast.
    ///
    /// - Precondition: `words` has room for a multiple of eight blocks, of four words each.
    public func fill(_ words: UnsafeMutableBufferPointer<UInt32>, from first: UInt64) {
        precondition(words.count % 32 == 0)
        ck_philox(key.x, key.y, first, stream, purpose, words.count / 32, words.baseAddress)
    }

    /// The `index`-th 64-bit word: half a block.
    public func word(_ index: UInt64) -> UInt64 {
        let words = block(index >> 1)
        return index & 1 == 0
            ? UInt64(words.x) | UInt64(words.y) << 32
            : UInt64(words.z) | UInt64(words.w) << 32
    }

    /// The `index`-th uniform number in [0, 1), a multiple of 2⁻⁵³.
    public func uniform(_ index: UInt64) -> Double {
        Double(word(index) >> 11) * 0x1p-53
    }

    /// The ten rounds, as published.
    static func rounds(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
        // In scalars: moving lanes in and out of a vector takes longer than the rounds.
        var (x, y, z, w) = (counter.x, counter.y, counter.z, counter.w)
        var (a, b) = (key.x, key.y)
        for _ in 0..<10 {
            let low = UInt64(x) &* 0xD251_1F53
            let high = UInt64(z) &* 0xCD9E_8D57
            (x, y, z, w) = (
                UInt32(truncatingIfNeeded: high >> 32) ^ y ^ a, UInt32(truncatingIfNeeded: high),
                UInt32(truncatingIfNeeded: low >> 32) ^ w ^ b, UInt32(truncatingIfNeeded: low)
            )
            a &+= 0x9E37_79B9
            b &+= 0xBB67_AE85
        }
        return SIMD4(x, y, z, w)
    }
}
