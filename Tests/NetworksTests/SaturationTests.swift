import Kernels
import Testing

@testable import Networks

/// What is said of units at their limits, and of losses that do not end at 0.
@Suite struct SaturationTests {
    /// With all parameters 0 but for hidden biases far below, or above, what any activation reacts to.
    private func saturation(_ hidden: Activation, bias: Double, head: Head = Head(.linear, .mse)) -> Saturation {
        let topology = Topology(sizes: [3, 4, 2])!
        let network = Network(topology, hidden: HiddenActivations(hidden), head: head)
        let problem = GradientProblem(network, seed: 3, sampleCount: 20)
        let parameters = Buffer([Double](repeating: 0, count: topology.parameterCount))
        for unit in 0..<4 { parameters.base[topology.biases(0) + unit] = bias }
        return Evaluator<Double>(network, samples: problem.samples, capacity: 20)
            .saturation(problem.batch, parameters: parameters.base)
    }

    @Test(arguments: Activation.all) func unitsAtTheirLimits(activation: Activation) {
        let open = [Activation.linear, .leakyReLU].contains(activation)
        #expect(saturation(activation, bias: -100).layers == (open ? [] : [1]))
        let closesAbove = [Activation.sigmoid, .tanh].contains(activation)
        #expect(saturation(activation, bias: 100).layers == (closesAbove ? [1] : []))
        #expect(saturation(activation, bias: 0.5).layers.isEmpty)
        #expect(saturation(activation, bias: -100).isPoor)
    }

    /// Outputs of one half, for labels of two classes: next to the best constants.
    @Test func lossesAboveTheLeast() {
        for head in Head.all where head.activation == .sigmoid {
            let found = saturation(.tanh, bias: 0, head: head)
            #expect(found.isPoor && found.loss >= found.constantLoss - 1e-12 && found.constantLoss > 0, "\(head)")
        }
        // e^0 events where 0 or 1 were counted, in two kinds: (1 + (1 − 0)) / 2 above … 1 of the one, and 0 of the other.
        let counts = saturation(.tanh, bias: 0, head: Head(.linear, .poisson))
        #expect(abs(counts.loss - 0.5) < 1e-12 && counts.constantLoss < 0.5 && counts.isPoor)
    }
}
