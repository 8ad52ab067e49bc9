import Kernels
import Testing

@testable import Networks

/// A function over duals of any scalar, with its derivative as calculus has it.
enum DualCase: CaseIterable {
    case rational, exponential, logarithm, hyperbolic, error, root, logistic, rectifier, powers, magnitudes, extremes,
        choices

    func callAsFunction<S>(_ x: Dual<S>) -> Dual<S> {
        switch self {
        case .rational: (1 - x * x) / (2 + x * x) - 3 * x
        case .exponential: exp(-x * x / 2)
        case .logarithm: x * log(1.5 + x * x)
        case .hyperbolic: tanh(2 * x) * x
        case .error: x * erf(x / 3)
        case .root: sqrt(1 + x * x)
        case .logistic: x * sigmoid(2 * x)
        case .rectifier: softplus(-2 * x) + x
        case .powers: pow(2 + x * x, 1.5)
        case .magnitudes: abs(x) * x + abs(-x)
        case .extremes: max(x, 0.5) * min(x * x, 4)
        case .choices: choose(x .> 0, x * x, 0.1 * x) + choose(x .<= -1, Dual(3), x)
        }
    }

    func derivative(_ x: Double) -> Double {
        let (e, square) = (Functions.exp(-x * x / 2), x * x)
        switch self {
        case .rational: return -6 * x / ((2 + square) * (2 + square)) - 3
        case .exponential: return -x * e
        case .logarithm: return Functions.log(1.5 + square) + 2 * square / (1.5 + square)
        case .hyperbolic:
            let t = Functions.tanh(2 * x)
            return t + 2 * x * (1 - t * t)
        case .error:
            return Functions.erf(x / 3) + x * 2 / 3 / Double.pi.squareRoot() * Functions.exp(-square / 9)
        case .root: return x / (1 + square).squareRoot()
        case .logistic:
            let s = 1 / (1 + Functions.exp(-2 * x))
            return s + 2 * x * s * (1 - s)
        case .rectifier: return 1 - 2 / (1 + Functions.exp(2 * x))
        case .powers: return 3 * x * (2 + square).squareRoot()
        case .magnitudes: return 2 * Swift.abs(x) + (x < 0 ? -1 : 1)
        case .extremes:
            let (larger, smaller) = (Swift.max(x, 0.5), Swift.min(square, 4))
            return (x > 0.5 ? smaller : 0) + larger * (square < 4 ? 2 * x : 0)
        case .choices: return (x > 0 ? 2 * x : 0.1) + (x <= -1 ? 0 : 1)
        }
    }

    /// On either side of every kink, and on none.
    static let points = (0..<41).map { Double($0) * 0.193 - 3.8 }
}

