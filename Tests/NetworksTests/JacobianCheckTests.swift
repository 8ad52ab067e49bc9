import Kernels
import Testing

@testable import Networks

@Suite struct JacobianCheckTests {
    private func matrix<Scalar: Real>(_ problem: GradientProblem, as: Scalar.Type) -> [Scalar] {
        let parameters = Buffer((0..<problem.topology.parameterCount).map { Scalar(problem.parameters[$0]) })
        var out = [Scalar](repeating: 0, count: problem.topology.outputCount * problem.topology.inputCount)
        Jacobian<Scalar>(problem.network, samples: problem.samples)
            .matrices(of: UnsafeBufferPointer(rebasing: problem.batch[1...1]), parameters: parameters.base, into: &out)
        return out
    }

    private func check<Scalar: Real>(_ problem: GradientProblem, _ matrix: [Scalar]) -> JacobianCheck {
        matrix.withUnsafeBufferPointer {
            JacobianCheck($0, of: 1, in: problem.samples, problem.network, parameters: problem.parameters)
        }
    }

    @Test(arguments: [[5, 4, 3, 2], [7, 1], [17, 9, 33, 2, 4]]) func passesWhatIsRight(sizes: [Int]) {
        let problem = GradientProblem(Network(Topology(sizes: sizes)!), seed: 3, sampleCount: 2, initializer: .normal)
        let double = check(problem, matrix(problem, as: Double.self))
        #expect(double.passed && double.relative < 1e-6)
        let single = check(problem, matrix(problem, as: Float.self))
        #expect(single.passed && single.relative < 1e-4 && single.relative > double.relative)
    }

    /// Where softmax is nearly sure of one class, rows are differences of numbers that are nearly the same.
    @Test func passesSureAnswers() {
        let topology = Topology(sizes: [4, 9, 3])!
        let problem = GradientProblem(
            Network(topology, head: Head(.softmax, .crossEntropy)), seed: 7, sampleCount: 2, initializer: .normal)
        let parameters = Buffer((0..<topology.parameterCount).map { problem.parameters[$0] })
        parameters.base[topology.biases(1)] += 12
        let single = Buffer((0..<topology.parameterCount).map { Float(parameters.base[$0]) })
        var matrix = [Float](repeating: 0, count: 12)
        Jacobian<Float>(problem.network, samples: problem.samples)
            .matrices(of: UnsafeBufferPointer(rebasing: problem.batch[1...1]), parameters: single.base, into: &matrix)
        // With what float32 makes of the weights, which is not what is asked about.
        let rounded = Buffer((0..<topology.parameterCount).map { Double(single.base[$0]) })
        let check = matrix.withUnsafeBufferPointer {
            JacobianCheck($0, of: 1, in: problem.samples, problem.network, parameters: rounded.base)
        }
        #expect(matrix.map(abs).max()! < 1e-2)
        #expect(check.passed && check.relative < 1e-4)
    }

    @Test func findsWhatIsWrong() {
        let problem = GradientProblem(Network(Topology(sizes: [6, 5, 4])!), seed: 4, sampleCount: 2)
        var wrong = matrix(problem, as: Double.self)
        let largest = wrong.map(abs).max()!
        wrong[2 * 6 + 3] += 1e-5 * largest
        let result = check(problem, wrong)
        #expect(!result.passed && result.place == (2, 3))
        #expect(abs(result.relative / 1e-5 - 1) < 0.01)
        wrong[7] = .nan
        #expect(!check(problem, wrong).passed && check(problem, wrong).relative == .infinity)
    }

    /// Deep in the sigmoid's flat part there is nothing to tell from rounding.
    @Test func flatNetworksPass() {
        let problem = GradientProblem(Network(Topology(sizes: [3, 2])!), seed: 5, sampleCount: 2)
        let parameters = Buffer([Double](repeating: 60, count: 8))
        let zeros = [Double](repeating: 0, count: 6)
        let result = zeros.withUnsafeBufferPointer {
            JacobianCheck($0, of: 0, in: problem.samples, problem.network, parameters: parameters.base)
        }
        #expect(result.passed)
    }
}

@Suite struct SensitivityMapsTests {
    @Test func meansOfEachClass() {
        let topology = Topology(sizes: [3, 2])!
        let problem = GradientProblem(Network(topology), seed: 6, sampleCount: 9)
        var maps = SensitivityMaps(topology: topology, classes: 2)
        for sample in 0..<9 as Range<UInt32> {
            let matrix = (0..<6).map { Double($0) + Double(sample) }
            matrix.withUnsafeBufferPointer { maps.add($0, of: sample, in: problem.samples) }
        }
        for label in 0..<2 {
            let mine = (0..<9).filter { problem.samples.labels[$0] == label }
            #expect(maps.counts[label] == mine.count && !mine.isEmpty)
            let mean = Double(mine.reduce(0, +)) / Double(mine.count)
            for (i, value) in maps.map(label).enumerated() {
                #expect(abs(value - (Double(3 * label + i) + mean)) < 1e-12)
            }
        }
    }

    /// Of an autoencoder: the sizes of a column, added up.
    @Test func columnsOfAnAutoencoder() {
        let topology = Topology(sizes: [2, 2])!
        let problem = GradientProblem(Network(topology), seed: 7, sampleCount: 1, target: .inputs)
        var maps = SensitivityMaps(topology: topology, classes: 2)
        [1.0, -2, -3, 4].withUnsafeBufferPointer { maps.add($0, of: 0, in: problem.samples) }
        #expect(maps.map(Int(problem.samples.labels[0])) == [4, 6])
    }
}

@Suite struct OutputsTests {
    @Test(arguments: [[5, 4, 3, 2], [6, 40, 2]]) func equalTheScalarNetworks(sizes: [Int]) {
        let problem = GradientProblem(Network(Topology(sizes: sizes)!), seed: 8, sampleCount: 19)
        let pass = ForwardPass<Double>(problem.network, samples: problem.samples, capacity: 19)
        var out = [Double](repeating: .nan, count: 19 * problem.topology.outputCount)
        pass.outputs(problem.batch, parameters: problem.parameters, into: &out)
        for sample in 0..<19 as Range<UInt32> {
            let network = ScalarNetwork<Double>(
                problem.network, parameters: problem.parameters,
                inputs: problem.samples.inputs.numbers(of: sample))
            for (q, expected) in network.outputs.enumerated() {
                // Sums of at most 40 terms near one, and a sigmoid that is flatter than its argument.
                #expect(abs(out[Int(sample) * problem.topology.outputCount + q] - expected) < 1e-14)
            }
        }
    }
}
