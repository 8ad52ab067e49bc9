import Kernels

extension Activation {
    public static let tanh = Activation("tanh", "(e^h − e^-h) / (e^h + e^-h)", Tanh())
}

private struct Tanh: ElementwiseFunction {
    /// Computed in Double and rounded.
    func callAsFunction<Scalar: Real>(_ h: Scalar) -> (value: Scalar, derivative: Scalar) {
        let a = Functions.tanh(Double(h))
        return (Scalar(a), Scalar(1 - a * a))
    }
}
