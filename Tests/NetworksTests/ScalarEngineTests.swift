import Foundation
import Kernels
import Testing

@testable import Networks

@Suite struct ScalarEngineTests {
    /// E = (g(w x + b) − t)², so ∂E/∂b = 2 (a − t) a (1 − a) and ∂E/∂w is x times that.
    @Test func oneWeightByHand() {
        let problem = GradientProblem(Network(Topology(sizes: [1, 1])!), seed: 3, sampleCount: 1)
        let x = Double(problem.samples.inputs.denseBytes!.dense![0]) / 255
        let a = 1 / (1 + exp(-(0.75 * x - 0.5)))
        let computed = Computed<Double>(
            ScalarEngine(problem.network, samples: problem.samples), problem, parameters: [0.75, -0.5])
        let slope = 2 * (a - 1) * a * (1 - a)
        // A handful of roundings of numbers below 1.
        #expect(abs(computed.loss - (a - 1) * (a - 1)) < 1e-15)
        #expect(abs(computed.gradient[0] - slope * x) < 1e-15)
        #expect(abs(computed.gradient[1] - slope) < 1e-15)
    }

    /// Equation (2) for every weight, bias and output, against differences of the outputs themselves.
    @Test func derivativesOfOutputs() {
        let problem = GradientProblem(Network(Topology(sizes: [3, 2, 4, 3, 2])!), seed: 5, sampleCount: 1)
        let topology = problem.topology
        let inputs: [Double] = problem.samples.inputs.numbers(of: 0)
        let parameters = ScratchMemory<Double>(count: topology.parameterCount)
        parameters.base.update(from: problem.parameters, count: topology.parameterCount)
        func outputs(_ index: Int, _ change: Double) -> [Double] {
            let value = parameters.base[index]
            defer { parameters.base[index] = value }
            parameters.base[index] += change
            return Array(ScalarNetwork(problem.network, parameters: parameters.base, inputs: inputs).outputs)
        }
        let network = ScalarNetwork(problem.network, parameters: problem.parameters, inputs: inputs)
        let h = 1e-5
        for k in 0..<topology.depth {
            for i in 0...topology.sizes[k] {
                for j in 0..<topology.sizes[k + 1] {
                    let index = topology.weights(k) + i * topology.sizes[k + 1] + j
                    let (up, down) = (outputs(index, h), outputs(index, -h))
                    for q in 0..<topology.outputCount {
                        // Truncation below h²; rounding of outputs below 1 over h.
                        let difference = (up[q] - down[q]) / (2 * h)
                        #expect(abs(network.derivative(topology.depth, q, k, i, j) - difference) < 1e-10)
                    }
                }
            }
        }
    }

    /// Rounding to Float moves each parameter and each of the recursion's steps by 6·10⁻⁸ of itself.
    @Test(arguments: awkwardTopologies) func floatFollowsDouble(sizes: [Int]) {
        let problem = GradientProblem(Network(Topology(sizes: sizes)!), seed: 7, sampleCount: 3)
        let single = Computed<Float>(ScalarEngine(problem.network, samples: problem.samples), problem)
        let double = Computed<Double>(ScalarEngine(problem.network, samples: problem.samples), problem)
        #expect(single.difference(from: double, problem.topology) < 1e-5)
        #expect(abs(single.loss - double.loss) < 1e-6)
    }

    /// Compressed rows say the same, and slices are shares of the minibatch.
    @Test(arguments: [Target.labels, .inputs]) func rowsAndSlices(target: Target) {
        let problem = GradientProblem(
            Network(Topology(sizes: [6, 3, 6])!), seed: 9, sampleCount: 5, target: target, initializer: .normal)
        let whole = Computed<Double>(ScalarEngine(problem.network, samples: problem.samples), problem)
        let engine = ScalarEngine<Double>(problem.network, samples: problem.compressedSamples!)
        #expect(Computed(engine, problem).gradient == whole.gradient)
        let slices = [0..<2, 2..<2, 2..<5].map { Computed(engine, problem, samples: $0) }
        #expect(slices[1].loss == 0 && slices[1].gradient.allSatisfy { $0 == 0 })
        let sums = whole.gradient.indices.map { index in slices.reduce(0) { $0 + $1.gradient[index] } }
        // Five terms added in another order.
        #expect(largestDifference(sums, whole.gradient) < 1e-15)
        #expect(abs(slices.reduce(0) { $0 + $1.loss } - whole.loss) < 1e-15)
    }

    /// 784x16x16x10 by hand: outputs × (weights of layer 0 × (1 + 16) + weights of layers 1 and 2).
    @Test func cost() {
        let cost = ScalarEngine<Float>.cost(topology: .classifier, samples: 2)
        let calls: Int = 10 * (785 * 16 * 17 + 17 * 16 + 17 * 10)
        #expect(cost.operations == Double(2 * calls))
        #expect(cost.refusal(of: "scalar", workers: 1, memoryBytes: 1e9) == nil)
    }

    @Test func refusals() {
        let deep = Topology(sizes: [784, 100, 100, 100, 100, 10])!
        let cost = ScalarEngine<Double>.cost(topology: deep, samples: 60000)
        let text = cost.refusal(of: "scalar on \(deep) with 60000 samples", workers: 2, memoryBytes: 1e9)
        #expect(text?.hasPrefix("scalar on 784x100x100x100x100x10 with 60000 samples would take about ") == true)
        #expect(text?.hasSuffix(" years") == true)
        // Shared by many enough, what took a little more than a day takes less.
        let day = GradientCost(operations: 1, bytes: 8, seconds: 1.5 * GradientCost.longestSeconds)
        #expect(day.refusal(of: "it", workers: 1, memoryBytes: 100) == "it would take about 1.5 days")
        #expect(day.refusal(of: "it", workers: 2, memoryBytes: 100) == nil)
        let large = GradientCost(operations: 1, bytes: 3e6, seconds: 1)
        #expect(large.refusal(of: "it", workers: 2, memoryBytes: 6e6) == nil)
        #expect(
            large.refusal(of: "it", workers: 2, memoryBytes: 5e6)
                == "it would take about 6.0 MB of memory; there are 5.0 MB")
    }

    @Test(arguments: [
        (0.5, "0.5 seconds"), (59, "59 seconds"), (90, "1.5 minutes"), (7200, "2.0 hours"), (86400, "1.0 days"),
        (1e9, "32 years"), (1e30, "3e+22 years"),
    ]) func durations(seconds: Double, text: String) {
        #expect(GradientCost.duration(seconds) == text)
    }
}
