import Kernels
import RandomNumbers
import Testing

@testable import Networks

/// A layer by its kernel: `units` × `samples`, with NaN where nothing may be read.
struct KernelLayer<Scalar: Real> {
    let activation: [[Scalar]]
    let beside: [[Scalar]]

    /// - Parameter sums: by sample, of each unit.
    init(_ function: Activation, _ sums: [[Scalar]]) {
        let (units, stride) = (sums[0].count, paddedSampleCount(sums.count))
        let memory = Buffer((0..<units * stride).map { $0 % stride < sums.count ? sums[$0 % stride][$0 / stride] : 1 })
        let beside = Buffer([Scalar](repeating: .nan, count: units * stride))
        let bias = Buffer([Scalar](repeating: 0, count: units))
        Scalar.activate(
            function.kernel(Scalar.self), sums: memory.base, bias: bias.base, units: units, stride: stride,
            into: memory.base, beside: beside.base)
        func rows(_ buffer: Buffer<Scalar>) -> [[Scalar]] {
            sums.indices.map { s in (0..<units).map { buffer.base[$0 * stride + s] } }
        }
        (activation, self.beside) = (rows(memory), rows(beside))
    }
}

/// Every activation of the list: kernels against what is written out, and that against differences.
@Suite struct ActivationTests {
    /// Sums of every size that a network has, and of none.
    private static let sizes: [Double] = [0, 1e-30, 1e-8, 1e-3, 0.3, 1, 2.5, 9, 30, 80, 600, 1e4, 1e30]

    /// Samples of 1, 3 and 20 units: signs and sizes in turn.
    private static func sums(_ units: Int) -> [[Double]] {
        var draws = PhiloxSequence(Philox(seed: UInt64(units), purpose: .check))
        return (0..<100).map { sample in
            (0..<units).map { _ in
                sizes[sample % sizes.count] * (2 * draws.uniform() - 1)
            }
        }
    }

    @Test(arguments: precisions, Activation.list)
    func kernelsGiveWhatIsWrittenOut(_ precision: any Real.Type, activation: Activation) {
        func check<Scalar: Real>(_: Scalar.Type) {
            for units in [1, 3, 20] {
                let sums = Self.sums(units).map { $0.map { Scalar($0) } }
                let found = KernelLayer(activation, sums)
                for (index, sum) in sums.enumerated() {
                    let expected = activation.function.layer(sum.map { Double($0) })
                    // A handful of roundings, and one for each unit that is added up; of softmax a rounding of the largest
                    // sum is one of the exponent, and moves its outputs by as much.
                    let reach = activation.isElementwise ? 0 : sum.reduce(0) { max($0, abs(Double($1))) }
                    let unit = (Double(units + 8) + 4 * min(reach, 1000)) * Double(Scalar.ulpOfOne)
                    for (value, exact) in zip(found.activation[index], expected.activation) {
                        // Beyond a limit near the smallest normal number a sigmoid stays what it is there, and silu is up to
                        // 709 times that. Where gelu is small it is what a rounding of one leaves.
                        let slack =
                            unit * abs(exact) + 2000 * Double(Scalar.leastNormalMagnitude)
                            + (activation == .gelu ? 4 * Double(Scalar.ulpOfOne) : 0)
                        #expect(abs(Double(value) - exact) <= slack, "\(sum)")
                    }
                    for (value, exact) in zip(found.beside[index], expected.beside) {
                        let slack = unit * max(1, abs(exact)) + Double(units + 8) * reach * Double(Scalar.ulpOfOne)
                        #expect(abs(Double(value) - exact) <= slack, "\(sum)")
                    }
                }
            }
        }
        check(precision)
    }

