import CKernels

/// Our own functions of a Double, for what reaches weights, decisions or reported losses: the same bits on every CPU, where
/// the system's mathematics library has code for each. `CKernels.h` says how they are made.
///
/// Limits, infinities, NaN and signs of zero are as in C; subnormal numbers are numbers as any other.
public enum Functions {
    /// eˣ; error: 1 ulp.
    public static func exp(_ x: Double) -> Double { ck_exp(x) }
    /// The natural logarithm; error: 1 ulp.
    public static func log(_ x: Double) -> Double { ck_log(x) }
    /// Error: 3 ulp.
    public static func tanh(_ x: Double) -> Double { ck_tanh(x) }
    /// The error function 2/√π ∫₀ˣ e^(−t²) dt; error: 2 ulp.
    public static func erf(_ x: Double) -> Double { ck_erf(x) }
    /// ln(1 + eˣ); error: 2 ulp.
    public static func softplus(_ x: Double) -> Double { ck_softplus(x) }
    /// Error: 1 ulp where |x| ≤ 2²⁰; NaN beyond.
    public static func sin(_ x: Double) -> Double { ck_sin(x) }
    /// Error: 1 ulp where |x| ≤ 2²⁰; NaN beyond.
    public static func cos(_ x: Double) -> Double { ck_cos(x) }
    /// xʸ; error: 2 ulp.
    public static func pow(_ x: Double, _ y: Double) -> Double { ck_pow(x, y) }
}

/// A function that is there for arrays, in either precision: see `Real.map`.
public enum ArrayFunction: Sendable, CaseIterable {
    case exp, log, tanh, erf
    /// ln(1 + eˣ).
    case softplus
}

extension Float {
    public static func map(
        _ function: ArrayFunction, _ x: UnsafePointer<Self>, count: Int, into out: UnsafeMutablePointer<Self>
    ) {
        switch function {
        case .exp: ck_exp_f32(x, count, out)
        case .log: ck_log_f32(x, count, out)
        case .tanh: ck_tanh_f32(x, count, out)
        case .erf: ck_erf_f32(x, count, out)
        case .softplus: ck_softplus_f32(x, count, out)
        }
    }
}

extension Double {
    public static func map(
        _ function: ArrayFunction, _ x: UnsafePointer<Self>, count: Int, into out: UnsafeMutablePointer<Self>
    ) {
        switch function {
        case .exp: ck_exp_f64(x, count, out)
        case .log: ck_log_f64(x, count, out)
        case .tanh: ck_tanh_f64(x, count, out)
        case .erf: ck_erf_f64(x, count, out)
        case .softplus: ck_softplus_f64(x, count, out)
        }
    }
}
