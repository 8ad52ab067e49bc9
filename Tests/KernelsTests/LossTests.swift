import Kernels
import Testing

@Suite struct LossTests {
    /// A slice's outputs, made at random: activations in (0, 1), derivatives, and labels of 20 samples.
    private struct Outputs<Scalar: Real> {
        let activation: Buffer<Scalar>
        let derivative: Buffer<Scalar>
        let labels: [UInt8]
        let samples: [UInt32]
        let stride: Int
        var data: TestData

        init(count: Int, units: Int) {
            var data = TestData(count * 1000 + units)
            stride = paddedSampleCount(count)
            activation = Buffer(data.reals(units * stride, limit: 0.5).map { $0 + 0.5 })
            derivative = data.buffer(units * stride)
            labels = (0..<20).map { _ in data.numbers.next(upperBound: UInt8(units)) }
            samples = (0..<count).map { _ in data.numbers.next(upperBound: 20) }
            self.data = data
        }

        /// Differences, squares, three factors: five roundings of every term beside those of its sum.
        func check(
            _ delta: Buffer<Scalar>, _ squares: Double, units: Int, coefficient: Scalar,
            target: (_ unit: Int, _ sample: Int) -> Double
        ) {
            let expected = Reference.squaredError(
                activation: activation.values, derivative: derivative.values, count: samples.count, units: units,
                stride: stride, coefficient: coefficient, target: target)
            expectClose(delta.values, expected.delta, roundings: 5, "\(units) units")
            #expect(delta.isIntact)
            // Samples and units are added up in the vectors' precision, lanes in Double. (a − t) may lose its leading
            // digits, so that a term's error is in proportion to |a − t| (|a| + |t|) ≤ 2 rather than to itself.
            let terms = units * samples.count
            let tolerance =
                Double(units + samples.count + 5) * Double(Scalar.ulpOfOne) * expected.squares.value
                + Double(terms) * 4 * Double(Scalar.ulpOfOne)
            #expect(abs(squares - expected.squares.value) <= tolerance)
            for q in 0..<units {
                for s in samples.count..<max(samples.count, stride) { #expect(delta.base[q * stride + s] == 0) }
            }
        }
    }

    @Test(arguments: precisions, sampleCounts)
    func againstLabels(_ precision: any Real.Type, count: Int) {
        func check<Scalar: Real>(_: Scalar.Type, units: Int) {
            let outputs = Outputs<Scalar>(count: count, units: units)
            let delta = Buffer<Scalar>(results: units * outputs.stride)
            let squares = outputs.samples.withUnsafeBufferPointer {
                Scalar.loss(
                    Scalar.loss(named: "mse")!, activation: outputs.activation.base, beside: outputs.derivative.base,
                    labels: outputs.labels, samples: $0, units: units, stride: outputs.stride, share: 0.15,
                    parameter: 0, sampleWeights: nil, delta: delta.base)
            }
            outputs.check(delta, squares, units: units, coefficient: 2 * 0.15) { q, s in
                Int(outputs.labels[Int(outputs.samples[s])]) == q ? 1 : 0
            }
        }
        for units in unitCounts { check(precision, units: units) }
    }

    @Test(arguments: precisions, sampleCounts)
    func againstBytes(_ precision: any Real.Type, count: Int) {
        func check<Scalar: Real>(_: Scalar.Type, units: Int) {
            var outputs = Outputs<Scalar>(count: count, units: units)
            // The padding's targets must not matter either.
            let targets = outputs.data.bytes(units * outputs.stride, zeros: 0.3)
            let delta = Buffer<Scalar>(results: units * outputs.stride)
            let squares = outputs.samples.withUnsafeBufferPointer {
                Scalar.loss(
                    Scalar.loss(named: "mse")!, activation: outputs.activation.base, beside: outputs.derivative.base,
                    targets: targets, count: $0.count, units: units, stride: outputs.stride, share: 0.15,
                    parameter: 0, sampleWeights: nil, delta: delta.base)
            }
            let stride = outputs.stride
            outputs.check(delta, squares, units: units, coefficient: 2 * 0.15) { q, s in
                Double(targets[q * stride + s]) / 255
            }
        }
        for units in unitCounts { check(precision, units: units) }
    }

    @Test(arguments: precisions, sampleCounts)
    func againstNumbers(_ precision: any Real.Type, count: Int) {
        func check<Scalar: Real>(_: Scalar.Type, units: Int) {
            var outputs = Outputs<Scalar>(count: count, units: units)
            let targets = outputs.data.buffer(units * outputs.stride, shift: 1, as: Scalar.self)
            let delta = Buffer<Scalar>(results: units * outputs.stride)
            let squares = Scalar.loss(
                Scalar.loss(named: "mse")!, activation: outputs.activation.base, beside: outputs.derivative.base,
                targets: UnsafePointer(targets.base), count: count, units: units, stride: outputs.stride, share: 0.15,
                parameter: 0, sampleWeights: nil, delta: delta.base)
            let stride = outputs.stride
            outputs.check(delta, squares, units: units, coefficient: 2 * 0.15) { q, s in
                Double(targets.base[q * stride + s])
            }
        }
        for units in unitCounts { check(precision, units: units) }
    }

    @Test(arguments: precisions, sampleCounts)
    func correctAnswers(_ precision: any Real.Type, count: Int) {
        func check<Scalar: Real>(_: Scalar.Type, units: Int) {
            let outputs = Outputs<Scalar>(count: count, units: units)
            // Few different values, so that many are equal.
            let activation = outputs.activation.values.map { ($0 * 4).rounded() }
            let correct = outputs.samples.withUnsafeBufferPointer {
                Scalar.correct(
                    activation: activation, labels: outputs.labels, samples: $0, units: units, stride: outputs.stride)
            }
            let expected = Reference.correct(
                activation: activation, labels: outputs.labels, samples: outputs.samples, units: units,
                stride: outputs.stride)
            #expect(correct == expected)
        }
        for units in unitCounts { check(precision, units: units) }
    }
}
