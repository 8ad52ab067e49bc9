import Kernels
import Testing

@testable import Networks

/// Samples of which some count for more than others, through all engines.
@Suite struct WeightedRowsTests {
    /// Every head, with some of the sizes.
    static let networks = [[3, 2], [5, 4, 3, 2], [7, 3, 6, 2, 5, 4], [9, 40, 35, 3]].enumerated().flatMap {
        number, sizes in
        Network.covering(Topology(sizes: sizes)!).enumerated().filter { $0.offset % 4 == number }.map(\.element)
    }

    private static func target(_ network: Network) -> Target {
        network.head.loss.takes(network.head.activation, .labels) ? .labels : .numbers
    }

    /// Σ wE ÷ Σ w, against differences of the same, whatever form the inputs have.
    @Test(arguments: networks, [Target.labels, .numbers]) func enginesAgree(network: Network, target: Target) {
        guard network.head.loss.takes(network.head.activation, target) else { return }
        let problem = GradientProblem(network, seed: 41, sampleCount: 5, target: target, weighted: true)
        let engines = GradientMethod.allCases.flatMap { method in
            [("dense", problem.samples), ("compressed", problem.compressedSamples!)].map { rows, samples in
                (
                    name: "\(method.rawValue) \(rows)",
                    engine: method.makeEngine(network, samples: samples, capacity: samples.count, as: Double.self)
                )
            }
        }
        let check = GradientCheck(problem, engines: engines)
        #expect(check.passed, "\(check)")
    }

    /// An autoencoder's fast path knows no weights: the general one is taken.
    @Test(arguments: GradientMethod.allCases) func autoencoder(_ method: GradientMethod) {
        let network = Network(Topology(sizes: [9, 4, 9])!)
        let problem = GradientProblem(network, seed: 42, sampleCount: 20, target: .inputs, weighted: true)
        let engine = method.makeEngine(network, samples: problem.samples, capacity: 20, as: Double.self)
        let check = GradientCheck(problem, engines: [(name: method.rawValue, engine: engine)])
        #expect(check.passed, "\(check)")
        #expect(check.comparisons.contains { $0.verdict == .passed })
    }

