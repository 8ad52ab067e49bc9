import Kernels

extension Activation {
    /// By the error function, as PyTorch has it unless it is asked for the approximation.
    public static let gelu = Activation("gelu", "h Φ(h), Φ(h) = (1 + erf(h/√2)) / 2", GELU())
}

private struct GELU: ElementwiseFunction {
    /// Computed in Double and rounded. Where h is infinite, its limits.
    func callAsFunction<Scalar: Real>(_ h: Scalar) -> (value: Scalar, derivative: Scalar) {
        let x = Double(h)
        guard !(abs(x) > 40) else { return x > 0 ? (h, 1) : (0, 0) }
        let distribution = (1 + Functions.erf(x * 0.5.squareRoot())) / 2
        let density = Functions.exp(-x * x / 2) / (2 * Double.pi).squareRoot()
        return (Scalar(x * distribution), Scalar(distribution + x * density))
    }
}
