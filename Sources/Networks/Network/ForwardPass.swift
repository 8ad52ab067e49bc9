import Kernels

/// A network's layers for one slice: activations aˡ and derivatives g'(hˡ), n_l × stride, unit-major; beside a^L stands what the
/// loss needs.
///
/// `stride` is the slice's size rounded up to whole groups; what the padding holds is finite and counts for nothing.
public final class ForwardPass<Scalar: Real> {
    public let network: Network
    public let topology: Topology
    let samples: Samples
    let capacity: Int
    /// Of the samples run last.
    private(set) var stride = 0
    /// aˡ at index l - 1, for l in 1…L.
    private let activations: [ScratchMemory<Scalar>]
    private let besides: [ScratchMemory<Scalar>]
    /// Of gˡ at index l - 1.
    private let activationKernels: [LayerKernel<Scalar>]
    /// The kernels' number; of a loss that a program defined none.
    private let lossKernel: Int32
    private let ownLoss: LossLoop<Scalar>?
    private let lossParameter: Scalar
    private let outputIsElementwise: Bool
    let products: Products<Scalar>
    let inputLayer: InputLayer<Scalar>
    /// What the outputs are compared with, n_L × stride; in the form that it has in the samples.
    private let targetBytes: UnsafeMutablePointer<UInt8>?
    private let targetNumbers: ScratchMemory<Scalar>?
    /// What each sample counts, where some count for more than others.
    private let sampleWeights: ScratchMemory<Scalar>?

    /// The layers that are computed are 1…last.
    let last: Int

    /// For up to `capacity` samples at a time, of which all layers are computed, or those below the output.
    ///
    /// - Parameter forLoss: whether what the loss needs stands beside the outputs, or what an activation of its own has there.
    public init(
        _ network: Network, samples: Samples, capacity: Int, belowOutput: Bool = false, forLoss: Bool = true
    ) {
        let topology = network.topology
        let form = network.head.form
        precondition(form.targets.contains(samples.target))
        self.network = network
        self.topology = topology
        self.samples = samples
        self.capacity = capacity
        last = topology.depth - (belowOutput ? 1 : 0)
        let stride = paddedSampleCount(capacity)
        activations = topology.sizes[1...last].map { ScratchMemory(count: $0 * stride) }
        besides = topology.sizes[1...last].map { ScratchMemory(count: $0 * stride) }
        let layers = (1...topology.depth).map { forLoss ? network.layer($0) : network.activation($0) }
        activationKernels = layers.prefix(last).map { LayerKernel($0) }
        outputIsElementwise = layers[topology.depth - 1].isElementwise
        ownLoss = form.ownSteps.map { LossLoop($0, units: topology.outputCount, stride: stride) }
        lossKernel = ownLoss == nil ? form.kernel(Scalar.self) : -1
        lossParameter = Scalar(form.parameter)
        products = Products(topology: topology, columns: stride, withInput: samples.inputs.compressed == nil)
        inputLayer = InputLayer(samples.inputs, topology: topology, stride: stride, products: products)
        let targetCount = belowOutput ? 0 : topology.outputCount * stride
        targetNumbers = samples.askedNumbers.map { _ in ScratchMemory(count: targetCount) }
        sampleWeights = samples.weights.map { _ in ScratchMemory(count: stride) }
        let comparesBytes = samples.target == .inputs && targetNumbers == nil
        targetBytes = comparesBytes ? .allocate(capacity: targetCount) : nil
    }

    deinit { targetBytes?.deallocate() }

    /// aˡ, for l in 1…L.
    func activation(_ l: Int) -> UnsafeMutablePointer<Scalar> { activations[l - 1].base }
    /// What stands beside aˡ: g'(hˡ), or what the loss needs.
    func beside(_ l: Int) -> UnsafeMutablePointer<Scalar> { besides[l - 1].base }
    /// g'(hˡ), for the layers whose activation is elementwise.
    func derivative(_ l: Int) -> UnsafeMutablePointer<Scalar> { beside(l) }

