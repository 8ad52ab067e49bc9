import Kernels

extension Activation {
    /// With PyTorch's slope below 0, and at it.
    public static let leakyReLU = Activation("leaky-relu", "max(h, 0.01 h)", kinks: [0], LeakyReLU())
}

private struct LeakyReLU: ElementwiseFunction {
    func callAsFunction<Scalar: Real>(_ h: Scalar) -> (value: Scalar, derivative: Scalar) {
        let derivative: Scalar = h > 0 ? 1 : 0.01
        return (h * derivative, derivative)
    }
}
