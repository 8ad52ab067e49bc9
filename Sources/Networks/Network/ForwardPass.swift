import Kernels

/// A network's layers for one slice: activations aˡ and derivatives g'(hˡ), n_l × stride, unit-major.
///
/// `stride` is the slice's size rounded up to whole groups; what the padding holds is finite and counts for nothing.
public final class ForwardPass<Scalar: Real> {
    public let topology: Topology
    let samples: Samples
    let capacity: Int
    /// Of the samples run last.
    private(set) var stride = 0
    /// aˡ at index l - 1, for l in 1…L.
    private let activations: [ScratchMemory<Scalar>]
    private let derivatives: [ScratchMemory<Scalar>]
    let products: Products<Scalar>
    let inputLayer: InputLayer<Scalar>
    private let targetBytes: UnsafeMutablePointer<UInt8>?

    /// The layers that are computed are 1…last.
    let last: Int

    /// For up to `capacity` samples at a time, of which all layers are computed, or those below the output.
    public init(topology: Topology, samples: Samples, capacity: Int, belowOutput: Bool = false) {
        precondition(samples.askedNumbers == nil || belowOutput, "no loss is measured against numbers yet")
        self.topology = topology
        self.samples = samples
        self.capacity = capacity
        last = topology.depth - (belowOutput ? 1 : 0)
        let stride = paddedSampleCount(capacity)
        activations = topology.sizes[1...last].map { ScratchMemory(count: $0 * stride) }
        derivatives = topology.sizes[1...last].map { ScratchMemory(count: $0 * stride) }
        products = Products(topology: topology, columns: stride, withInput: samples.inputs.compressed == nil)
        inputLayer = InputLayer(samples.inputs, topology: topology, stride: stride, products: products)
        let needsTargets = samples.target == .inputs && !belowOutput
        targetBytes = needsTargets ? .allocate(capacity: topology.outputCount * stride) : nil
    }

    deinit { targetBytes?.deallocate() }

    /// aˡ, for l in 1…L.
    func activation(_ l: Int) -> UnsafeMutablePointer<Scalar> { activations[l - 1].base }
    /// g'(hˡ), for l in 1…L.
    func derivative(_ l: Int) -> UnsafeMutablePointer<Scalar> { derivatives[l - 1].base }

    /// Computes the layers of these samples.
    ///
    /// - Complexity: 2·B·Σ n_k n_{k+1} flops, of which the first layer's only for inputs that are not zero.
    public func run(_ batch: UnsafeBufferPointer<UInt32>, parameters: UnsafePointer<Scalar>) {
        precondition(batch.count <= capacity)
        stride = paddedSampleCount(batch.count)
        inputLayer.product(
            batch, weights: parameters + topology.weights(0), into: activation(1), stride: stride)
        for l in 1...last {
            if l > 1 {
                products.forward(
                    parameters + topology.weights(l - 1), inputs: topology.sizes[l - 1], outputs: topology.sizes[l],
                    activation(l - 1), into: activation(l), columns: stride)
            }
            Scalar.sigmoid(
                sums: activation(l), bias: parameters + topology.biases(l - 1), units: topology.sizes[l],
                stride: stride, activation: activation(l), derivative: derivative(l))
        }
    }

    /// δ of the output layer times `coefficient`, and Σ_b Σ_q (a_q − t_q)², of the samples run last.
    func outputError(
        _ batch: UnsafeBufferPointer<UInt32>, coefficient: Scalar, delta: UnsafeMutablePointer<Scalar>
    ) -> Double {
        let depth = topology.depth
        if let targetBytes, let rows = samples.inputs.denseBytes {
            rows.gatherBytes(batch, into: targetBytes, stride: stride)
            return Scalar.squaredError(
                activation: activation(depth), derivative: derivative(depth), targets: targetBytes, count: batch.count,
                units: topology.outputCount, stride: stride, coefficient: coefficient, delta: delta)
        }
        return Scalar.squaredError(
            activation: activation(depth), derivative: derivative(depth), labels: samples.labels, samples: batch,
            units: topology.outputCount, stride: stride, coefficient: coefficient, delta: delta)
    }

    /// The outputs of the sample at `index` of those run last.
    public func output(_ index: Int) -> [Scalar] {
        (0..<topology.outputCount).map { activation(topology.depth)[$0 * stride + index] }
    }
}
