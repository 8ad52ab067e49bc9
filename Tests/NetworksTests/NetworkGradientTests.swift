import Kernels
import RandomNumbers
import Testing

@testable import Networks

/// Networks of every activation and loss, through all engines.
@Suite struct NetworkGradientTests {
    /// Every head and every activation, each with some of the sizes, and two that mix.
    static let networks =
        awkwardTopologies.enumerated().flatMap { number, sizes in
            Network.covering(Topology(sizes: sizes)!).enumerated().filter { $0.offset % 4 == number % 4 }.map(\.element)
        } + [
            Network(
                Topology(sizes: [6, 5, 4, 3])!, hidden: HiddenActivations("relu,sigmoid")!,
                head: Head(.softmax, .crossEntropy)),
            Network(
                Topology(sizes: [6, 5, 4, 3])!, hidden: HiddenActivations("sigmoid,relu")!, head: Head(.relu, .mse)),
        ]

    private static func engines(_ problem: GradientProblem) -> [(name: String, engine: any GradientEngine<Double>)] {
        GradientMethod.allCases.flatMap { method in
            [("dense", problem.samples), ("compressed", problem.compressedSamples!)].map { rows, samples in
                (
                    "\(method.rawValue) \(rows)",
                    method.makeEngine(problem.network, samples: samples, capacity: samples.count, as: Double.self)
                )
            }
        }
    }

    @Test(arguments: networks) func enginesAgree(network: Network) {
        let problem = GradientProblem(network, seed: 31, sampleCount: 4)
        let check = GradientCheck(problem, engines: Self.engines(problem))
        #expect(check.passed, "\(check)")
        let resolved = check.comparisons.filter { $0.second == "central differences" && $0.verdict == .passed }
        #expect(resolved.count >= GradientMethod.allCases.count * 2, "differences tell something")
    }

    /// More samples than a group: slices, padding and precisions.
    @Test(arguments: networks) func slicesAndPrecisions(network: Network) {
        let problem = GradientProblem(network, seed: 32, sampleCount: 37)
        let scalar = Computed<Double>(ScalarEngine(network, samples: problem.samples), problem)
        for method in GradientMethod.allCases {
            let engine = method.makeEngine(network, samples: problem.samples, capacity: 37, as: Double.self)
            let parts = [0..<5, 5..<5, 5..<37].map { Computed(engine, problem, samples: $0) }
            let sums = scalar.gradient.indices.map { index in parts.reduce(0) { $0 + $1.gradient[index] } }
            #expect(agree(sums, scalar.gradient, within: 1e-12))
            #expect(abs(parts.reduce(0) { $0 + $1.loss } - scalar.loss) <= 1e-13 * scalar.loss)
            let single = Computed<Float>(
                method.makeEngine(network, samples: problem.samples, capacity: 37, as: Float.self), problem)
            #expect(abs(single.loss - scalar.loss) <= 1e-5 * scalar.loss, "\(method)")
            #expect(agree(single.gradient.map(Double.init), scalar.gradient, within: 1e-3))
        }
    }

    /// By at most so much of the largest; a dead unit's zeros and a lone class's are zeros everywhere.
    private func agree(_ a: [Double], _ b: [Double], within limit: Double) -> Bool {
        b.allSatisfy { $0 == 0 } ? a.allSatisfy { $0 == 0 } : largestDifference(a, b) < limit
    }

    /// Outputs, losses and correct answers as the scalar network has them.
    @Test(arguments: networks) func scores(network: Network) {
        let problem = GradientProblem(network, seed: 33, sampleCount: 21)
        let evaluator = Evaluator<Double>(network, samples: problem.samples, capacity: 21)
        let score = evaluator.score(problem.batch, parameters: problem.parameters)
        var (loss, correct) = (0.0, 0)
        for sample in problem.batch {
            let scalar = ScalarNetwork<Double>(
                network, parameters: problem.parameters, inputs: problem.samples.inputs.numbers(of: sample))
            let targets: [Double] = problem.samples.targetNumbers(sample, units: network.topology.outputCount)
            loss += scalar.losses(targets).reduce(0) { $0 + $1.term }
            let outputs = Array(scalar.outputs)
            correct += outputs.firstIndex(of: outputs.max()!)! == Int(problem.samples.labels[Int(sample)]) ? 1 : 0
            #expect(
                largestDifference(evaluator.pass.output(Int(sample)), outputs) < 1e-12 || outputs.allSatisfy { $0 == 0 }
            )
        }
        loss /= Double(network.head.divisor(outputs: network.topology.outputCount))
        #expect(abs(score.loss - loss) <= 1e-12 * loss && score.correct == correct)
    }

    @Test(arguments: networks) func jacobians(network: Network) {
        let problem = GradientProblem(network, seed: 34, sampleCount: 18, initializer: .normal)
        let size = network.topology.outputCount * network.topology.inputCount
        func check<Scalar: Real>(_: Scalar.Type) {
            let parameters = Buffer((0..<network.topology.parameterCount).map { Scalar(problem.parameters[$0]) })
            var out = [Scalar](repeating: .nan, count: 18 * size)
            Jacobian<Scalar>(network, samples: problem.samples)
                .matrices(of: problem.batch, parameters: parameters.base, into: &out)
            for sample in 0..<18 {
                let found = out[sample * size..<(sample + 1) * size].withUnsafeBufferPointer {
                    JacobianCheck($0, of: UInt32(sample), in: problem.samples, network, parameters: problem.parameters)
                }
                #expect(found.passed, "\(Scalar.self) sample \(sample): \(found)")
            }
        }
        check(Double.self)
        check(Float.self)
    }

    /// What the table is made of: every activation and loss, and a line for each engine.
    @Test func table() {
        let topology = Topology(sizes: [4, 3, 2])!
        let covering = Network.covering(topology)
        #expect(covering.map(\.head) == Head.all)
        for activation in Activation.all { #expect(covering.contains { $0.activation(1) == activation }) }
        for activation in Activation.list {
            #expect(covering.contains { $0.activation(1) == activation || $0.activation(2) == activation })
        }
        let checks = covering.map { network in
            let problem = GradientProblem(network, seed: 1, sampleCount: 3)
            let engines = GradientMethod.allCases.map {
                ($0.rawValue, $0.makeEngine(network, samples: problem.samples, capacity: 3, as: Double.self))
            }
            return GradientCheck(problem, engines: engines)
        }
        let text = "\(GradientCheckTable(topology, checks))"
        let lines = text.split(separator: "\n")
        #expect(lines.count == 1 + covering.count * GradientMethod.allCases.count + 2)
        #expect(lines.last == "4x3x2, \(covering.count) networks: passed", "\(text)")
    }

    /// A step that would lead over a kink is made smaller, and where none is small enough nothing is said.
    @Test func kinks() throws {
        func bent(_ x: Double) -> CentralDifference.Value { ([abs(x)], [x > 0 ? 1 : 0]) }
        let near = try #require(CentralDifference { bent(0.001 + $0) })
        #expect(near.step < CentralDifference.steps[0] && abs(near.derivatives[0] - 1) < 1e-9)
        #expect(CentralDifference { bent($0) } == nil)
        let far = try #require(CentralDifference { bent(-1 + $0) })
        #expect(far.step == CentralDifference.steps[0] && abs(far.derivatives[0] + 1) < 1e-12)
    }
}
