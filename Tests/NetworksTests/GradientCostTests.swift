import Testing

@testable import Networks

/// What a gradient takes by frontpropagation, in backpropagation's operations.
@Suite struct GradientCostTests {
    private func ratio(_ sizes: [Int], inputs: Double? = nil) throws -> Double {
        let topology = try #require(Topology(sizes: sizes))
        return try #require(
            GradientMethod.frontprop.operationsByBackprop(
                topology: topology, inputs: inputs ?? Double(topology.inputCount)))
    }

    /// Up to two hidden layers there is no product of matrices more.
    @Test func theArticlesNetworksCostTheSame() throws {
        for sizes in [[784, 16, 16, 10], [784, 64, 784], [5, 3], [784, 128, 64, 10]] {
            #expect(try ratio(sizes) == 1 && ratio(sizes, inputs: 0) == 1, "\(sizes)")
        }
        #expect(GradientMethod.backprop.operationsByBackprop(topology: .classifier, inputs: 784) == 1)
        #expect(GradientMethod.scalar.operationsByBackprop(topology: .classifier, inputs: 784) == nil)
    }

    /// Written out: 4x3x2x5x1, by hand.
    @Test func byHand() throws {
        // Forward pass and weights' gradients 4·(12 + 6 + 10 + 5), u 2·5; deltas 2·(6 + 10).
        let both = 4.0 * 33 + 10
        // The last step 2·10; of layer 1: its start 2·6, the step to layer 3 (2·10 + 5)·3, the contraction 2·5·3.
        #expect(try ratio([4, 3, 2, 5, 1]) == (both + 20 + 12 + 75 + 30) / (both + 32))
    }

    /// What touches fewer inputs leaves more of the whole to the sweep.
    @Test func inputsCount() throws {
        let sizes = [784, 64, 64, 64, 10]
        #expect(try ratio(sizes, inputs: 150) > ratio(sizes))
    }

    /// Seen on one core (Docs/frontpropagation.md), with about a fifth of the inputs lit: the products of the sweep are large,
    /// so that its time is about half of what its operations would be.
    @Test(arguments: [(16, 1.8), (64, 7.7), (256, 47.0)]) func timesThatWereMeasured(units: Int, time: Double) throws {
        let operations = try ratio([784, units, units, units, units, 10], inputs: 0.2 * 784)
        #expect((1.2...2.2).contains(operations / time), "\(operations)")
    }
}
