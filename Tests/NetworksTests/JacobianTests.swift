import Kernels
import Testing

@testable import Networks

@Suite struct JacobianTests {
    private func matrices<Scalar: Real>(
        _ problem: GradientProblem, _ batch: [UInt32], compressed: Bool = false, as: Scalar.Type
    ) -> [[Double]] {
        let topology = problem.topology
        let parameters = ScratchMemory<Scalar>(count: topology.parameterCount)
        for index in 0..<topology.parameterCount { parameters.base[index] = Scalar(problem.parameters[index]) }
        let size = topology.outputCount * topology.inputCount
        let out = ScratchMemory<Scalar>(count: batch.count * size)
        out.base.update(repeating: .nan, count: batch.count * size)
        let samples = compressed ? problem.compressedSamples! : problem.samples
        let jacobian = Jacobian<Scalar>(problem.network, samples: samples)
        batch.withUnsafeBufferPointer { jacobian.matrices(of: $0, parameters: parameters.base, into: out.base) }
        return batch.indices.map { b in (0..<size).map { Double(out.base[b * size + $0]) } }
    }

    /// One input moved by ±h and ±2h as a real number, by the network of the scalar engine.
    private func centralDifferences(_ problem: GradientProblem, _ sample: UInt32) -> [Double] {
        let topology = problem.topology
        let inputs: [Double] = problem.samples.inputs.numbers(of: sample)
        let h = 0x1p-8
        func outputs(_ input: Int, _ steps: Double) -> [Double] {
            var moved = inputs
            moved[input] += steps * h
            return Array(
                ScalarNetwork(problem.network, parameters: problem.parameters, inputs: moved).outputs)
        }
        var matrix = [Double](repeating: 0, count: topology.outputCount * topology.inputCount)
        for i in inputs.indices {
            let (up, down, up2, down2) = (outputs(i, 1), outputs(i, -1), outputs(i, 2), outputs(i, -2))
            for q in up.indices {
                matrix[q * inputs.count + i] = (8 * (up[q] - down[q]) - (up2[q] - down2[q])) / (12 * h)
            }
        }
        return matrix
    }

    /// More samples than a group, twice the same, in another order.
    @Test(arguments: awkwardTopologies) func equalsCentralDifferences(sizes: [Int]) {
        let problem = GradientProblem(Network(Topology(sizes: sizes)!), seed: 21, sampleCount: 19)
        let batch: [UInt32] = [18, 4] + (0..<19)
        let computed = matrices(problem, batch, as: Double.self)
        for (sample, matrix) in zip(batch, computed) {
            // As in the gradient check; the largest elements here are above 10⁻⁵.
            #expect(largestDifference(matrix, centralDifferences(problem, sample)) < 1e-6)
        }
        // A group's size decides about rounding alone.
        #expect(largestDifference(computed[0], computed[20]) < 1e-14)
        #expect(largestDifference(computed[1], computed[6]) < 1e-14)
    }

    @Test(arguments: awkwardTopologies) func rowsAndPrecisions(sizes: [Int]) {
        let problem = GradientProblem(Network(Topology(sizes: sizes)!), seed: 22, sampleCount: 3, initializer: .normal)
        let double = matrices(problem, [0, 1, 2], as: Double.self)
        let compressed = matrices(problem, [0, 1, 2], compressed: true, as: Double.self)
        let single = matrices(problem, [0, 1, 2], as: Float.self)
        for b in 0..<3 {
            #expect(largestDifference(compressed[b], double[b]) < 1e-13)
            #expect(largestDifference(single[b], double[b]) < 1e-5)
        }
    }

    /// 300 units: a sample's sensitivities fill a group's memory, so samples go one at a time.
    @Test func oneSampleAtATime() {
        let problem = GradientProblem(Network(Topology(sizes: [4, 300, 3])!), seed: 23, sampleCount: 3)
        #expect(Jacobian<Double>.bytes(problem.topology) == 2 * 300 * 300 * 8)
        for (b, matrix) in matrices(problem, [0, 1, 2], as: Double.self).enumerated() {
            #expect(largestDifference(matrix, centralDifferences(problem, UInt32(b))) < 1e-6)
        }
    }

    @Test func noSamples() {
        let problem = GradientProblem(Network(Topology(sizes: [4, 2])!), seed: 24, sampleCount: 1)
        #expect(matrices(problem, [], as: Float.self).isEmpty)
    }
}
