import Kernels

/// What a `Dual` is made of: `Float`, `Double`, SIMD vectors of them, or a `Formula`, which writes down what is done to it.
public protocol DualScalar: Sendable {
    init(_ constant: Double)
    // No operators: they would be one more meaning of each sum in whatever imports this.
    static func sum(_ a: Self, _ b: Self) -> Self
    static func difference(_ a: Self, _ b: Self) -> Self
    static func product(_ a: Self, _ b: Self) -> Self
    static func quotient(_ a: Self, _ b: Self) -> Self
    func squareRoot() -> Self
    /// xʸ.
    static func power(_ x: Self, _ y: Double) -> Self
    static func map(_ function: ArrayFunction, _ x: Self) -> Self
    /// `yes` where a < b, of vectors lane by lane, or a ≤ b with `orEqual`; else `no`.
    static func choose(_ yes: Self, where a: Self, isBelow b: Self, orEqual: Bool, else no: Self) -> Self
}

/// A number and its derivative by something: differentiation by forward mode.
///
/// Every operation is a few additions, products and quotients, none of which is fused with another, and this package's own
/// functions: the same bits on every CPU.
public struct Dual<Scalar: DualScalar>: Sendable {
    public var value: Scalar
    public var derivative: Scalar

    public init(value: Scalar, derivative: Scalar) { (self.value, self.derivative) = (value, derivative) }

    /// A constant.
    public init(_ constant: Double) { self.init(value: Scalar(constant), derivative: Scalar(0)) }

    /// What derivatives are by.
    public static func variable(_ value: Scalar) -> Self { Self(value: value, derivative: Scalar(1)) }

    public static func + (a: Self, b: Self) -> Self {
        Self(value: Scalar.sum(a.value, b.value), derivative: Scalar.sum(a.derivative, b.derivative))
    }

    public static func - (a: Self, b: Self) -> Self {
        Self(
            value: Scalar.difference(a.value, b.value), derivative: Scalar.difference(a.derivative, b.derivative))
    }

    public static func * (a: Self, b: Self) -> Self {
        Self(
            value: Scalar.product(a.value, b.value),
            derivative: Scalar.sum(Scalar.product(a.derivative, b.value), Scalar.product(a.value, b.derivative)))
    }

    public static func / (a: Self, b: Self) -> Self {
        let quotient = Scalar.quotient(a.value, b.value)
        let rest = Scalar.difference(a.derivative, Scalar.product(quotient, b.derivative))
        return Self(value: quotient, derivative: Scalar.quotient(rest, b.value))
    }

    public static prefix func - (a: Self) -> Self { Self(-1) * a }

    /// g(x), of a function whose derivative at x is `slope`.
    fileprivate func mapped(to value: Scalar, slope: Scalar) -> Self {
        Self(value: value, derivative: Scalar.product(slope, derivative))
    }
}

extension Dual: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    public init(floatLiteral value: Double) { self.init(value) }
    public init(integerLiteral value: Int) { self.init(Double(value)) }
}

// MARK: Functions

public func exp<S>(_ x: Dual<S>) -> Dual<S> {
    let power = S.map(.exp, x.value)
    return x.mapped(to: power, slope: power)
}

/// The natural logarithm.
public func log<S>(_ x: Dual<S>) -> Dual<S> { x.mapped(to: S.map(.log, x.value), slope: S.quotient(S(1), x.value)) }

public func tanh<S>(_ x: Dual<S>) -> Dual<S> {
    let value = S.map(.tanh, x.value)
    return x.mapped(to: value, slope: S.difference(S(1), S.product(value, value)))
}

/// The error function: its derivative is 2/√π e^(−x²).
public func erf<S>(_ x: Dual<S>) -> Dual<S> {
    let power = S.map(.exp, S.product(S(-1), S.product(x.value, x.value)))
    return x.mapped(to: S.map(.erf, x.value), slope: S.product(S(1.1283791670955126), power))
}

public func sqrt<S>(_ x: Dual<S>) -> Dual<S> {
    let root = x.value.squareRoot()
    return x.mapped(to: root, slope: S.quotient(S(0.5), root))
}

/// 1 / (1 + e^−x), whose derivative stays a number where e^−x is none any more.
public func sigmoid<S>(_ x: Dual<S>) -> Dual<S> {
    let value = S.quotient(S(1), S.sum(S(1), S.map(.exp, S.product(S(-1), x.value))))
    return x.mapped(to: value, slope: S.product(value, S.difference(S(1), value)))
}

/// ln(1 + eˣ), also where eˣ is no number any more.
public func softplus<S>(_ x: Dual<S>) -> Dual<S> {
    x.mapped(to: S.map(.softplus, x.value), slope: sigmoid(x).value)
}

/// xʸ. Slow: for whole y write products.
public func pow<S>(_ x: Dual<S>, _ y: Double) -> Dual<S> {
    x.mapped(to: S.power(x.value, y), slope: S.product(S(y), S.power(x.value, y - 1)))
}

/// |x|; its derivative at 0 is 0.
public func abs<S>(_ x: Dual<S>) -> Dual<S> {
    let sign = choose(x .< 0, -1, choose(x .> 0, 1, 0)).value
    return x.mapped(to: choose(x .< 0, -x, x).value, slope: sign)
}

/// The larger; of equals the second, so that max(h, 0) has the derivative 0 at 0. NaN stays.
public func max<S>(_ a: Dual<S>, _ b: Dual<S>) -> Dual<S> {
    choose(a .<= b, b, choose(a .> b, a, a + b))
}

/// The smaller; of equals the second. NaN stays.
public func min<S>(_ a: Dual<S>, _ b: Dual<S>) -> Dual<S> {
    choose(a .>= b, b, choose(a .< b, a, a + b))
}

// MARK: Choices

/// Which of two numbers is the larger, by their values: see `choose`.
public struct DualCondition<Scalar: DualScalar>: Sendable {
    fileprivate let lower: Scalar
    fileprivate let upper: Scalar
    fileprivate let orEqual: Bool
}

/// The first where the condition holds, else the second: of vectors lane by lane. The other's derivative does not count.
public func choose<S>(_ condition: DualCondition<S>, _ yes: Dual<S>, _ no: Dual<S>) -> Dual<S> {
    func either(_ yes: S, _ no: S) -> S {
        S.choose(yes, where: condition.lower, isBelow: condition.upper, orEqual: condition.orEqual, else: no)
    }
    return Dual(value: either(yes.value, no.value), derivative: either(yes.derivative, no.derivative))
}

extension Dual {
    public static func .< (a: Self, b: Self) -> DualCondition<Scalar> {
        DualCondition(lower: a.value, upper: b.value, orEqual: false)
    }
    public static func .<= (a: Self, b: Self) -> DualCondition<Scalar> {
        DualCondition(lower: a.value, upper: b.value, orEqual: true)
    }
    public static func .> (a: Self, b: Self) -> DualCondition<Scalar> { b .< a }
    public static func .>= (a: Self, b: Self) -> DualCondition<Scalar> { b .<= a }
}
