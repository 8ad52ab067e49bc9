import Kernels

/// How the deltas of all layers come from the forward pass and the output's error.
protocol DeltaRule<Scalar>: AnyObject {
    associatedtype Scalar: Real
    /// Memory for slices of up to `stride` columns.
    func prepare(topology: Topology, stride: Int)
    /// Fills delta[l] = ∂E/∂hˡ (n_l × stride) for l in 1..<L; delta[L] is given. Index l - 1 of `deltas`.
    func fill(_ deltas: [UnsafeMutablePointer<Scalar>], pass: ForwardPass<Scalar>, parameters: UnsafePointer<Scalar>)
}

/// The engines that work a whole layer at a time: forward pass, deltas by `Rule`, gradients from the deltas.
///
/// - Complexity: beside the deltas, 4·B·Σ n_k n_{k+1} flops; allocates nothing after `init`.
final class LayeredEngine<Rule: DeltaRule>: GradientEngine {
    typealias Scalar = Rule.Scalar

    private let pass: ForwardPass<Scalar>
    private let rule: Rule
    private let deltaMemory: [ScratchMemory<Scalar>]
    private let deltas: [UnsafeMutablePointer<Scalar>]
    private let inputScratch: ScratchMemory<Scalar>

    init(topology: Topology, samples: Samples, capacity: Int, deltas rule: Rule) {
        let stride = paddedSampleCount(capacity)
        pass = ForwardPass(topology: topology, samples: samples, capacity: capacity)
        self.rule = rule
        rule.prepare(topology: topology, stride: stride)
        deltaMemory = topology.sizes.dropFirst().map { ScratchMemory(count: $0 * stride) }
        deltas = deltaMemory.map(\.base)
        inputScratch = ScratchMemory(
            count: samples.inputs.isCompressed
                ? Scalar.inputGradientScratch(inputs: topology.inputCount, units: topology.sizes[1], stride: stride) : 0
        )
    }

    // The caller knows no type; a step's code is to be of its types all the way down.
    @specialized(where Rule == Frontpropagation<Float>)
    @specialized(where Rule == Frontpropagation<Double>)
    @specialized(where Rule == Backpropagation<Float>)
    @specialized(where Rule == Backpropagation<Double>)
    func gradient(
        of batch: UnsafeBufferPointer<UInt32>, minibatchSize: Int, parameters: UnsafePointer<Scalar>,
        into gradient: UnsafeMutablePointer<Scalar>
    ) -> Double {
        let topology = pass.topology
        guard batch.count > 0 else {
            gradient.update(repeating: 0, count: topology.parameterCount)
            return 0
        }
        pass.run(batch, parameters: parameters)
        let share = 1 / Double(topology.outputCount * minibatchSize)
        let squares = pass.outputError(batch, coefficient: Scalar(2 * share), delta: deltas[topology.depth - 1])
        rule.fill(deltas, pass: pass, parameters: parameters)
        fillInputWeights(batch, into: gradient + topology.weights(0))
        for l in 1...topology.depth {
            if l > 1 {
                Product.outer(
                    pass.activation(l - 1), inputs: topology.sizes[l - 1], deltas[l - 1], outputs: topology.sizes[l],
                    columns: pass.stride, into: gradient + topology.weights(l - 1))
            }
            Scalar.rowSums(
                delta: deltas[l - 1], units: topology.sizes[l], columns: pass.stride,
                sums: gradient + topology.biases(l - 1))
        }
        return squares * share
    }

    private func fillInputWeights(
        _ batch: UnsafeBufferPointer<UInt32>, into gradient: UnsafeMutablePointer<Scalar>
    ) {
        let (inputs, units) = (pass.topology.inputCount, pass.topology.sizes[1])
        if let dense = pass.denseInputs {
            Scalar.gemm(
                transposeA: true, transposeB: true, m: inputs, n: units, k: batch.count, alpha: 1 / 255, a: dense.base,
                lda: inputs, b: deltas[0], ldb: pass.stride, c: gradient, ldc: units)
        } else {
            Scalar.inputGradient(
                pass.samples.inputs, samples: batch, delta: deltas[0], units: units, scale: 1 / 255, into: gradient,
                stride: pass.stride, scratch: inputScratch.base)
        }
    }
}

/// δˡ = g'(hˡ) ∘ Wˡ δ^{l+1}, from the output to the input.
///
/// - Complexity: 2·B·Σ_{k≥1} n_k n_{k+1} flops.
final class Backpropagation<Scalar: Real>: DeltaRule {
    func prepare(topology: Topology, stride: Int) {}

    func fill(_ deltas: [UnsafeMutablePointer<Scalar>], pass: ForwardPass<Scalar>, parameters: UnsafePointer<Scalar>) {
        let topology = pass.topology
        for l in stride(from: topology.depth - 1, to: 0, by: -1) {
            Product.backward(
                parameters + topology.weights(l), inputs: topology.sizes[l], outputs: topology.sizes[l + 1], deltas[l],
                into: deltas[l - 1], columns: pass.stride)
            Scalar.multiply(
                deltas[l - 1], pass.derivative(l), count: topology.sizes[l] * pass.stride, into: deltas[l - 1])
        }
    }
}
