import Kernels

extension Activation {
    /// The article's.
    public static let sigmoid = Activation("sigmoid", "1 / (1 + e^-h)", Sigmoid())
}

private struct Sigmoid: ElementwiseFunction {
    /// Computed in Double and rounded.
    func callAsFunction<Scalar: Real>(_ h: Scalar) -> (value: Scalar, derivative: Scalar) {
        let a = Scalar(1 / (1 + Functions.exp(-Double(h))))
        return (a, a * (1 - a))
    }
}
