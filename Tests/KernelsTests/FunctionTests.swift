import Foundation
import Kernels
import RandomNumbers
import Testing

/// Our own functions against the system's in long double, which has eleven bits more than Double: enough to tell ulps.
@Suite struct FunctionTests {
    /// A function with its bound in ulps, and the ranges in which arguments are drawn.
    struct Subject: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let own: @Sendable (Double) -> Double
        let exact: @Sendable (Exact) -> Exact
        let ulps: Double
        let ranges: [ClosedRange<Double>]

        static let all = [
            Subject(
                testDescription: "exp", own: Functions.exp, exact: { exp($0) }, ulps: 1,
                ranges: [-745.2...709.78, -1...1, -746 ... -700]),
            Subject(
                testDescription: "log", own: Functions.log, exact: { log($0) }, ulps: 1,
                ranges: [0...1e-300, 0.4...2.2, 0.999...1.001, 0...1e300]),
            Subject(
                testDescription: "tanh", own: Functions.tanh, exact: { tanh($0) }, ulps: 3,
                ranges: [-20...20, -1...1, -1e-3...1e-3]),
            Subject(
                testDescription: "erf", own: Functions.erf, exact: { erf($0) }, ulps: 2,
                ranges: [-7...7, -1.2...1.2, -1e-3...1e-3]),
            Subject(
                testDescription: "softplus", own: Functions.softplus,
                exact: { $0 > 0 ? $0 + log1p(exp(-$0)) : log1p(exp($0)) }, ulps: 2,
                ranges: [-750...750, -20...20, -1...1]),
            Subject(
                testDescription: "sin", own: Functions.sin, exact: { sin($0) }, ulps: 1,
                ranges: [-7...7, -1_048_576...1_048_576, -1e-3...1e-3]),
            Subject(
                testDescription: "cos", own: Functions.cos, exact: { cos($0) }, ulps: 1,
                ranges: [-7...7, -1_048_576...1_048_576, -1e-3...1e-3]),
        ]
    }

    /// |value − exact| in units of the last place of Scalar where `exact` lies.
    private static func error<Scalar: BinaryFloatingPoint>(_ value: Scalar, _ exact: Exact) -> Double {
        let nearest = Scalar(exact)
        guard nearest.isFinite, value.isFinite else {
            return value == nearest || (value.isNaN && nearest.isNaN) ? 0 : .infinity
        }
        return Double(abs(Exact(value) - exact) / Exact(nearest.ulp))
    }

    @Test(arguments: Subject.all) func isWithinItsBound(_ subject: Subject) {
        var data = TestData(1)
        for range in subject.ranges {
            var worst = (error: 0.0, at: 0.0)
            for _ in 0..<20_000 {
                let x = range.lowerBound + (range.upperBound - range.lowerBound) * data.numbers.uniform()
                let error = Self.error(subject.own(x), subject.exact(Exact(x)))
                if error > worst.error { worst = (error, x) }
            }
            #expect(worst.error <= subject.ulps, "\(range): \(worst.error) ulps at \(worst.at)")
        }
    }

    /// Arguments of every size, subnormal ones included.
    @Test(arguments: Subject.all) func isWithinItsBoundAtAnySize(_ subject: Subject) {
        var data = TestData(2)
        for exponent in -1074...1023 {
            for _ in 0..<8 {
                let size = Double(sign: .plus, exponent: exponent, significand: 1 + data.numbers.uniform())
                let isTrigonometric = subject.testDescription == "sin" || subject.testDescription == "cos"
                guard !isTrigonometric || size <= 0x1p20 else { continue }
                for x in [size, -size] {
                    #expect(Self.error(subject.own(x), subject.exact(Exact(x))) <= subject.ulps, "\(x)")
                }
            }
        }
    }

    /// Where nearly all of a large argument cancels.
    @Test func multiplesOfAQuarterTurn() {
        for n in [1, 2, 3, 4, 5, 22, 355, 710, 103_993, 208_341, 312_689, 667_543] {
            let x = Double(n) * (.pi / 2)
            for y in [x.nextDown, x, x.nextUp] {
                #expect(Self.error(Functions.sin(y), sin(Exact(y))) <= 1, "sin \(y)")
                #expect(Self.error(Functions.cos(y), cos(Exact(y))) <= 1, "cos \(y)")
            }
        }
        for beyond in [0x1p20.nextUp, 1e300, .infinity, -.infinity, .nan] {
            #expect(Functions.sin(beyond).isNaN && Functions.cos(beyond).isNaN)
        }
    }

    private static let edges: [Double] = [
        0, -0.0, 1, -1, 2, -2, 3, -3, 0.5, -0.5, 1.5, -1.5, .infinity, -.infinity, .nan, .leastNonzeroMagnitude,
        -.leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 1e300,
        1e-300,
        0x1p53, -0x1p53, 0x1p53 - 1, 1 - 0x1p-53, 1 + 0x1p-52, 709.782712893384, 709.7827128933841, -745.1332191019411,
        -745.1332191019412, -708.4, 1024, -1074, -1075,
    ]

    /// Limits, signs of zero, infinities and NaN, as C has them.
    @Test func edges() {
        for x in Self.edges {
            for subject in Subject.all where abs(x) <= 0x1p20 || !["sin", "cos"].contains(subject.testDescription) {
                let (own, exact) = (subject.own(x), subject.exact(Exact(x)))
                #expect(Self.error(own, exact) <= subject.ulps, "\(subject.testDescription)(\(x)) = \(own)")
                if own == 0 { #expect(own.sign == exact.sign, "\(subject.testDescription)(\(x))") }
            }
        }
    }

    @Test func powers() {
        for x in Self.edges {
            for y in Self.edges {
                let (own, exact) = (Functions.pow(x, y), pow(Exact(x), Exact(y)))
                #expect(Self.error(own, exact) <= 2, "pow(\(x), \(y)) = \(own)")
                if own == 0 { #expect(own.sign == exact.sign, "pow(\(x), \(y))") }
            }
        }
        var data = TestData(3)
        var worst = (error: 0.0, x: 0.0, y: 0.0)
        for round in 0..<60_000 {
            let u = data.numbers.uniform()
            let x =
                switch round % 4 {
                case 0: Double(sign: .plus, exponent: Int(2000 * u) - 1000, significand: 1 + data.numbers.uniform())
                case 1: 0.5 + 1.5 * u
                case 2: 1 - Double(sign: .plus, exponent: -Int(50 * u), significand: data.numbers.uniform())
                default: 0.9 + 0.1 * u  // Adam's β
                }
            let span = 1074 / (abs(log2(x)) + 1e-9)
            let y =
                round % 4 == 3 ? Double(Int(span * data.numbers.uniform())) : span * (2 * data.numbers.uniform() - 1)
            let error = Self.error(Functions.pow(x, y), pow(Exact(x), Exact(y)))
            if error > worst.error { worst = (error, x, y) }
        }
        #expect(worst.error <= 2, "\(worst)")
    }

    /// Vectors give the bits of single numbers, in whole ones and in the rest.
    @Test func arraysOfDoublesHaveTheSameBits() {
        var data = TestData(4)
        let own: [ArrayFunction: (Double) -> Double] = [
            .exp: Functions.exp, .log: Functions.log, .tanh: Functions.tanh, .erf: Functions.erf,
            .softplus: Functions.softplus,
        ]
        for (function, one) in own {
            for count in [0, 1, 7, 8, 9, 40] {
                let x = (0..<count).map { $0 < Self.edges.count ? Self.edges[$0] : 40 * data.numbers.uniform() - 20 }
                let out = Buffer<Double>(results: count)
                Double.map(function, Buffer(x).base, count: count, into: out.base)
                for (got, expected) in zip(out.values, x.map(one)) {
                    #expect(got.bitPattern == expected.bitPattern || (got.isNaN && expected.isNaN), "\(function)")
                }
                #expect(out.isIntact)
            }
        }
    }

    private static func exact(_ function: ArrayFunction, _ x: Exact) -> Exact {
        switch function {
        case .exp: exp(x)
        case .log: log(x)
        case .tanh: tanh(x)
        case .erf: erf(x)
        case .softplus: x > 0 ? x + log1p(exp(-x)) : log1p(exp(x))
        }
    }

    @Test(arguments: precisions, ArrayFunction.allCases)
    func arraysAreWithinTheirBounds(_ precision: any Real.Type, function: ArrayFunction) {
        func check<Scalar: Real>(_ type: Scalar.Type) {
            let bounds: [ArrayFunction: Double] = [.log: 1, .tanh: 3]
            let bound = bounds[function] ?? 2
            var data = TestData(5)
            for limit in [1e-30, 1, 10, 90] {
                let x: [Scalar] = data.reals(4000, limit: limit).map { function == .log ? abs($0) : $0 }
                let edges =
                    [0, -0.0, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, .leastNormalMagnitude, 1, -1]
                    .map { (x: Scalar) in x } + [.greatestFiniteMagnitude, -.greatestFiniteMagnitude]
                let all = x + edges
                let out = Buffer<Scalar>(results: all.count)
                Scalar.map(function, Buffer(all).base, count: all.count, into: out.base)
                for (value, argument) in zip(out.values, all) {
                    let error = Self.error(value, Self.exact(function, Exact(argument)))
                    #expect(error <= bound, "\(function)(\(argument)) = \(value): \(error) ulps")
                }
            }
        }
        check(precision)
    }
}
