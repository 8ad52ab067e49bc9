import Kernels
import Testing

@Suite struct ReconstructionTests {
    /// Inputs and units around vectors of 8 and 16, the tiles' blocks of four vectors, and rows of six.
    private static let shapes = [(1, 1), (5, 33), (16, 16), (17, 100), (64, 64), (70, 129), (130, 40)]

    @Test(arguments: precisions, sampleCounts)
    func isTheLayerWrittenOut(_ precision: any Real.Type, count: Int) {
        func check<Scalar: Real>(_: Scalar.Type) {
            for (inputs, units) in Self.shapes { compare(inputs: inputs, units: units, count: count, as: Scalar.self) }
        }
        check(precision)
    }

    private func compare<Scalar: Real>(inputs: Int, units: Int, count: Int, as: Scalar.Type) {
        var data = TestData(count * 10_000 + inputs * 100 + units)
        let stride = paddedSampleCount(count)
        let activation = data.buffer(inputs * stride, as: Scalar.self)
        let weights = data.buffer(inputs * units, shift: 1, as: Scalar.self)
        let bias = data.buffer(units, shift: 1, as: Scalar.self)
        let rows = Rows(count: 20, columns: units, data: &data)
        let samples = rows.someSamples(count, data: &data)
        let projected = Buffer<Scalar>(results: inputs * stride)
        let (gradient, biasGradient) = (Buffer<Scalar>(results: inputs * units), Buffer<Scalar>(results: units))
        let scratch = Buffer<Scalar>(results: Scalar.reconstructionScratch(inputs: inputs, stride: stride))
        let squares = samples.withUnsafeBufferPointer {
            Scalar.reconstruction(
                activation: activation.base, inputs: inputs, stride: stride, weights: weights.base, bias: bias.base,
                targets: rows.dense, samples: $0, coefficient: 0.3, projected: projected.base,
                gradient: gradient.base, biasGradient: biasGradient.base, scratch: scratch.base)
        }

        let expected = Written(
            activation.values.map { Double($0) }, weights.values.map { Double($0) }, bias.values.map { Double($0) },
            targets: samples.flatMap { rows.row($0) }, inputs: inputs, units: units, stride: stride, count: count,
            coefficient: Double(Scalar(0.3)))
        // A sum of n_in terms of size 1 is off by n_in ε Σ, and an error by a quarter of that and a few ε; then come the
        // sums of units or samples. All with ε for ε/2.
        let what: Comment = "\(inputs) inputs, \(units) units"
        let slope = inputs + 8
        expectClose(projected.values, expected.projected, roundings: slope * (inputs + 1) + units, what)
        expectClose(gradient.values, expected.gradient, roundings: slope * (inputs + 1) + count, what)
        expectClose(biasGradient.values, expected.biasGradient, roundings: slope * (inputs + 1) + count, what)
        let unit = Double(Scalar.ulpOfOne)
        #expect(abs(squares - expected.squares) <= unit * Double((slope + count) * count * units), what)
        for buffer in [projected, gradient, biasGradient, scratch] { #expect(buffer.isIntact, what) }
        for r in 0..<inputs {
            for s in count..<max(count, stride) { #expect(projected.base[r * stride + s] == 0, what) }
        }
    }

    /// The layer in Double, sum by sum; a delta's magnitude is what its error is in proportion to: the coefficient.
    private struct Written {
        var squares = 0.0
        var projected: [Expected]
        var gradient: [Expected]
        var biasGradient: [Expected]

        init(
            _ activation: [Double], _ weights: [Double], _ bias: [Double], targets: [UInt8], inputs: Int, units: Int,
            stride: Int, count: Int, coefficient: Double
        ) {
            projected = Array(repeating: Expected(), count: inputs * stride)
            gradient = Array(repeating: Expected(), count: inputs * units)
            biasGradient = Array(repeating: Expected(), count: units)
            for s in 0..<count {
                for q in 0..<units {
                    let sum = (0..<inputs).reduce(bias[q]) {
                        $0 + weights[$1 * units + q] * activation[$1 * stride + s]
                    }
                    let a = Reference.sigmoid(sum)
                    let error = a - Double(targets[s * units + q]) / 255
                    squares += error * error
                    let delta = coefficient * error * a * (1 - a)
                    biasGradient[q].add(delta, magnitude: coefficient)
                    for r in 0..<inputs {
                        let (w, x) = (weights[r * units + q], activation[r * stride + s])
                        projected[r * stride + s].add(w * delta, magnitude: abs(w) * coefficient)
                        gradient[r * units + q].add(x * delta, magnitude: abs(x) * coefficient)
                    }
                }
            }
        }
    }
}
