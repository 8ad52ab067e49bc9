import Kernels
import Networks
import Testing

/// A network, what it is asked for, and how many samples.
struct Exercise: CustomTestStringConvertible, Sendable {
    let topology: Topology
    let target: Target
    let count: Int

    init(_ text: String, _ target: Target = .labels, samples count: Int) {
        topology = Topology(text)!
        self.target = target
        self.count = count
    }

    var testDescription: String { "\(topology) \(target) \(count)" }

    /// Depths 1 to 6. Weight matrices of more than 32 × 32 go by other kernels; frontprop sweeps a start layer in more pieces
    /// than one where its units times the widest swept layer's exceed 4096 (Float) or 2048 (Double).
    static let all = [
        Exercise("1x1", samples: 7), Exercise("7x3", samples: 16), Exercise("300x10", samples: 17),
        Exercise("13x5x4", samples: 15), Exercise("50x40x36", samples: 33), Exercise("20x16x16x10", samples: 40),
        Exercise("20x100x100x10", samples: 17), Exercise("30x130x17x5", samples: 16),
        Exercise("9x33x1x34x6", samples: 40),
        Exercise("9x70x90x65x7", samples: 17), Exercise("10x8x7x6x5x4", samples: 20),
        Exercise("6x5x1x4x17x3x2", samples: 31), Exercise("8x40x41x42x43x44x9", samples: 5),
        Exercise("36x12x36", .inputs, samples: 17), Exercise("19x19", .inputs, samples: 3),
        Exercise("40x8x8x40", .inputs, samples: 40), Exercise("25x70x80x25", .inputs, samples: 18),
    ]

    /// One of each kind, where a test costs more.
    static let few = [
        Exercise("7x3", samples: 16), Exercise("20x16x16x10", samples: 40), Exercise("20x100x100x10", samples: 33),
        Exercise("6x5x1x4x17x3x2", samples: 31), Exercise("25x70x80x25", .inputs, samples: 18),
    ]
}

/// A slice of a network's samples with both engines.
struct Case<Scalar: Real> {
    let network: Exercise
    let data: TestSamples
    let parameters: Buffer<Scalar>
    let batch: [UInt32]

    init(_ network: Exercise) {
        self.network = network
        data = TestSamples(count: network.count + 3, for: network.topology)
        parameters = network.topology.parameters()
        // In no order, and one of them twice.
        batch = (0..<network.count).map { UInt32(($0 * 7 + 2) % (network.count + 3)) }
    }

    func engine(_ method: GradientMethod, compressed: Bool, capacity: Int? = nil) -> any GradientEngine<Scalar> {
        method.makeEngine(
            Network(network.topology), samples: data.samples(network.target, compressed: compressed),
            capacity: capacity ?? network.count)
    }

    /// The reference, with these very parameters.
    var naive: NaiveNetwork {
        NaiveNetwork(topology: network.topology, parameters: parameters.values.map { Double($0) })
    }

    func naiveGradient(_ batch: [UInt32], minibatchSize: Int) -> NaiveNetwork.Result {
        naive.gradient(
            batch.map { (data.input($0), data.answer($0, network.target, outputs: network.topology.outputCount)) },
            minibatchSize: minibatchSize)
    }

    /// Within the reference's bound; Double errs with it, so ε counts twice.
    func expectClose(
        _ share: Share<Scalar>, _ expected: NaiveNetwork.Result, _ what: Comment,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let unit = naive.roundings(samples: network.count) * (Double(Scalar.ulpOfOne) / 2 + Double.ulpOfOne / 2)
        let off = zip(share.gradient, zip(expected.gradient, expected.magnitude)).enumerated().first { _, pair in
            !(abs(Double(pair.0) - pair.1.0) <= unit * pair.1.1)
        }
        #expect(off == nil, what, sourceLocation: sourceLocation)
        // An error a − t is at most 1 in size: its square is off by twice the error of a.
        #expect(abs(share.loss - expected.loss) <= 2 * unit, what, sourceLocation: sourceLocation)
    }
}

