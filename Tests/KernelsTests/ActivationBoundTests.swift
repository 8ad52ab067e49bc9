import Foundation
import Kernels
import Testing

/// Activations of one number against the system's functions in long double, which has digits enough to tell ulps.
@Suite struct ActivationBoundTests {
    /// An activation with its derivative, and the bounds that `Real.activate` states.
    struct Subject: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let value: @Sendable (Exact) -> Exact
        let derivative: @Sendable (Exact) -> Exact
        let ulps: Double
        /// What is allowed of one, in ε, where that is more.
        var ofOne = 0.0

        static func sigmoid(_ x: Exact) -> Exact { 1 / (1 + exp(-x)) }
        static func normal(_ x: Exact) -> Exact { erfc(-x / Exact(2).squareRoot()) / 2 }

        static let all = [
            Subject(
                testDescription: "sigmoid", value: sigmoid, derivative: { sigmoid($0) * sigmoid(-$0) }, ulps: 4),
            Subject(
                testDescription: "tanh", value: { tanh($0) }, derivative: { 4 * sigmoid(2 * $0) * sigmoid(-2 * $0) },
                ulps: 3),
            Subject(
                testDescription: "relu", value: { max($0, 0) }, derivative: { $0 > 0 ? 1 : 0 }, ulps: 0),
            Subject(
                testDescription: "leaky_relu", value: { $0 > 0 ? $0 : $0 / 100 },
                derivative: { $0 > 0 ? 1 : 0.01 }, ulps: 2),
            Subject(
                testDescription: "elu", value: { $0 > 0 ? $0 : expm1($0) }, derivative: { $0 > 0 ? 1 : exp($0) },
                ulps: 2),
            Subject(
                testDescription: "gelu", value: { $0 * normal($0) },
                derivative: { normal($0) + $0 * exp(-$0 * $0 / 2) / (2 * Exact.pi).squareRoot() }, ulps: 4, ofOne: 1),
            Subject(
                testDescription: "silu", value: { $0 * sigmoid($0) },
                derivative: { sigmoid($0) * (1 + $0 * sigmoid(-$0)) }, ulps: 4),
            Subject(
                testDescription: "softplus", value: { $0 > 0 ? $0 + log1p(exp(-$0)) : log1p(exp($0)) },
                derivative: sigmoid, ulps: 2),
            Subject(testDescription: "linear", value: { $0 }, derivative: { _ in 1 }, ulps: 0),
        ]
    }

    /// The kernel's values and derivatives of these sums.
    private func layer<Scalar: Real>(_ name: String, _ sums: [Scalar]) throws -> (
        values: [Scalar], derivatives: [Scalar]
    ) {
        let stride = paddedSampleCount(sums.count)
        let padded = Buffer(sums + Array(repeating: 0, count: stride - sums.count))
        let (values, derivatives) = (Buffer<Scalar>(results: stride), Buffer<Scalar>(results: stride))
        Scalar.activate(
            try #require(Scalar.activation(named: name)), sums: padded.base, bias: [0], units: 1, stride: stride,
            into: values.base, beside: derivatives.base)
        #expect(values.isIntact && derivatives.isIntact)
        return (Array(values.values.prefix(sums.count)), Array(derivatives.values.prefix(sums.count)))
    }

    @Test(arguments: precisions, Subject.all)
    func isWithinItsBound(_ precision: any Real.Type, _ subject: Subject) throws {
        func check<Scalar: Real>(_: Scalar.Type) throws {
            let unit = Exact(Scalar.ulpOfOne)
            // Near the smallest normal number a sigmoid stays what it is at its limit, and silu is up to 709 times that.
            let least = 2000 * Exact(Scalar.leastNormalMagnitude)
            for limit in [1e-30, 1e-3, 1, 4, 10, 40, 87, 800, 1e4, 1e30] {
                var data = TestData(6)
                let sums: [Scalar] = data.reals(10_000, limit: limit)
                let (values, derivatives) = try layer(subject.testDescription, sums)
                var worst = (value: Exact(0), derivative: Exact(0))
                for (x, (value, derivative)) in zip(sums, zip(values, derivatives)) {
                    let exact = subject.value(Exact(x))
                    let allowed =
                        max(Exact(subject.ulps) * Exact(Scalar(exact).ulp), Exact(subject.ofOne) * unit) + least
                    worst.value = max(worst.value, abs(Exact(value) - exact) / allowed)
                    worst.derivative = max(
                        worst.derivative, abs(Exact(derivative) - subject.derivative(Exact(x))) / (4 * unit))
                }
                #expect(worst.value <= 1 && worst.derivative <= 1, "up to \(limit): \(worst) of what is allowed")
            }
        }
        try check(precision)
    }

    /// Nothing overflows, and nothing that is not asked for is infinite or no number.
    @Test(arguments: precisions, Subject.all)
    func largestSums(_ precision: any Real.Type, _ subject: Subject) throws {
        func check<Scalar: Real>(_: Scalar.Type) throws {
            let most = Scalar.greatestFiniteMagnitude
            let (values, derivatives) = try layer(
                subject.testDescription, [most, -most, .infinity, -.infinity, 0, -0.0])
            let grows = !["sigmoid", "tanh"].contains(subject.testDescription)
            let falls = ["leaky_relu", "linear"].contains(subject.testDescription)
            #expect(values[0] == (grows ? most : 1) && values[2] == (grows ? .infinity : 1))
            let low: Scalar = ["elu", "tanh"].contains(subject.testDescription) ? -1 : 0
            #expect(falls ? values[1] < -1e30 && values[3] == -.infinity : abs(values[1] - low) < 1e-30)
            #expect(falls || abs(values[3] - low) < 1e-30)
            #expect(derivatives.allSatisfy { $0.isFinite })
            #expect(values[4] == values[5])
        }
        try check(precision)
    }
}
