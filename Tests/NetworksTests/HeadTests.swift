import Kernels
import RandomNumbers
import Testing

@testable import Networks

/// Every loss of the list with every activation that it takes: kernels against what is written out, that against differences.
@Suite struct HeadTests {
    static let all = Head.all + [Head(.linear, .quantile(level: 0.9)), Head(.tanh, .quantile(level: 0.1))]
    private static let units = 5

    /// Pre-activations of 19 samples, and one label each; a byte for each target.
    private struct Outputs {
        let sums: [[Double]]
        let labels: [UInt8]
        let bytes: [[UInt8]]

        init() {
            var draws = PhiloxSequence(Philox(seed: 5, purpose: .check))
            sums = (0..<19).map { _ in (0..<units).map { _ in 8 * draws.uniform() - 4 } }
            labels = (0..<19).map { _ in UInt8(draws.next() % UInt64(units)) }
            bytes = (0..<19).map { _ in (0..<units).map { _ in UInt8(truncatingIfNeeded: draws.next()) } }
        }

        func targets(_ sample: Int, _ target: Target) -> [Double] {
            switch target {
            case .labels: (0..<units).map { $0 == Int(labels[sample]) ? 1 : 0 }
            case .inputs: bytes[sample].map { Double($0) / 255 }
            case .numbers: bytes[sample].map { Double($0) / 64 }
            }
        }
    }

    /// The sum of a sample's terms, written out.
    private static func sum(_ head: Head, _ sums: [Double], _ targets: [Double]) -> Double {
        let (values, beside) = head.layer.function.layer(sums)
        return values.indices.reduce(0) {
            $0 + head.form.function(output: values[$1], beside: beside[$1], target: targets[$1]).term
        }
    }

    /// Its derivatives by the pre-activations: errors times derivatives, or of softmax errors.
    private static func delta(_ head: Head, _ sums: [Double], _ targets: [Double]) -> [Double] {
        let (values, beside) = head.layer.function.layer(sums)
        return values.indices.map {
            let error = head.form.function(output: values[$0], beside: beside[$0], target: targets[$0]).error
            return error * (head.layer.isElementwise ? beside[$0] : 1)
        }
    }

    @Test(arguments: all) func deltasAreDerivatives(head: Head) {
        let outputs = Outputs()
        for target in head.form.targets {
            for (sample, sums) in outputs.sums.enumerated() {
                let targets = outputs.targets(sample, target)
                for (q, delta) in Self.delta(head, sums, targets).enumerated() {
                    let found = CentralDifference { offset in
                        var moved = sums
                        moved[q] += offset
                        let error = head.layer.function.layer(moved).activation[q] - targets[q]
                        let pieces = head.activation.kinks.map { moved[q] > $0 ? 1 : 0 }
                        return (
                            [Self.sum(head, moved, targets)], pieces + head.form.kinks.map { error > $0 ? 1 : 0 }
                        )
                    }
                    guard let found else { continue }
                    #expect(abs(found.derivatives[0] - delta) < 1e-7, "\(head) \(target)")
                }
            }
        }
    }

    /// The kernels' activations are within some ulp of the reference's; so are terms and deltas of numbers up to 16.
    @Test(arguments: precisions, all) func kernelsGiveWhatIsWrittenOut(_ precision: any Real.Type, head: Head) {
        func check<Scalar: Real>(_: Scalar.Type) {
            let outputs = Outputs()
            for target in head.form.targets {
                for count in [0, 1, 16, 19] {
                    let (total, delta) = Self.kernel(head, outputs, target, count: count, as: Scalar.self)
                    var expected = 0.0
                    for sample in 0..<count {
                        let sums = outputs.sums[sample].map { Double(Scalar($0)) }
                        let targets = outputs.targets(sample, target)
                        expected += Self.sum(head, sums, targets)
                        for (found, exact) in zip(delta[sample], Self.delta(head, sums, targets)) {
                            #expect(abs(Double(found) - 0.25 * exact) <= 100 * Double(Scalar.ulpOfOne), "\(target)")
                        }
                    }
                    #expect(abs(total - expected) <= 30 * Double(count * Self.units) * Double(Scalar.ulpOfOne))
                    #expect(delta[count...].allSatisfy { $0.allSatisfy { $0 == 0 } }, "the padding")
                }
            }
        }
        check(precision)
    }