@Suite struct DualTests {
    @Test(arguments: DualCase.allCases) func derivativesAreThoseOfCalculus(function: DualCase) {
        for x in DualCase.points {
            let found = function(Dual.variable(x))
            #expect(
                Swift.abs(found.derivative - function.derivative(x)) <= 1e-13 * (1 + Swift.abs(found.derivative)),
                "at \(x)")
            let difference = CentralDifference { offset in
                let pieces = [-2, -1, 0, 0.5, 2].map { x + offset > $0 ? 1 : 0 }
                return ([function(Dual.variable(x + offset)).value], pieces)
            }
            guard let difference else { continue }
            #expect(Swift.abs(difference.derivatives[0] - found.derivative) < 1e-7, "at \(x)")
        }
    }

    /// In Float a few roundings away; in vectors the bits of their lanes.
    @Test(arguments: DualCase.allCases) func everyScalar(function: DualCase) {
        for first in stride(from: 0, to: 32, by: 8) {
            let points = DualCase.points[first..<first + 8].map { Float($0) }
            let single = points.map { function(Dual.variable($0)) }
            let double = points.map { function(Dual.variable(Double($0))) }
            for (a, b) in zip(single, double) {
                let slack = 40 * Double(Float.ulpOfOne) * (1 + Swift.abs(b.value) + Swift.abs(b.derivative))
                #expect(Swift.abs(Double(a.value) - b.value) <= slack)
                #expect(Swift.abs(Double(a.derivative) - b.derivative) <= slack)
            }
            let eight = function(Dual.variable(SIMD8<Float>(points)))
            #expect((0..<8).allSatisfy { eight.value[$0] == single[$0].value })
            #expect((0..<8).allSatisfy { eight.derivative[$0] == single[$0].derivative })
            let sixteen = function(Dual.variable(SIMD16<Double>(points.map(Double.init) + points.map(Double.init))))
            #expect((0..<16).allSatisfy { sixteen.value[$0] == double[$0 % 8].value })
            #expect((0..<16).allSatisfy { sixteen.derivative[$0] == double[$0 % 8].derivative })
        }
    }

    /// What is written down, and worked out by blocks: each number's bits are its own, in Double those of plain duals.
    @Test(arguments: precisions, DualCase.allCases)
    func loopsGiveWhatDualsGive(_ precision: any Real.Type, function: DualCase) {
        func check<Scalar: Real>(_: Scalar.Type) {
            let steps = FormulaSteps(inputs: 1) { function($0[0]) }
            let loop = FormulaLoop<Scalar>(steps)
            let points = (0..<1200).map { Scalar(DualCase.points[$0 % DualCase.points.count]) }
            let (value, derivative) = (Buffer(points), Buffer(points))
            loop.run(value.base, count: points.count, value: value.base, derivative: derivative.base)
            for (index, point) in points.enumerated() {
                let exact = function(Dual.variable(Double(point)))
                #expect(steps.values([Double(point)]) == [exact.value, exact.derivative])
                let isExact = Scalar.self == Double.self
                let slack =
                    isExact
                    ? 0 : 40 * Double(Scalar.ulpOfOne) * (1 + Swift.abs(exact.value) + Swift.abs(exact.derivative))
                #expect(Swift.abs(Double(value.values[index]) - exact.value) <= slack, "at \(point)")
                #expect(Swift.abs(Double(derivative.values[index]) - exact.derivative) <= slack, "at \(point)")
            }
            for first in [0, 16, 496, 1184] {
                let part = Buffer(Array(points[first..<first + 16]))
                let beside = Buffer(part.values)
                loop.run(part.base, count: 16, value: part.base, derivative: beside.base)
                #expect(sameBits(part.values, Array(value.values[first..<first + 16])))
                #expect(sameBits(beside.values, Array(derivative.values[first..<first + 16])))
            }
        }
        check(precision)
    }

    @Test(arguments: precisions) func functionsOfTwo(_ precision: any Real.Type) {
        func check<Scalar: Real>(_: Scalar.Type) {
            let loop = FormulaLoop<Scalar>(FormulaSteps(inputs: 2) { ($0[0] - $0[1]) * ($0[0] - $0[1]) })
            let (a, t) = (Buffer((0..<320).map { Scalar($0) / 8 }), Buffer((0..<320).map { Scalar($0 % 7) }))
            let (value, derivative) = (Buffer(a.values), Buffer(a.values))
            loop.run(a.base, t.base, count: 320, value: value.base, derivative: derivative.base)
            let errors = zip(a.values, t.values).map { $0 - $1 }
            #expect(value.values == errors.map { $0 * $0 } && derivative.values == errors.map { 2 * $0 })
        }
        check(precision)
    }

    /// A function that is no function of its input, and the input itself.
    @Test func leastFormulas() {
        for (function, expected) in [({ (_: Dual<Formula>) in 2.5 }, [2.5, 0]), ({ $0 }, [7, 1])]
            as [((Dual<Formula>) -> Dual<Formula>, [Double])]
        {
            let steps = FormulaSteps(inputs: 1) { function($0[0]) }
            #expect(steps.values([7]) == expected)
            let (value, derivative) = (
                Buffer<Double>(Array(repeating: 7, count: 16)), Buffer<Double>(Array(repeating: 9, count: 16))
            )
            FormulaLoop<Double>(steps).run(value.base, count: 16, value: value.base, derivative: derivative.base)
            #expect(value.values[3] == expected[0] && derivative.values[3] == expected[1])
        }
    }

    /// What is written twice, or for value and derivative, is worked out once; what is constant not at all.
    @Test func sharesWork() {
        let once = FormulaSteps(inputs: 1) { 1 / (1 + exp(-$0[0])) }
        let twice = FormulaSteps(inputs: 1) {
            _ = exp(-$0[0]); return 1 / (1 + exp(-$0[0]))
        }
        #expect(once.steps == twice.steps)
        #expect(once.steps.count { $0.operation == .function(.exp) } == 1)
        let constant = FormulaSteps(inputs: 1) { $0[0] * (exp(Dual(1)) - 1) * 1 + 0 }
        #expect(constant.steps.count == 3, "\(constant.steps)")
    }

    @Test func notANumberStays() {
        for function in DualCase.allCases where function != .choices {
            #expect(function(Dual.variable(Double.nan)).value.isNaN, "\(function)")
        }
        #expect(max(Dual<Double>(1), Dual(.nan)).value.isNaN && min(Dual<Double>(1), Dual(.nan)).value.isNaN)
    }

    /// Where the derivative jumps: that of max(h, 0) and |h| is 0, as relu's and mae's.
    @Test func atKinks() {
        let zero = Dual.variable(0.0)
        #expect(max(zero, 0).derivative == 0 && min(zero, 0).derivative == 0 && abs(zero).derivative == 0)
        let far = [-1e4, 1e4].map { sigmoid(Dual.variable($0)) }
        #expect(far.map(\.value) == [0, 1] && far.map(\.derivative) == [0, 0])
        #expect(softplus(Dual.variable(1e4)).value == 1e4 && softplus(Dual.variable(-1e4)).derivative == 0)
    }
}
