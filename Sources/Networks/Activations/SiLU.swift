import Kernels

extension Activation {
    /// Also known as swish.
    public static let silu = Activation("silu", "h / (1 + e^-h)", SiLU())
}

private struct SiLU: ElementwiseFunction {
    /// Computed in Double and rounded. Where h is infinite, its limits.
    func callAsFunction<Scalar: Real>(_ h: Scalar) -> (value: Scalar, derivative: Scalar) {
        let x = Double(h)
        guard !(abs(x) > 709) else { return x > 0 ? (h, 1) : (0, 0) }
        let u = Functions.exp(-x)
        let s = 1 / (1 + u)
        return (Scalar(x * s), Scalar(s * (1 + x * (u * s))))
    }
}
