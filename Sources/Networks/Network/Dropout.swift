import Kernels
import RandomNumbers

/// Leaving out units of hidden layers while a network trains, each sample and step others; those that are kept are divided by
/// the share that is kept, so that nothing has to change where a network is used.
///
/// Which units these are is a function of seed, step, layer, sample and unit: not of who computes them, in what slice, or in
/// what precision. Activation and derivative are dropped and divided alike, so what is derived from them needs no more.
///
/// - SeeAlso: Srivastava et al., *Dropout: a simple way to prevent neural networks from overfitting*, JMLR 15 (2014).
public struct Dropout: Sendable {
    /// Of 2¹⁶ draws so many drop a unit: a rate is meant to that, and never none or all.
    let threshold: UInt32
    private let seed: UInt64

    /// - Returns: nil where nothing is dropped.
    /// - Precondition: the rate is at least 0 and below 1.
    public init?(rate: Double?, seed: UInt64) {
        guard let rate, rate > 0 else { return nil }
        let limit = DropoutDraws.limit
        threshold = min(max(UInt32((rate * Double(limit)).rounded()), 1), limit - 1)
        self.seed = seed
    }

    /// 1 / (1 − P), of P as it is drawn.
    var scale: Double { Double(DropoutDraws.limit) / Double(DropoutDraws.limit - threshold) }

    /// What a step of the run leaves out; steps 2³² apart the same.
    func mask(step: Int) -> DropoutMask { DropoutMask(self, seed: seed, step: UInt32(truncatingIfNeeded: step)) }
}

/// The units that one step leaves out.
struct DropoutMask {
    private let dropout: Dropout
    private let seed: UInt64
    private let step: UInt32
    private let draws: DropoutDraws

    fileprivate init(_ dropout: Dropout, seed: UInt64, step: UInt32) {
        (self.dropout, self.seed, self.step) = (dropout, seed, step)
        draws = DropoutDraws(
            seed: seed, purpose: Philox.Purpose.dropout.rawValue, step: step, threshold: dropout.threshold,
            scale: dropout.scale)
    }

    /// Drops units of layer `l` of a slice, n_l × stride: activations, and the derivatives beside them.
    func apply<Scalar: Real>(
        to values: UnsafeMutablePointer<Scalar>, beside: UnsafeMutablePointer<Scalar>, layer l: Int, units: Int,
        of samples: UnsafeBufferPointer<UInt32>, stride: Int
    ) {
        Scalar.drop(draws, layer: l, samples: samples, units: units, stride: stride, values: values, beside: beside)
    }

    /// What each unit of layer `l` of a sample is multiplied by, written out: the reference for the kernel, and what the scalar
    /// network computes with.
    func factors<Scalar: Real>(layer l: Int, units: Int, sample: UInt32) -> [Scalar] {
        let philox = Philox(seed: seed, purpose: .dropout, part: UInt32(l), stream: step)
        return (0..<units).map { q in
            let word = philox.block(UInt64(sample) | UInt64(q / 8) << 32)[q % 8 / 2]
            let draw = q % 2 == 0 ? word & 0xFFFF : word >> 16
            return draw < dropout.threshold ? 0 : Scalar(dropout.scale)
        }
    }
}
