import Kernels
import Testing

@Suite struct ActivationTests {
    @Test func namesThatThereAreNot() {
        #expect(Float.activation(named: "sigmoid") != nil && Double.loss(named: "mse") != nil)
        for name in ["", "Sigmoid", "sigmoid ", "mse"] { #expect(Float.activation(named: name) == nil) }
        for name in ["", "cross-entropy", "relu"] { #expect(Double.loss(named: name) == nil) }
    }

    /// sigmoid(sums + bias) of one unit, padded to whole groups.
    private func sigmoid<Scalar: Real>(_ sums: [Scalar], bias: Scalar = 0) -> (a: [Scalar], derivative: [Scalar]) {
        let stride = paddedSampleCount(sums.count)
        let padded = Buffer(sums + Array(repeating: 0, count: stride - sums.count))
        let activation = Buffer<Scalar>(results: stride)
        let derivative = Buffer<Scalar>(results: stride)
        Scalar.activate(
            Scalar.activation(named: "sigmoid")!, sums: padded.base, bias: [bias], units: 1, stride: stride,
            into: activation.base, beside: derivative.base)
        #expect(activation.isIntact && derivative.isIntact)
        return (Array(activation.values.prefix(sums.count)), Array(derivative.values.prefix(sums.count)))
    }

    /// The promise is 4 ulp. In Double the reference is off by up to 2.5 itself: e^x by one, the sum and the quotient
    /// by half an ulp each, which a quotient just above a power of two doubles at most.
    @Test(arguments: precisions)
    func sigmoidIsWithinFourUlp(_ precision: any Real.Type) {
        func check<Scalar: Real>(_: Scalar.Type) {
            let limit: Double = Scalar.self == Float.self ? 87 : 708
            let allowed: Double = Scalar.self == Float.self ? 4 : 6.5
            // Even steps over all arguments, then over those that matter, then ever closer to zero.
            var arguments = (0...60_000).map { Scalar((Double($0) / 30_000 - 1) * limit) }
            arguments += (0...60_000).map { Scalar((Double($0) / 30_000 - 1) * 9.7) }
            for exponent in 0..<60 {
                arguments += [Scalar(sign: .plus, exponent: Scalar.Exponent(-exponent), significand: 1.37)]
            }
            let (a, derivative) = sigmoid(arguments)
            var worst = (ulps: 0.0, argument: Scalar(0))
            for (x, a) in zip(arguments, a) {
                let exact = Reference.sigmoid(Double(x))
                let ulps = abs(Double(a) - exact) / Double(Scalar(exact).ulp)
                if !(ulps <= worst.ulps) { worst = (ulps, x) }
            }
            #expect(worst.ulps <= allowed, "at \(worst.argument)")
            #expect(sameBits(derivative, a.map { $0 * (1 - $0) }))
        }
        check(precision)
    }

    @Test(arguments: precisions)
    func sigmoidOfLargeArguments(_ precision: any Real.Type) {
        func check<Scalar: Real>(_: Scalar.Type) {
            let limit: Scalar = Scalar.self == Float.self ? 87 : 708
            let large = [limit, limit.nextUp, 2 * limit, 1e6, Scalar.greatestFiniteMagnitude, .infinity]
            #expect(sigmoid(large).a.allSatisfy { $0 == 1 })
            #expect(sigmoid(large).derivative.allSatisfy { $0 == 0 })
            // Below the limit the answer stays what it is there, e^-limit: normal, and nothing beside one.
            let (small, derivative) = sigmoid(large.map { -$0 })
            #expect(small.allSatisfy { $0 == small[0] && $0.isNormal && $0 > 0 })
            #expect(Double(small[0]) < 2 * Reference.sigmoid(-Double(limit)))
            #expect(sameBits(derivative, small))
        }
        check(precision)
    }

    @Test(arguments: precisions)
    func notANumberPassesThroughInItsLaneOnly(_ precision: any Real.Type) {
        func check<Scalar: Real>(_: Scalar.Type) {
            for lane in 0..<sampleGroup {
                var sums = [Scalar](repeating: 0, count: sampleGroup)
                sums[lane] = .nan
                let (a, derivative) = sigmoid(sums)
                for s in 0..<sampleGroup {
                    #expect(a[s].isNaN == (s == lane) && derivative[s].isNaN == (s == lane))
                }
            }
            #expect(sigmoid([Scalar(0), 1], bias: .nan).a.allSatisfy { $0.isNaN })
        }
        check(precision)
    }

    @Test(arguments: precisions, sampleCounts)
    func sigmoidAddsTheUnitsBiasAndMayWorkInPlace(_ precision: any Real.Type, count: Int) {
        func check<Scalar: Real>(_: Scalar.Type, units: Int) {
            var data = TestData(units)
            let stride = paddedSampleCount(count)
            let sums = data.buffer(units * stride, shift: 1, as: Scalar.self)
            let bias = data.buffer(units, shift: 1, as: Scalar.self)
            let expected = (0..<units).flatMap { i in
                sigmoid((0..<stride).map { sums.base[i * stride + $0] + bias.base[i] }).a
            }
            let derivative = Buffer<Scalar>(results: units * stride, shift: 1)
            Scalar.activate(
                Scalar.activation(named: "sigmoid")!, sums: sums.base, bias: bias.base, units: units, stride: stride,
                into: sums.base, beside: derivative.base)
            #expect(sameBits(sums.values, expected))
            #expect(sameBits(derivative.values, expected.map { $0 * (1 - $0) }))
            #expect(sums.isIntact && derivative.isIntact)
        }
        for units in unitCounts { check(precision, units: units) }
    }
}
