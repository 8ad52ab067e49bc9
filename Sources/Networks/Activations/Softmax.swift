import Kernels

extension Activation {
    /// Probabilities of classes; of the last layer alone.
    public static let softmax = Activation("softmax", "e^h_q / Σ_r e^h_r", Softmax())
}

private struct Softmax: ActivationFunction {
    /// Computed in Double and rounded; ln a by the logarithm of the sum, so that it is finite where a is 0.
    func layer<Scalar: Real>(_ h: [Scalar]) -> (activation: [Scalar], beside: [Scalar]) {
        let largest = h.map { Double($0) }.max() ?? 0
        let above = h.map { Double($0) - largest }
        let powers = above.map { Functions.exp($0) }
        let sum = powers.reduce(0, +)
        let logarithm = Functions.log(sum)
        return (powers.map { Scalar($0 / sum) }, above.map { Scalar($0 - logarithm) })
    }
}
