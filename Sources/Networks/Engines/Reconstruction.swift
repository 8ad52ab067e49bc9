import Kernels

/// The article's head over the output layer of an autoencoder in a training step, where it is nearly all of the work: outputs, errors, and what
/// comes of them, in one pass over blocks of output units, by kernels of our own.
///
/// Measured against products and separate passes for sigmoid and error, 784x64x784: Docs/performance.md.
final class Reconstruction<Scalar: Real> {
    private let topology: Topology
    private let targets: ByteRows
    private let scratch: ScratchMemory<Scalar>

    /// The rows that the outputs of a network on these samples are compared with, where its output layer is such a one.
    static func targets(_ network: Network, _ samples: Samples) -> ByteRows? {
        guard samples.target == .inputs, samples.weights == nil, network.topology.depth >= 2, network.head == .article
        else { return nil }
        return samples.inputs.denseBytes
    }

    /// For slices of up to `capacity` samples; the network has a hidden layer.
    init(topology: Topology, targets: ByteRows, capacity: Int) {
        self.topology = topology
        self.targets = targets
        scratch = ScratchMemory(
            count: Scalar.reconstructionScratch(
                inputs: topology.sizes[topology.depth - 1], stride: paddedSampleCount(capacity)))
    }

    /// Fills `projected` with u = W^{L-1}·δᴸ (n_{L-1} × stride) and `gradient` with the output layer's share.
    ///
    /// - Returns: Σ_b Σ_q (a_q − t_q)², of the samples that `pass` ran last.
    func fill(
        _ batch: UnsafeBufferPointer<UInt32>, pass: ForwardPass<Scalar>, parameters: UnsafePointer<Scalar>,
        share: Scalar, projected: UnsafeMutablePointer<Scalar>, gradient: UnsafeMutablePointer<Scalar>
    ) -> Double {
        let depth = topology.depth
        let (weights, biases) = (topology.weights(depth - 1), topology.biases(depth - 1))
        return Scalar.reconstruction(
            activation: pass.activation(depth - 1), inputs: topology.sizes[depth - 1], stride: pass.stride,
            weights: parameters + weights, bias: parameters + biases, targets: targets, samples: batch,
            coefficient: 2 * share, projected: projected, gradient: gradient + weights,
            biasGradient: gradient + biases, scratch: scratch.base)
    }
}
