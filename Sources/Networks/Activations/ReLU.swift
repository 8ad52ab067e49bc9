import Kernels

extension Activation {
    /// Its derivative at 0 is 0, as PyTorch has it.
    public static let relu = Activation("relu", "max(h, 0)", kinks: [0], ReLU())
}

private struct ReLU: ElementwiseFunction {
    func callAsFunction<Scalar: Real>(_ h: Scalar) -> (value: Scalar, derivative: Scalar) {
        (h < 0 ? 0 : h, h > 0 ? 1 : 0)
    }
}