    /// Weights that are all the same are as good as none: the gradient's bits, and the loss but for rounding.
    @Test(arguments: precisions, [1, 0.3, 1e100]) func allTheSame(_ precision: any Real.Type, weight: Double) {
        func check<Scalar: Real>(_: Scalar.Type) {
            for network in Self.networks {
                let problem = GradientProblem(
                    network, seed: 43, sampleCount: 37, target: Self.target(network))
                let weights = [Double](repeating: weight, count: 37)
                weights.withUnsafeBufferPointer { weights in
                    let samples = problem.samples.weighted(by: weights.baseAddress!)
                    let minibatch = Minibatch(size: 37, meanWeight: samples.meanWeight(of: problem.batch))
                    for method in GradientMethod.allCases {
                        func computed(_ samples: Samples, _ minibatch: Minibatch) -> Computed<Scalar> {
                            Computed(
                                method.makeEngine(network, samples: samples, capacity: 37), problem, in: minibatch)
                        }
                        let plain = computed(problem.samples, Minibatch(size: 37))
                        let found = computed(samples, minibatch)
                        let tolerance = 64 * Double(Scalar.ulpOfOne)
                        #expect(abs(found.loss - plain.loss) <= tolerance * abs(plain.loss))
                        // A mean of 0.3 is not 0.3 to the last bit.
                        if weight == 1 {
                            #expect(sameBits(found.gradient, plain.gradient))
                        } else {
                            #expect(
                                plain.gradient.allSatisfy { $0 == 0 }
                                    || found.difference(from: plain, network.topology) <= tolerance)
                        }
                    }
                }
            }
        }
        check(precision)
    }

    /// A minibatch of which nothing counts has no loss and no gradient, and neither is NaN.
    @Test(arguments: GradientMethod.allCases, precisions)
    func nothingCounts(_ method: GradientMethod, _ precision: any Real.Type) {
        func check<Scalar: Real>(_: Scalar.Type) {
            let network = Self.networks[3]
            let problem = GradientProblem(network, seed: 44, sampleCount: 20, target: Self.target(network))
            let weights = [Double](repeating: 0, count: 20)
            weights.withUnsafeBufferPointer { weights in
                let samples = problem.samples.weighted(by: weights.baseAddress!)
                let minibatch = Minibatch(size: 20, meanWeight: samples.meanWeight(of: problem.batch))
                let engine = method.makeEngine(network, samples: samples, capacity: 20, as: Scalar.self)
                let found = Computed(engine, problem, in: minibatch)
                #expect(found.loss == 0 && found.gradient.allSatisfy { $0 == 0 })
            }
        }
        check(precision)
    }

    /// What a sample of no weight is asked for does not matter, though its loss be beyond all numbers.
    @Test(arguments: GradientMethod.allCases) func whatDoesNotCount(_ method: GradientMethod) {
        let network = Network(Topology(sizes: [4, 5, 3])!, head: Head(.sigmoid, .mse))
        let inputs: [Double] = (0..<80).map { Double($0 % 7) / 7 }
        func computed(_ wild: Double) -> (loss: Double, gradient: [Float]) {
            let targets: [Double] = (0..<60).map { $0 / 3 == 6 ? wild : Double($0 % 5) / 5 }
            let weights = (0..<20).map { $0 == 6 ? 0 : 1 + Double($0) }
            let values = SampleValues(
                inputs: .numbers(.float64(inputs[...])), columns: 4, targets: .float64(targets[...]), count: 20,
                name: "", targetsName: "")
            let memory = SampleMemory(values.weighted(by: weights[...], name: ""), target: .numbers)
            let batch = (0..<UInt32(20)).map { $0 }
            let parameters: Buffer<Float> = network.topology.parameters()
            let engine = method.makeEngine(network, samples: memory.samples, capacity: 20, as: Float.self)
            let share = engine.share(
                batch,
                in: batch.withUnsafeBufferPointer {
                    Minibatch(size: 20, meanWeight: memory.samples.meanWeight(of: $0))
                }, parameters: parameters)
            return (share.loss, share.gradient)
        }
        let (tame, wild) = (computed(0.5), computed(3e38))
        #expect(tame.loss > 0 && tame.loss == wild.loss && sameBits(tame.gradient, wild.gradient))
    }

    /// A set is measured by its weights; whatever they add up to, as the mean over its samples.
    @Test func evaluation() {
        let network = Network(Topology(sizes: [5, 4, 3, 2])!)
        let problem = GradientProblem(network, seed: 45, sampleCount: 21, weighted: true)
        let evaluator = Evaluator<Double>(network, samples: problem.samples, capacity: 21)
        let plain = Evaluator<Double>(network, samples: problem.samples.unweighted, capacity: 21)
        var (sum, total) = (0.0, 0.0)
        for sample in problem.batch {
            let weight = problem.samples.weights![Int(sample)]
            withUnsafePointer(to: sample) {
                let one = UnsafeBufferPointer(start: $0, count: 1)
                sum += weight * plain.score(one, parameters: problem.parameters).loss
            }
            total += weight
        }
        let score = evaluator.score(problem.batch, parameters: problem.parameters)
        #expect(abs(score.loss / 21 - sum / total) <= 1e-14 * sum / total)
        #expect(score.correct == plain.score(problem.batch, parameters: problem.parameters).correct)
    }

    @Test(
        arguments: [
            ([1, 2, 3, .nan], "row 3 is nan"), ([1, -2, 3, 4], "row 1 is -2.0"),
            ([1, 2, .infinity, 4], "row 2 is inf"),
            ([1e-101, 1, 1, 1], "row 0 is 1e-101"), ([0, 0, 0, 0], "every row's weight is 0"),
            ([0, 0, 2, 0], nil),
        ] as [([Double], String?)])
    func faults(_ weights: [Double], _ words: String?) {
        let values = SampleValues(
            inputs: .bytes([UInt8](repeating: 1, count: 8)[...]), columns: 2, labels: [0, 1, 0, 1], count: 4,
            name: "inputs",
            targetsName: "labels")
        let fault = values.weighted(by: weights[...], name: "w.npy").fault(
            for: Network(Topology(sizes: [2, 2])!), target: .labels, limit: 1e38)
        if let words {
            #expect(fault?.hasPrefix("w.npy: \(words)") == true, "\(fault ?? "none")")
        } else {
            #expect(fault == nil)
        }
    }
}
