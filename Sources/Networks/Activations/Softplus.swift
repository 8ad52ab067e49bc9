import Kernels

extension Activation {
    /// With PyTorch's β of 1; its threshold approximates this one.
    public static let softplus = Activation("softplus", "ln(1 + e^h)", Softplus())
}

private struct Softplus: ElementwiseFunction {
    /// Computed in Double and rounded.
    func callAsFunction<Scalar: Real>(_ h: Scalar) -> (value: Scalar, derivative: Scalar) {
        let x = Double(h)
        return (Scalar(Functions.softplus(x)), Scalar(1 / (1 + Functions.exp(-x))))
    }
}
