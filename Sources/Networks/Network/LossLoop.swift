import Kernels

/// A loss that a program defined, over an output layer; each worker has its own.
final class LossLoop<Scalar: Real> {
    private let loop: FormulaLoop<Scalar>
    private let targets: ScratchMemory<Scalar>
    private let terms: ScratchMemory<Scalar>
    /// Of each column: what its terms, and what its derivatives are multiplied by; zero in the padding.
    private let counts: ScratchMemory<Scalar>
    private let factors: ScratchMemory<Scalar>

    /// For up to `units` × `stride` outputs.
    init(_ steps: FormulaSteps, units: Int, stride: Int) {
        loop = FormulaLoop(steps)
        targets = ScratchMemory(count: units * stride)
        terms = ScratchMemory(count: units * stride)
        counts = ScratchMemory(count: stride)
        factors = ScratchMemory(count: stride)
    }

    /// As `Scalar.loss`, against whatever the samples ask for: eight sums of columns, put together at the end.
    ///
    /// - Parameter sampleWeights: a weight a column; nil where each is 1. What has none counts for nothing, whatever it is.
    func fill(
        _ delta: UnsafeMutablePointer<Scalar>, _ batch: UnsafeBufferPointer<UInt32>, of samples: Samples,
        activation: UnsafeMutablePointer<Scalar>, beside: UnsafePointer<Scalar>, units: Int, stride: Int, share: Scalar,
        sampleWeights: UnsafePointer<Scalar>?
    ) -> Double {
        samples.fillTargets(targets.base, of: batch, units: units, stride: stride)
        for s in 0..<stride {
            counts.base[s] = s < batch.count ? sampleWeights?[s] ?? 1 : 0
            factors.base[s] = share * counts.base[s]
        }
        loop.run(activation, targets.base, count: units * stride, value: terms.base, derivative: delta)
        var sums = SIMD8<Double>.zero
        for q in 0..<units {
            let (terms, delta, beside) = (terms.base + q * stride, delta + q * stride, beside + q * stride)
            for s in 0..<stride {
                delta[s] = counts.base[s] == 0 ? 0 : factors.base[s] * delta[s] * beside[s]
                terms[s] = counts.base[s] == 0 ? 0 : counts.base[s] * terms[s]
            }
            for s in Swift.stride(from: 0, to: stride, by: 8) {
                for lane in 0..<8 { sums[lane] += Double(terms[s + lane]) }
            }
        }
        return (0..<8).reduce(0) { $0 + sums[$1] }
    }
}