@Suite struct GradientTests {
    @Test(arguments: precisions, Exercise.all)
    func enginesAgreeWithTheTextbook(_ precision: any Real.Type, network: Exercise) {
        func check<Scalar: Real>(_: Scalar.Type) {
            let slice = Case<Scalar>(network)
            let expected = slice.naiveGradient(slice.batch, minibatchSize: 50)
            for method in GradientMethod.layered {
                for compressed in [false, true] {
                    let share = slice.engine(method, compressed: compressed).share(
                        slice.batch, minibatchSize: 50, parameters: slice.parameters)
                    slice.expectClose(share, expected, "\(method), compressed \(compressed)")
                }
            }
        }
        check(precision)
    }

    /// To 10⁻¹² of each layer's largest element: some thousand ε.
    @Test(arguments: Exercise.all, [false, true])
    func frontpropIsBackprop(network: Exercise, compressed: Bool) {
        let slice = Case<Double>(network)
        let front = slice.engine(.frontprop, compressed: compressed).share(slice.batch, parameters: slice.parameters)
        let back = slice.engine(.backprop, compressed: compressed).share(slice.batch, parameters: slice.parameters)
        #expect(front.loss == back.loss)
        for tensor in network.topology.tensors {
            let (f, b) = (tensor.export(from: front.gradient), tensor.export(from: back.gradient))
            let largest = b.reduce(0) { max($0, abs($1)) }
            #expect(largest > 0)
            #expect(zip(f, b).allSatisfy { abs($0 - $1) <= 1e-12 * largest }, "\(tensor.name)")
        }
    }

    /// (E(w + h) − E(w − h)) / 2h with h = 10⁻⁵ is off by h²/6 E''' ≈ 10⁻¹¹ and by ε E/h ≈ 10⁻¹¹, E being below one.
    @Test(arguments: Exercise.few, GradientMethod.layered)
    func enginesAgreeWithCentralDifferences(network: Exercise, method: GradientMethod) {
        let slice = Case<Double>(network)
        let engine = slice.engine(method, compressed: true)
        let gradient = engine.share(slice.batch, parameters: slice.parameters).gradient
        let (largest, h) = (gradient.reduce(0) { max($0, abs($1)) }, 1e-5)
        let evaluator = Evaluator<Double>(
            Network(network.topology), samples: slice.data.samples(network.target, compressed: false),
            capacity: network.count)
        func loss() -> Double {
            slice.batch.withUnsafeBufferPointer { evaluator.score($0, parameters: slice.parameters.base).loss }
                / Double(slice.batch.count)
        }
        let parameters = slice.parameters.base
        // All of a small network; of a large one about 300, in every tensor and every piece.
        for index in stride(from: 0, to: gradient.count, by: 1 + gradient.count / 300) {
            let w = parameters[index]
            parameters[index] = w + h
            let above = loss()
            parameters[index] = w - h
            let below = loss()
            parameters[index] = w
            let difference = (above - below) / (2 * h)
            #expect(abs(difference - gradient[index]) <= 1e-6 * largest + 1e-10, "parameter \(index)")
        }
    }

    @Test(arguments: precisions, Exercise.few)
    func slicesAddUpToTheMinibatch(_ precision: any Real.Type, network: Exercise) {
        func check<Scalar: Real>(_: Scalar.Type) {
            let slice = Case<Scalar>(network)
            let expected = slice.naiveGradient(slice.batch, minibatchSize: network.count)
            for method in GradientMethod.layered {
                let engine = slice.engine(method, compressed: true)
                var sum = [Double](repeating: 0, count: slice.parameters.count)
                var loss = 0.0
                var rest = slice.batch[...]
                for size in [17, 0, 1, 5, 16, 1000] {
                    let part = Array(rest.prefix(size))
                    rest = rest.dropFirst(size)
                    let share = engine.share(part, minibatchSize: network.count, parameters: slice.parameters)
                    loss += share.loss
                    for (index, value) in share.gradient.enumerated() { sum[index] += Double(value) }
                }
                // Rounding the Double sums back to Scalar is one more rounding, within the slack of the bound.
                slice.expectClose(Share(gradient: sum.map { Scalar($0) }, loss: loss), expected, "\(method)")
            }
        }
        check(precision)
    }
}