    /// By the kernels, of the first `count` samples: the sum, and the deltas of all columns, of a quarter of it.
    private static func kernel<Scalar: Real>(
        _ head: Head, _ outputs: Outputs, _ target: Target, count: Int, as: Scalar.Type
    ) -> (total: Double, delta: [[Scalar]]) {
        let stride = paddedSampleCount(count)
        guard stride > 0 else { return (0, []) }
        // The padding holds what its sums made of it.
        let columns = (0..<stride).map { $0 < count ? outputs.sums[$0].map { Scalar($0) } : [3, -50, 0, 1e4, 2] }
        let layer = KernelLayer(head.layer, columns)
        func matrix(_ rows: [[Scalar]]) -> Buffer<Scalar> {
            Buffer((0..<units * stride).map { rows[$0 % stride][$0 / stride] })
        }
        let (activation, beside) = (matrix(layer.activation), matrix(layer.beside))
        let delta = Buffer([Scalar](repeating: .nan, count: units * stride))
        let numbers = (0..<UInt32(count)).map { $0 }
        let bytes = (0..<units * stride).map { $0 % stride < count ? outputs.bytes[$0 % stride][$0 / stride] : 77 }
        let asked = Buffer(bytes.map { Scalar($0) / 64 })
        let kernel = head.form.kernel(Scalar.self)
        let total = numbers.withUnsafeBufferPointer {
            switch target {
            case .labels:
                Scalar.loss(
                    kernel, activation: activation.base, beside: beside.base, labels: outputs.labels, samples: $0,
                    units: units, stride: stride, share: 0.25, parameter: Scalar(head.form.parameter),
                    sampleWeights: nil, delta: delta.base
                )
            case .inputs:
                Scalar.loss(
                    kernel, activation: activation.base, beside: beside.base, targets: bytes, count: count,
                    units: units, stride: stride, share: 0.25, parameter: Scalar(head.form.parameter),
                    sampleWeights: nil, delta: delta.base
                )
            case .numbers:
                Scalar.loss(
                    kernel, activation: activation.base, beside: beside.base, targets: UnsafePointer(asked.base),
                    count: count, units: units, stride: stride, share: 0.25, parameter: Scalar(head.form.parameter),
                    sampleWeights: nil,
                    delta: delta.base)
            }
        }
        return (total, (0..<stride).map { s in (0..<units).map { delta.base[$0 * stride + s] } })
    }

    /// A sure mistake costs what its logarithm says, not infinity; a sure answer nothing.
    @Test(arguments: precisions) func crossEntropyOfSureAnswers(_ precision: any Real.Type) {
        func check<Scalar: Real>(_: Scalar.Type) {
            let layer = KernelLayer(.softmax, [[Scalar]](repeating: [900, -900, 0], count: 16))
            let (activation, beside) = (Buffer(layer.activation[0]), Buffer(layer.beside[0]))
            func loss(_ label: UInt8) -> Double {
                let stride = 16
                let spread = { (buffer: Buffer<Scalar>) in Buffer((0..<3 * stride).map { buffer.base[$0 / stride] }) }
                let (a, more) = (spread(activation), spread(beside))
                let delta = Buffer([Scalar](repeating: 0, count: 3 * stride))
                return [UInt32(0)].withUnsafeBufferPointer {
                    Scalar.loss(
                        Head(.softmax, .crossEntropy).form.kernel(Scalar.self), activation: a.base, beside: more.base,
                        labels: [label],
                        samples: $0, units: 3, stride: stride, share: 1, parameter: 0, sampleWeights: nil,
                        delta: delta.base)
                }
            }
            #expect(loss(0) == 0 && loss(1) == 1800 && loss(2) == 900)
        }
        check(precision)
    }

