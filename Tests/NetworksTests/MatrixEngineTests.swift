import Kernels
import Testing

@testable import Networks

@Suite struct MatrixEngineTests {
    /// Counts about a block and a group of samples, and both kinds of rows.
    @Test(arguments: awkwardTopologies, [1, 15, 16, 17, 35]) func equalsScalar(sizes: [Int], count: Int) {
        let problem = GradientProblem(Network(Topology(sizes: sizes)!), seed: 11, sampleCount: count)
        let scalar = Computed<Double>(ScalarEngine(problem.network, samples: problem.samples), problem)
        for samples in [problem.samples, problem.compressedSamples!] {
            let matrix = Computed<Double>(MatrixEngine(problem.network, samples: samples), problem)
            #expect(matrix.difference(from: scalar, problem.topology) < 1e-12)
            #expect(abs(matrix.loss - scalar.loss) < 1e-14)
            let single = Computed<Float>(MatrixEngine(problem.network, samples: samples), problem)
            #expect(single.difference(from: scalar, problem.topology) < 1e-5)
        }
    }

    /// Wide enough that a block is a few samples, here of an autoencoder.
    @Test func smallBlocks() {
        let problem = GradientProblem(
            Network(Topology(sizes: [70, 20, 70])!), seed: 13, sampleCount: 17, target: .inputs)
        let size = MatrixEngine<Double>.blockSize(problem.topology)
        #expect(size > 1 && size < 16 && 17 % size != 0)
        let scalar = Computed<Double>(ScalarEngine(problem.network, samples: problem.samples), problem)
        let matrix = Computed<Double>(MatrixEngine(problem.network, samples: problem.samples), problem)
        #expect(matrix.difference(from: scalar, problem.topology) < 1e-12)
        #expect(abs(matrix.loss - scalar.loss) < 1e-14)
    }

    /// Nothing of a call is left for the next: other parameters and samples give what a new engine gives, to the bit.
    @Test func callsAreIndependent() {
        let problem = GradientProblem(Network(Topology(sizes: [9, 5, 4, 3])!), seed: 15, sampleCount: 20)
        let topology = problem.topology
        func engine() -> MatrixEngine<Double> { MatrixEngine(problem.network, samples: problem.samples) }
        let used = engine()
        let first = Computed(used, problem)
        let zeros = [Double](repeating: 0.25, count: topology.parameterCount)
        let other = Computed(used, problem, parameters: zeros, samples: 3..<8)
        #expect(other.gradient == Computed(engine(), problem, parameters: zeros, samples: 3..<8).gradient)
        #expect(other.gradient != first.gradient)
        #expect(Computed(used, problem).gradient == first.gradient)
    }

    @Test func emptySlice() {
        let problem = GradientProblem(Network(Topology(sizes: [3, 2])!), seed: 17, sampleCount: 2)
        let empty = Computed<Float>(
            MatrixEngine(problem.network, samples: problem.samples), problem, samples: 1..<1)
        #expect(empty.loss == 0 && empty.gradient.allSatisfy { $0 == 0 })
    }

    /// 5x4x3x2 by hand: (n_k + 1)·n_{k+1} × (outputs of the contraction + n_l·n_{l-1} of the products), twice.
    @Test func cost() {
        let cost = MatrixEngine<Float>.cost(topology: Topology(sizes: [5, 4, 3, 2])!, samples: 10)
        let perSample: Int = 2 * (24 * (2 + 12 + 6) + 15 * (2 + 6) + 8 * 2)
        #expect(cost.operations == Double(10 * perSample))
        // Layer 0 has most: 24 elements × (4 + 3 + 2) units × 16 samples.
        #expect(cost.bytes == 24 * 9 * 16 * 4)
        #expect(cost.refusal(of: "matrix", workers: 2, memoryBytes: 1e6) == nil)
    }

    @Test func refusals() {
        let wide = Topology(sizes: [784, 1000, 1000, 10])!
        let cost = MatrixEngine<Float>.cost(topology: wide, samples: 1)
        // 785 × 1000 elements × (1000 + 1000 + 10) outputs × 4 bytes.
        #expect(
            cost.refusal(of: "matrix on \(wide)", workers: 2, memoryBytes: 8e9)
                == "matrix on 784x1000x1000x10 would take about 13 GB of memory; there are 8.0 GB")
        let long = MatrixEngine<Float>.cost(topology: .autoencoder, samples: 60000 * 16)
        #expect(long.refusal(of: "matrix", workers: 1, memoryBytes: 1e9)?.hasSuffix(" days") == true)
        // A topology as large as there are is counted, not allocated.
        let largest = Topology(sizes: [1, 1 << 20, 1, 1 << 20, 1, 1 << 20, 1])!
        #expect(
            MatrixEngine<Double>.cost(topology: largest, samples: 1)
                .refusal(of: "matrix", workers: 1, memoryBytes: 1e12) != nil)
    }
}
