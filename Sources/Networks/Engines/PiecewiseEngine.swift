import Kernels

/// An engine for slices of any size, which go through another engine by pieces that the caches hold; what they come to is
/// added up in their order.
final class PiecewiseEngine<Scalar: Real>: GradientEngine {
    private let engine: any GradientEngine<Scalar>
    private let count: Int
    private let stride: Int
    /// The sum so far, and a piece's gradient behind it.
    private let gradients: ScratchMemory<Scalar>

    /// - Parameter engine: for slices of `GradientMethod.pieceSamples`.
    init(_ engine: any GradientEngine<Scalar>, parameterCount count: Int) {
        self.engine = engine
        self.count = count
        stride = (count + kernelPadding / MemoryLayout<Scalar>.stride + 15) / 16 * 16
        gradients = ScratchMemory(count: 2 * stride)
    }

    func gradient(
        of samples: UnsafeBufferPointer<UInt32>, in minibatch: Minibatch, parameters: UnsafePointer<Scalar>,
        into gradient: UnsafeMutablePointer<Scalar>
    ) -> Double {
        let sum = gradients.base, next = sum + stride
        sum.update(repeating: 0, count: count)
        var loss = 0.0
        let size = GradientMethod.pieceSamples
        for first in Swift.stride(from: 0, to: samples.count, by: size) {
            let piece = UnsafeBufferPointer(rebasing: samples[first..<min(first + size, samples.count)])
            loss += engine.gradient(of: piece, in: minibatch, parameters: parameters, into: next)
            Scalar.plainSum(slots: sum, slotStride: stride, count: 2, range: 0..<count, into: sum)
        }
        gradient.update(from: sum, count: count)
        return loss
    }
}