    /// A derivative is that of the function; beside softmax stand logarithms.
    @Test(arguments: Activation.list) func besideIsWhatItIsSaidToBe(activation: Activation) {
        for sum in Self.sums(5) where sum.allSatisfy({ abs($0) < 100 }) {
            let (values, beside) = activation.function.layer(sum)
            for q in sum.indices {
                guard activation.isElementwise else {
                    #expect(abs(Functions.log(values[q]) - beside[q]) <= 1e-13 * max(1, abs(beside[q])))
                    continue
                }
                let found = CentralDifference { offset in
                    let h = sum[q] + offset
                    return (activation.function.layer([h]).activation, activation.kinks.map { h > $0 ? 1 : 0 })
                }
                guard let found else { continue }
                #expect(abs(found.derivatives[0] - beside[q]) < 1e-7, "\(activation) at \(sum[q])")
            }
        }
    }

    @Test(arguments: precisions, Activation.list)
    func notANumberPasses(_ precision: any Real.Type, activation: Activation) {
        func check<Scalar: Real>(_: Scalar.Type) {
            for unit in 0..<3 {
                var sums = [[Scalar]](repeating: [1, -2, 0.5], count: 18)
                sums[17][unit] = .nan
                let found = KernelLayer(activation, sums)
                #expect(found.activation[17][unit].isNaN)
                for (index, values) in found.activation.dropLast().enumerated() {
                    #expect(values == found.activation[0], "sample \(index)")
                }
                #expect(activation.function.layer(sums[17]).activation[unit].isNaN)
            }
        }
        check(precision)
    }

    /// Probabilities add up to one, however far apart the sums are, and logarithms are finite where they are 0.
    @Test(arguments: precisions) func softmaxOfExtremes(_ precision: any Real.Type) {
        func check<Scalar: Real>(_: Scalar.Type) {
            let sums: [[Scalar]] = [[1e30, -1e30, 0], [-5000, -5001, -5002], [7, 7, 7], [1000, 0, 999]]
            let found = KernelLayer(.softmax, sums)
            for (values, logarithms) in zip(found.activation, found.beside) {
                let unit = Double(Scalar.ulpOfOne)
                #expect(abs(values.reduce(0) { $0 + Double($1) } - 1) <= 8 * unit)
                #expect(logarithms.allSatisfy { $0.isFinite && $0 <= 0 })
            }
            #expect(found.activation[0] == [1, 0, 0] && found.beside[0][1] == -2e30)
            #expect(abs(found.beside[2][1] + 1.0986123) < 1e-6)
        }
        check(precision)
    }

    @Test func listsAndNames() {
        #expect(Set(Activation.list.map(\.name)).count == Activation.list.count)
        #expect(Activation.all.allSatisfy(\.isElementwise) && Activation(named: "relu") == .relu)
        #expect(Activation(named: "Relu") == nil && Loss(named: "") == nil)
        #expect(Activation.fault("x").contains(Activation.names) && Activation.names.contains("sigmoid, tanh"))
        for loss in Loss.list {
            #expect(Set(loss.activations).count == loss.activations.count)
            for target in [Target.labels, .inputs, .numbers] {
                #expect(loss.takes(loss.usualActivation(for: target), target))
            }
        }
    }

    @Test func activationsOfHiddenLayers() throws {
        let two = try #require(HiddenActivations("relu,sigmoid"))
        #expect("\(two)" == "relu,sigmoid" && two.of(1) == .relu && two.of(2) == .sigmoid)
        #expect(two.fault(layers: 2) == nil && two.fault(layers: 3) != nil && two.fault(layers: 0) != nil)
        let one = try #require(HiddenActivations("relu"))
        #expect((0...4).allSatisfy { one.fault(layers: $0) == nil } && one.of(4) == .relu)
        #expect(HiddenActivations("relu,relu")?.simplified == one && two.simplified == two)
        for text in ["", "relu,", ",relu", "relu, sigmoid", "softmax", "ReLU"] {
            #expect(HiddenActivations(text) == nil)
            #expect(HiddenActivations.fault(text)?.contains("is not one of sigmoid, tanh") == true)
        }
        let network = Network(Topology(sizes: [3, 4, 5, 2])!, hidden: two, head: Head(.softmax, .crossEntropy))
        #expect((1...3).map(network.activation) == [.relu, .sigmoid, .softmax])
        #expect("\(network)" == "3x4x5x2 relu,sigmoid, softmax, cross-entropy")
        #expect("\(Network(.classifier))" == "784x16x16x10")
    }
}
