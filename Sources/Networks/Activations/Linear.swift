import Kernels

extension Activation {
    /// None: what a regression's outputs usually have.
    public static let linear = Activation("linear", "h", Linear())
}

private struct Linear: ElementwiseFunction {
    func callAsFunction<Scalar: Real>(_ h: Scalar) -> (value: Scalar, derivative: Scalar) { (h, 1) }
}
