import Kernels
import RandomNumbers
import Testing

@testable import Networks

@Suite struct GradientCheckTests {
    private func engines(_ problem: GradientProblem) -> [(name: String, engine: any GradientEngine<Double>)] {
        let (network, samples) = (problem.network, problem.samples)
        let layered = GradientMethod.layered.flatMap { method in
            [("dense", samples), ("compressed", problem.compressedSamples!)].map { rows, samples in
                (
                    name: "\(method.rawValue) \(rows)",
                    engine: method.makeEngine(network, samples: samples, capacity: samples.count, as: Double.self)
                )
            }
        }
        let article: [(name: String, engine: any GradientEngine<Double>)] = [
            ("scalar", ScalarEngine(network, samples: samples)),
            ("matrix", MatrixEngine(network, samples: samples)),
        ]
        return article + layered
    }

    @Test(arguments: [Initializer.kaiming, .normal]) func enginesAgree(initializer: Initializer) {
        let problem = GradientProblem(
            Network(Topology(sizes: [5, 4, 3, 2])!), seed: 1, sampleCount: 5, initializer: initializer)
        let check = GradientCheck(problem, engines: engines(problem))
        #expect(check.passed, "\(check)")
        // 15 pairs of 6 engines and 6 comparisons with differences; three layers and the loss.
        #expect(check.comparisons.count == (15 + 6) * 4)
    }

    /// Random topologies of up to six layers, none so deep that differences cannot tell.
    @Test(arguments: 1...6) func randomTopologies(seed: UInt64) {
        var draws = PhiloxSequence(Philox(seed: seed, purpose: .check, stream: 99))
        let layers = 2 + Int(draws.next() % 5)
        let topology = Topology(sizes: (0..<layers).map { _ in 1 + Int(draws.next() % 9) })!
        let problem = GradientProblem(Network(topology), seed: seed, sampleCount: 3)
        let check = GradientCheck(problem, engines: engines(problem))
        #expect(check.comparisons.allSatisfy { $0.verdict == .passed }, "\(check)")
    }

    @Test func autoencoder() {
        let problem = GradientProblem(
            Network(Topology(sizes: [12, 3, 12])!), seed: 2, sampleCount: 4, target: .inputs)
        let check = GradientCheck(problem, engines: engines(problem))
        #expect(check.passed, "\(check)")
    }

    /// More parameters than are differenced: the worst of those drawn is found, and the scale is the whole layer's.
    @Test func manyParameters() {
        let problem = GradientProblem(Network(Topology(sizes: [70, 15, 2])!), seed: 4, sampleCount: 1)
        #expect(CentralDifferences(problem).layers.map(\.count) == [CentralDifferences.mostPerLayer, 32])
        let check = GradientCheck(problem, engines: Array(engines(problem).suffix(1)))
        #expect(check.passed, "\(check)")
    }

    @Test func findsOneWrongParameter() {
        let problem = GradientProblem(Network(Topology(sizes: [5, 4, 3, 2])!), seed: 1, sampleCount: 5)
        let topology = problem.topology
        let right = ScalarEngine<Double>(problem.network, samples: problem.samples)
        // W¹ from unit 2 to unit 1, moved by what only the other engine's digits can show.
        let index = topology.weights(1) + 2 * 3 + 1
        let scale = Computed(right, problem).gradient[topology.parameters(1)].map(\.magnitude).max()!
        let wrong = Wrong(right) { gradient, _ in gradient[index] += 1e-10 * scale }
        let failures = GradientCheck(problem, engines: [("right", right), ("wrong", wrong)]).comparisons
            .filter { $0.verdict != .passed }
        #expect(failures.count == 1)
        #expect(failures.first?.verdict == .failed)
        #expect(failures.first?.first == "right" && failures.first?.second == "wrong")
        #expect(failures.first?.layer == 1 && failures.first?.place == "2.weight[1,2]")
        #expect(abs((failures.first?.difference ?? 0) - 1e-10) < 1e-14)
    }

