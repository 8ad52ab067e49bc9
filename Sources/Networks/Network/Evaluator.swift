import Kernels

/// How well a network does on some samples.
public struct Score: Equatable, Sendable {
    /// Σ over samples of the loss; where they have weights, by weights whose mean over the whole set is 1.
    public var loss: Double
    /// Samples whose largest output is their label's; 0 where the target is not the label.
    public var correct: Int

    public init(loss: Double, correct: Int) {
        self.loss = loss
        self.correct = correct
    }
}

/// Measures blocks of samples; each worker has its own.
public final class Evaluator<Scalar: Real> {
    public let pass: ForwardPass<Scalar>
    private let error: ScratchMemory<Scalar>
    private let divisor: Double

    /// For blocks of up to `capacity` samples.
    public init(_ network: Network, samples: Samples, capacity: Int) {
        pass = ForwardPass(network, samples: samples, capacity: capacity)
        divisor = Double(network.head.divisor(outputs: network.topology.outputCount))
        error = ScratchMemory(count: network.topology.outputCount * paddedSampleCount(capacity))
    }

    /// a^L of the samples scored last, n_L × `stride`.
    public var outputs: UnsafePointer<Scalar> { UnsafePointer(pass.activation(pass.topology.depth)) }
    public var stride: Int { pass.stride }

    /// The block's loss, summed in double, and correct answers.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    public func score(_ batch: UnsafeBufferPointer<UInt32>, parameters: UnsafePointer<Scalar>) -> Score {
        pass.run(batch, parameters: parameters)
        let topology = pass.topology
        let sum = pass.outputLoss(batch, meanWeight: pass.samples.meanWeight, share: 0, delta: error.base)
        let correct =
            pass.samples.target != .labels
            ? 0
            : Scalar.correct(
                activation: pass.activation(topology.depth), labels: pass.samples.labels, samples: batch,
                units: topology.outputCount, stride: pass.stride)
        return Score(loss: sum / divisor, correct: correct)
    }
}
