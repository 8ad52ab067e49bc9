import Kernels
import RandomNumbers
import Testing

@testable import Networks

/// Every loss of the list with every activation that it takes: kernels against what is written out, that against differences.
@Suite struct HeadTests {
    static let all = Loss.list.flatMap { loss in loss.activations.map { Head($0, loss) } }
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
        let (values, beside) = head.activation.function.layer(sums)
        return values.indices.reduce(0) {
            $0 + head.loss.function(output: values[$1], beside: beside[$1], target: targets[$1]).term
        }
    }

    /// Its derivatives by the pre-activations: errors times derivatives, or of softmax errors.
    private static func delta(_ head: Head, _ sums: [Double], _ targets: [Double]) -> [Double] {
        let (values, beside) = head.activation.function.layer(sums)
        return values.indices.map {
            let error = head.loss.function(output: values[$0], beside: beside[$0], target: targets[$0]).error
            return error * (head.activation.isElementwise ? beside[$0] : 1)
        }
    }

    @Test(arguments: all) func deltasAreDerivatives(head: Head) {
        let outputs = Outputs()
        for target in head.loss.targets {
            for (sample, sums) in outputs.sums.enumerated() {
                let targets = outputs.targets(sample, target)
                for (q, delta) in Self.delta(head, sums, targets).enumerated() {
                    let found = CentralDifference { offset in
                        var moved = sums
                        moved[q] += offset
                        let pieces = head.activation.kinks.map { moved[q] > $0 ? 1 : 0 }
                        return ([Self.sum(head, moved, targets)], pieces)
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
            for target in head.loss.targets {
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
        let layer = KernelLayer(head.activation, columns)
        func matrix(_ rows: [[Scalar]]) -> Buffer<Scalar> {
            Buffer((0..<units * stride).map { rows[$0 % stride][$0 / stride] })
        }
        let (activation, beside) = (matrix(layer.activation), matrix(layer.beside))
        let delta = Buffer([Scalar](repeating: .nan, count: units * stride))
        let numbers = (0..<UInt32(count)).map { $0 }
        let bytes = (0..<units * stride).map { $0 % stride < count ? outputs.bytes[$0 % stride][$0 / stride] : 77 }
        let asked = Buffer(bytes.map { Scalar($0) / 64 })
        let kernel = head.loss.kernel(Scalar.self)
        let total = numbers.withUnsafeBufferPointer {
            switch target {
            case .labels:
                Scalar.loss(
                    kernel, activation: activation.base, beside: beside.base, labels: outputs.labels, samples: $0,
                    units: units, stride: stride, share: 0.25, delta: delta.base)
            case .inputs:
                Scalar.loss(
                    kernel, activation: activation.base, beside: beside.base, targets: bytes, count: count,
                    units: units, stride: stride, share: 0.25, delta: delta.base)
            case .numbers:
                Scalar.loss(
                    kernel, activation: activation.base, beside: beside.base, targets: UnsafePointer(asked.base),
                    count: count, units: units, stride: stride, share: 0.25, delta: delta.base)
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
                        Loss.crossEntropy.kernel(Scalar.self), activation: a.base, beside: more.base, labels: [label],
                        samples: $0, units: 3, stride: stride, share: 1, delta: delta.base)
                }
            }
            #expect(loss(0) == 0 && loss(1) == 1800 && loss(2) == 900)
        }
        check(precision)
    }

    /// Of constant outputs none is better than the targets' means: of squares their variance, of classes their entropy.
    @Test func bestConstants() {
        let half = Loss.mse.function.constantSum(means: [0.5, 0.5], meanSquares: 1)
        #expect(half == 0.5)
        let entropy = Loss.crossEntropy.function.constantSum(means: [0.5, 0.5, 0], meanSquares: 1)
        #expect(abs(entropy - Functions.log(2)) < 1e-15)
    }
}
