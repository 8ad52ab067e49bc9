import Kernels
import Testing

@testable import Networks

/// What a forward pass does with numbers too small to tell.
@Suite struct NegligibleTests {
    /// Hidden units so far below that their activations and derivatives are tails, and outputs that are nearly 0.
    @Test(arguments: [Activation.gelu, .silu, .softplus, .sigmoid])
    func inHiddenLayersAndDeltasAreNone(hidden: Activation) {
        let topology = Topology(sizes: [3, 4, 2])!
        let network = Network(topology, hidden: HiddenActivations(hidden), head: Head(.sigmoid, .mse))
        let problem = GradientProblem(network, seed: 3, sampleCount: 20)
        let parameters = Buffer([Float](repeating: 0, count: topology.parameterCount))
        for unit in 0..<4 { parameters.base[topology.biases(0) + unit] = hidden == .gelu ? -13 : -80 }
        for unit in 0..<2 { parameters.base[topology.biases(1) + unit] = -80 }
        let pass = ForwardPass<Float>(network, samples: problem.samples, capacity: 20)
        pass.run(problem.batch, parameters: parameters.base)
        let delta = Buffer([Float](repeating: 1, count: topology.outputCount * pass.stride))
        _ = pass.outputLoss(problem.batch, meanWeight: 1, share: 0.1, delta: delta.base)
        let hiddenCount = topology.sizes[1] * pass.stride
        #expect((0..<hiddenCount).allSatisfy { pass.activation(1)[$0] == 0 && pass.derivative(1)[$0] == 0 })
        // An answer stays what it is: 1 / (1 + e^80).
        #expect((0..<topology.outputCount).allSatisfy { pass.activation(2)[$0 * pass.stride] > 1e-35 })
        // (a - t) · a (1 - a) is e^-160 where t is 0, and -e^-80 / 10 where it is 1.
        #expect(delta.values.allSatisfy { $0 == 0 })
    }
}