    @Test func centralDifferencesFindWhatAllEnginesShare() {
        let problem = GradientProblem(Network(Topology(sizes: [5, 4, 3, 2])!), seed: 1, sampleCount: 5)
        let right = ScalarEngine<Double>(problem.network, samples: problem.samples)
        let bias = problem.topology.biases(0)
        let wrong = Wrong(right) { gradient, _ in gradient[bias] *= 1.001 }
        let check = GradientCheck(problem, engines: [("a", wrong), ("b", wrong)])
        #expect(!check.passed)
        let failures = check.comparisons.filter { $0.verdict == .failed }
        #expect(failures.map(\.second) == ["central differences", "central differences"])
        #expect(failures.allSatisfy { $0.layer == 0 && $0.place == "0.bias[0]" })
        #expect(check.description.hasSuffix("\n5x4x3x2: failed"))
    }

    /// An engine that leaves a number out, or gives NaN, infinity or a wrong loss.
    @Test(arguments: [Double.nan, .infinity, 1e-9]) func findsWhatIsNotANumber(value: Double) {
        let problem = GradientProblem(Network(Topology(sizes: [3, 2])!), seed: 1, sampleCount: 2)
        let right = ScalarEngine<Double>(problem.network, samples: problem.samples)
        let gradients = Wrong(right) { gradient, _ in gradient[4] = value }
        #expect(!GradientCheck(problem, engines: [("wrong", gradients)]).passed)
        let losses = Wrong(right) { _, loss in loss += value }
        let check = GradientCheck(problem, engines: [("wrong", losses)])
        #expect(check.comparisons.filter { $0.verdict == .failed }.map(\.place) == ["loss"])
    }

    /// Through many layers of two units the first derivatives are smaller than what a loss in Double can show.
    @Test func tooSmallForDifferences() {
        let topology = Topology(sizes: Array(repeating: 2, count: 16))!
        let problem = GradientProblem(Network(topology), seed: 1, sampleCount: 2)
        let engine = MatrixEngine<Double>(problem.network, samples: problem.samples)
        let check = GradientCheck(problem, engines: [("matrix", engine)])
        #expect(check.passed, "\(check)")
        #expect(check.comparisons.contains { $0.verdict == .unresolved && $0.layer == 0 })
        #expect(check.comparisons.last?.verdict == .passed)
    }

    @Test func namesOfParameters() {
        let topology = Topology(sizes: [3, 2, 4])!
        let names = ["0.weight[0,0]", "0.weight[1,0]", "0.weight[0,1]"]
        #expect((0..<3).map(topology.parameterName) == names)
        #expect(topology.parameterName(7) == "0.bias[1]")
        #expect(topology.parameterName(8) == "2.weight[0,0]")
        #expect(topology.parameterName(topology.parameterCount - 1) == "2.bias[3]")
        for tensor in topology.tensors where tensor.shape.count == 2 {
            for index in 0..<tensor.count {
                let (row, column) = index.quotientAndRemainder(dividingBy: tensor.shape[1])
                #expect(topology.parameterName(tensor.place(index)) == "\(tensor.name)[\(row),\(column)]")
            }
        }
    }

    @Test func problemsRepeat() {
        func bytes(_ seed: UInt64) -> [UInt8] {
            let problem = GradientProblem(Network(Topology(sizes: [50, 3])!), seed: seed, sampleCount: 4)
            return Array(UnsafeBufferPointer(start: problem.samples.inputs.denseBytes!.dense!, count: 200))
        }
        #expect(bytes(1) == bytes(1))
        #expect(bytes(1) != bytes(2))
        #expect((50...150).contains(bytes(1).count { $0 == 0 }))
    }
}

/// An engine that makes a mistake after another has computed.
private final class Wrong: GradientEngine {
    private let engine: ScalarEngine<Double>
    private let mistake: (UnsafeMutablePointer<Double>, inout Double) -> Void

    init(_ engine: ScalarEngine<Double>, mistake: @escaping (UnsafeMutablePointer<Double>, inout Double) -> Void) {
        self.engine = engine
        self.mistake = mistake
    }

    func gradient(
        of samples: UnsafeBufferPointer<UInt32>, in minibatch: Minibatch, parameters: UnsafePointer<Double>,
        into gradient: UnsafeMutablePointer<Double>
    ) -> Double {
        var loss = engine.gradient(
            of: samples, in: minibatch, parameters: parameters, into: gradient)
        mistake(gradient, &loss)
        return loss
    }
}
