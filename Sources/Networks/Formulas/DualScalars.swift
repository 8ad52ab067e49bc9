import Kernels

/// In Float as in Double: `Functions`, rounded once more.
extension DualScalar where Self: BinaryFloatingPoint {
    public static func sum(_ a: Self, _ b: Self) -> Self { a + b }
    public static func difference(_ a: Self, _ b: Self) -> Self { a - b }
    public static func product(_ a: Self, _ b: Self) -> Self { a * b }
    public static func quotient(_ a: Self, _ b: Self) -> Self { a / b }
    public static func power(_ x: Self, _ y: Double) -> Self { Self(Functions.pow(Double(x), y)) }

    public static func map(_ function: ArrayFunction, _ x: Self) -> Self {
        let x = Double(x)
        switch function {
        case .exp: return Self(Functions.exp(x))
        case .log: return Self(Functions.log(x))
        case .tanh: return Self(Functions.tanh(x))
        case .erf: return Self(Functions.erf(x))
        case .softplus: return Self(Functions.softplus(x))
        }
    }

    public static func choose(_ yes: Self, where a: Self, isBelow b: Self, orEqual: Bool, else no: Self) -> Self {
        a < b || orEqual && a == b ? yes : no
    }
}

extension Float: DualScalar {}
extension Double: DualScalar {}

/// Vectors: as their lanes.
extension SIMD where Scalar: DualScalar & BinaryFloatingPoint {
    public init(_ constant: Double) { self.init(repeating: Scalar(constant)) }

    public static func sum(_ a: Self, _ b: Self) -> Self { a + b }
    public static func difference(_ a: Self, _ b: Self) -> Self { a - b }
    public static func product(_ a: Self, _ b: Self) -> Self { a * b }
    public static func quotient(_ a: Self, _ b: Self) -> Self { a / b }
    public static func power(_ x: Self, _ y: Double) -> Self { x.eachLane { Scalar.power($0, y) } }

    public static func map(_ function: ArrayFunction, _ x: Self) -> Self { x.eachLane { Scalar.map(function, $0) } }

    public static func choose(_ yes: Self, where a: Self, isBelow b: Self, orEqual: Bool, else no: Self) -> Self {
        no.replacing(with: yes, where: orEqual ? a .<= b : a .< b)
    }

    private func eachLane(_ function: (Scalar) -> Scalar) -> Self {
        var result = self
        for lane in indices { result[lane] = function(self[lane]) }
        return result
    }
}

extension SIMD8: DualScalar where Scalar: DualScalar & BinaryFloatingPoint {}
extension SIMD16: DualScalar where Scalar: DualScalar & BinaryFloatingPoint {}
