import Kernels

extension Activation {
    /// With PyTorch's α of 1. Its second derivative jumps at 0.
    public static let elu = Activation("elu", "max(h, e^min(h, 0) − 1)", kinks: [0], ELU())
}

private struct ELU: ElementwiseFunction {
    /// Computed in Double and rounded; e^h − 1 as tanh(h/2) (e^h + 1), which keeps its digits.
    func callAsFunction<Scalar: Real>(_ h: Scalar) -> (value: Scalar, derivative: Scalar) {
        guard !(h > 0) else { return (h, 1) }
        let power = Functions.exp(Double(h))
        return (Scalar(Functions.tanh(Double(h) / 2) * (power + 1)), Scalar(power))
    }
}
