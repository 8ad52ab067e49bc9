import Kernels

/// How the deltas of the layers below come from those at the output.
protocol DeltaRule<Scalar>: AnyObject {
    associatedtype Scalar: Real
    /// Memory for slices of up to `stride` columns.
    func prepare(topology: Topology, stride: Int)
    /// Fills delta[l] = ∂E/∂hˡ (n_l × stride) for l in 1..<L-1; index l - 1 of `deltas`.
    ///
    /// Given are u = W^{L-1}·δᴸ (n_{L-1} × stride) and delta[L-1] = g'(h^{L-1}) ∘ u; L is 3 or more.
    func fill(
        _ deltas: [UnsafeMutablePointer<Scalar>], from u: UnsafePointer<Scalar>, pass: ForwardPass<Scalar>,
        parameters: UnsafePointer<Scalar>)
}

/// The engines that work a whole layer at a time: forward pass, deltas by `Rule`, gradients from the deltas.
///
/// - Complexity: beside the deltas, 4·B·Σ n_k n_{k+1} flops; allocates nothing after `init`.
final class LayeredEngine<Rule: DeltaRule>: GradientEngine {
    typealias Scalar = Rule.Scalar

    private let pass: ForwardPass<Scalar>
    private let rule: Rule
    /// The output layer of an autoencoder; its deltas are not among the others.
    private let reconstruction: Reconstruction<Scalar>?
    private let deltaMemory: [ScratchMemory<Scalar>]
    private let deltas: [UnsafeMutablePointer<Scalar>]
    /// u = W^{L-1}·δᴸ.
    private let projected: ScratchMemory<Scalar>
    /// What a minibatch's sum of the loss's terms is divided by, beside its size.
    private let divisor: Int
    private let dropout: Dropout?
    var inputSlice: InputSlice<Scalar>?

    init(_ network: Network, samples: Samples, capacity: Int, dropout: Dropout?, deltas rule: Rule) {
        let topology = network.topology
        let stride = paddedSampleCount(capacity)
        let targets = Reconstruction<Scalar>.targets(network, samples)
        pass = ForwardPass(network, samples: samples, capacity: capacity, belowOutput: targets != nil)
        reconstruction = targets.map { Reconstruction(topology: topology, targets: $0, capacity: capacity) }
        self.rule = rule
        self.dropout = dropout
        rule.prepare(topology: topology, stride: stride)
        deltaMemory = topology.sizes[1...pass.last].map { ScratchMemory(count: $0 * stride) }
        deltas = deltaMemory.map(\.base)
        projected = ScratchMemory(count: topology.depth >= 2 ? topology.sizes[topology.depth - 1] * stride : 0)
        pass.inputLayer.prepareGradient(stride: stride)
        divisor = network.head.divisor(outputs: topology.outputCount)
    }

    // The caller knows no type; a step's code is to be of its types all the way down.
    @specialized(where Rule == Frontpropagation<Float>)
    @specialized(where Rule == Frontpropagation<Double>)
    @specialized(where Rule == Backpropagation<Float>)
    @specialized(where Rule == Backpropagation<Double>)
    func gradient(
        of batch: UnsafeBufferPointer<UInt32>, in minibatch: Minibatch, parameters: UnsafePointer<Scalar>,
        into gradient: UnsafeMutablePointer<Scalar>
    ) -> Double {
        let topology = pass.topology
        guard batch.count > 0 else {
            gradient.update(repeating: 0, count: topology.parameterCount)
            inputSlice?.clear()
            return 0
        }
        pass.run(batch, parameters: parameters, dropping: dropout?.mask(step: minibatch.step))
        let share = 1 / Double(divisor * minibatch.size)
        let sum = fillOutputLayer(batch, of: minibatch, parameters, share: Scalar(share), into: gradient)
        let depth = topology.depth
        if depth >= 2 {
            Scalar.multiply(
                projected.base, pass.derivative(depth - 1), count: topology.sizes[depth - 1] * pass.stride,
                into: deltas[depth - 2])
        }
        if depth >= 3 { rule.fill(deltas, from: projected.base, pass: pass, parameters: parameters) }
        pass.inputLayer.gradient(
            batch, delta: deltas[0], into: gradient + topology.weights(0), slice: inputSlice,
            stride: pass.stride)
        for l in stride(from: 1, to: depth, by: 1) { fillLayer(l, into: gradient) }
        return sum * share
    }

    /// Fills the output's deltas, u, and the output layer's gradient, except for weights of the input.
    ///
    /// - Returns: the sum of the loss's terms over samples and outputs.
    private func fillOutputLayer(
        _ batch: UnsafeBufferPointer<UInt32>, of minibatch: Minibatch, _ parameters: UnsafePointer<Scalar>,
        share: Scalar,
        into gradient: UnsafeMutablePointer<Scalar>
    ) -> Double {
        if let reconstruction {
            return reconstruction.fill(
                batch, pass: pass, parameters: parameters, share: share, projected: projected.base,
                gradient: gradient)
        }
        let topology = pass.topology
        let depth = topology.depth
        let sum = pass.outputLoss(
            batch, meanWeight: minibatch.meanWeight, share: share, delta: deltas[depth - 1])
        fillLayer(depth, into: gradient)
        if depth >= 2 {
            pass.products.backward(
                parameters + topology.weights(depth - 1), inputs: topology.sizes[depth - 1],
                outputs: topology.outputCount, deltas[depth - 1], into: projected.base, columns: pass.stride)
        }
        return sum
    }

    /// The gradient of layer l's biases and, above the first layer, weights, from its deltas.
    private func fillLayer(_ l: Int, into gradient: UnsafeMutablePointer<Scalar>) {
        let topology = pass.topology
        if l > 1 {
            pass.products.outer(
                pass.activation(l - 1), inputs: topology.sizes[l - 1], deltas[l - 1], outputs: topology.sizes[l],
                columns: pass.stride, into: gradient + topology.weights(l - 1))
        }
        Scalar.rowSums(
            delta: deltas[l - 1], units: topology.sizes[l], columns: pass.stride,
            sums: gradient + topology.biases(l - 1))
    }
}

/// δˡ = g'(hˡ) ∘ Wˡ δ^{l+1}, from the output to the input.
///
/// - Complexity: 2·B·Σ_{k≥1} n_k n_{k+1} flops.
final class Backpropagation<Scalar: Real>: DeltaRule {
    func prepare(topology: Topology, stride: Int) {}

    func fill(
        _ deltas: [UnsafeMutablePointer<Scalar>], from u: UnsafePointer<Scalar>, pass: ForwardPass<Scalar>,
        parameters: UnsafePointer<Scalar>
    ) {
        let topology = pass.topology
        for l in stride(from: topology.depth - 2, to: 0, by: -1) {
            pass.products.backward(
                parameters + topology.weights(l), inputs: topology.sizes[l], outputs: topology.sizes[l + 1], deltas[l],
                into: deltas[l - 1], columns: pass.stride)
            Scalar.multiply(
                deltas[l - 1], pass.derivative(l), count: topology.sizes[l] * pass.stride, into: deltas[l - 1])
        }
    }
}