    /// g'(hˡ) of unit `q` and the sample at `index`; 1 of outputs whose errors are by h^L.
    func derivative(_ l: Int, _ q: Int, _ index: Int) -> Scalar {
        l < topology.depth || outputIsElementwise ? beside(l)[q * stride + index] : 1
    }

    /// Computes the layers of these samples; where a step of the training leaves units out, with those at zero.
    ///
    /// - Complexity: 2·B·Σ n_k n_{k+1} flops, of which the first layer's only for inputs that are not zero.
    public func run(_ batch: UnsafeBufferPointer<UInt32>, parameters: UnsafePointer<Scalar>) {
        run(batch, parameters: parameters, dropping: nil)
    }

    func run(_ batch: UnsafeBufferPointer<UInt32>, parameters: UnsafePointer<Scalar>, dropping mask: DropoutMask?) {
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
            activationKernels[l - 1].activate(
                activation(l), bias: parameters + topology.biases(l - 1), units: topology.sizes[l], stride: stride,
                beside: beside(l))
            guard l < topology.depth else { continue }
            Scalar.clearTiny(activation(l), count: topology.sizes[l] * stride)
            Scalar.clearNegligible(beside(l), count: topology.sizes[l] * stride)
            mask?.apply(
                to: activation(l), beside: beside(l), layer: l, units: topology.sizes[l], of: batch, stride: stride)
        }
    }

    /// The sum of the loss's terms, and share · its derivative by h^L, of the samples run last; where they have weights, of
    /// each weighted by what its weight is of `meanWeight`.
    func outputLoss(
        _ batch: UnsafeBufferPointer<UInt32>, meanWeight: Double, share: Scalar, delta: UnsafeMutablePointer<Scalar>
    ) -> Double {
        defer { Scalar.clearTiny(delta, count: topology.outputCount * stride) }
        let depth = topology.depth
        let weights = fillWeights(batch, meanWeight)
        if let ownLoss {
            return ownLoss.fill(
                delta, batch, of: samples, activation: activation(depth), beside: beside(depth),
                units: topology.outputCount, stride: stride, share: share, sampleWeights: weights)
        }
        if let targetBytes, let rows = samples.inputs.denseBytes {
            rows.gatherBytes(batch, into: targetBytes, stride: stride)
            return Scalar.loss(
                lossKernel, activation: activation(depth), beside: beside(depth), targets: targetBytes,
                count: batch.count, units: topology.outputCount, stride: stride, share: share, parameter: lossParameter,
                sampleWeights: weights, delta: delta)
        }
        if let targetNumbers, let rows = samples.askedNumbers {
            Scalar.gather(rows, samples: batch, into: targetNumbers.base, stride: stride)
            return Scalar.loss(
                lossKernel, activation: activation(depth), beside: beside(depth),
                targets: UnsafePointer(targetNumbers.base), count: batch.count, units: topology.outputCount,
                stride: stride, share: share, parameter: lossParameter, sampleWeights: weights, delta: delta)
        }
        return Scalar.loss(
            lossKernel, activation: activation(depth), beside: beside(depth), labels: samples.labels, samples: batch,
            units: topology.outputCount, stride: stride, share: share, parameter: lossParameter, sampleWeights: weights,
            delta: delta)
    }

    private func fillWeights(_ batch: UnsafeBufferPointer<UInt32>, _ mean: Double) -> UnsafePointer<Scalar>? {
        guard let sampleWeights else { return nil }
        for s in 0..<stride { sampleWeights.base[s] = s < batch.count ? samples.weight(batch[s], ofMean: mean) : 0 }
        return UnsafePointer(sampleWeights.base)
    }

    /// The outputs of the sample at `index` of those run last.
    public func output(_ index: Int) -> [Scalar] {
        (0..<topology.outputCount).map { activation(topology.depth)[$0 * stride + index] }
    }
}