    /// Of sigmoids that are sure of themselves, too; and outputs that are right to the last bit have the least loss.
    @Test(arguments: precisions) func sigmoidCrossEntropyOfSureAnswers(_ precision: any Real.Type) {
        func check<Scalar: Real>(_: Scalar.Type) {
            let sums: [Scalar] = [900, -900, 40, -40, 1e30, -1e30]
            let layer = KernelLayer(.sigmoidOfSums, sums.map { [$0] })
            let (a, beside) = (Buffer(padded(layer.activation)), Buffer(padded(layer.beside)))
            for (target, expected) in [(1, [0, 900, 0, 40, 0, 1e30]), (0, [900, 0, 40, 0, 1e30, 0])]
                as [(Scalar, [Double])]
            {
                let delta = Buffer([Scalar](repeating: .nan, count: 16))
                let targets = Buffer([Scalar](repeating: target, count: 16))
                for (index, cost) in expected.enumerated() {
                    // One sample at a time, at the start of the vector.
                    let (one, its) = (Buffer(shifted(a.values, index)), Buffer(shifted(beside.values, index)))
                    let total = Scalar.loss(
                        Head(.sigmoid, .crossEntropy).form.kernel(Scalar.self), activation: one.base, beside: its.base,
                        targets: UnsafePointer(targets.base), count: 1, units: 1, stride: 16, share: 1, parameter: 0,
                        sampleWeights: nil,
                        delta: delta.base)
                    #expect(abs(total - cost) <= 5e-18 + 1e-6 * cost, "\(sums[index])")
                    #expect(abs(delta.base[0]) <= 1)
                }
            }
        }
        func padded<Scalar: Real>(_ rows: [[Scalar]]) -> [Scalar] {
            rows.map { $0[0] } + Array(repeating: 0, count: 16 - rows.count)
        }
        func shifted<Scalar>(_ values: [Scalar], _ by: Int) -> [Scalar] { Array(values[by...] + values[..<by]) }
        check(precision)
    }

    /// Of constant outputs none is better than what is said, and outputs that are right cost the least.
    @Test(arguments: all) func bestConstants(head: Head) {
        guard head.layer.isElementwise || head.activation == .sigmoid else { return }
        let targets = [0, 0.1, 0.25, 0.25, 0.9, 0.5, 1, 1]
        let function = head.form.function
        /// Sums of outputs that reach everything in 0…1 and beyond, where the activation does.
        let sums = (-400...400).map { Double($0) / 50 }
        func term(_ sum: Double, _ target: Double) -> Double {
            let (values, beside) = head.layer.function.layer([sum])
            return function(output: values[0], beside: beside[0], target: target).term
        }
        let constant = function.constantTerm(targets)
        let best = sums.map { sum in targets.map { term(sum, $0) }.mean }.min()!
        #expect(constant <= best + 1e-7, "\(head): \(constant), \(best)")
        // Huber's is nearly the best.
        if [.linear, .sigmoid].contains(head.activation) {
            #expect(constant >= best - 0.03, "\(head): \(constant), \(best)")
        }
        for target in targets {
            let least = sums.map { term($0, target) }.min()!
            #expect(function.leastTerm(target) <= least + 1e-6, "\(head) \(target)")
        }
    }

    @Test func bestClasses() {
        let function = Head(.softmax, .crossEntropy).form.function
        let entropy = [[1, 0], [0, 1], [0, 0]].map(function.constantTerm).reduce(0, +)
        #expect(abs(entropy - Functions.log(2)) < 1e-15)
    }

    @Test func levelsOfQuantiles() {
        #expect(Loss("quantile") == .quantile && Loss("quantile:0.5") == .quantile)
        #expect(Loss("quantile:0.9") == .quantile(level: 0.9) && "\(Loss.quantile(level: 0.9))" == "quantile:0.9")
        #expect(Loss("quantile:0.90") == Loss("quantile:9e-1") && Loss.quantile(level: 0.9) != .quantile)
        for text in [
            "quantile:", "quantile:0", "quantile:1", "quantile:-1", "quantile:nan", "quantile:0.5:1", "mse:0.5",
            "quantile:x",
        ] {
            #expect(Loss(text) == nil, "\(text)")
        }
    }

    /// What is implied where nobody names the last activation.
    @Test func usualActivations() {
        #expect(Loss.mse.usualActivation(for: .numbers) == .sigmoid)
        for loss in [Loss.mae, .huber, .quantile, .poisson] {
            #expect(loss.usualActivation(for: .numbers) == .linear && loss.usualActivation(for: .labels) == .linear)
        }
        #expect(Loss.crossEntropy.usualActivation(for: .labels) == .softmax)
        for target in [Target.inputs, .numbers] { #expect(Loss.crossEntropy.usualActivation(for: target) == .sigmoid) }
        #expect(Loss.crossEntropy.takes(.sigmoid, .labels) && !Loss.crossEntropy.takes(.softmax, .numbers))
    }
}
