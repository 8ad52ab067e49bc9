import Kernels

extension Loss {
    /// Of softmax and class labels.
    public static let crossEntropy = Loss(
        name: "cross-entropy", formula: "−Σ_q t_q ln a_q", activations: [.softmax], targets: [.labels], isMean: false,
        function: CrossEntropy())
}

private struct CrossEntropy: LossFunction {
    func callAsFunction<Scalar: Real>(
        output a: Scalar, beside logarithm: Scalar, target t: Scalar
    ) -> (term: Double, error: Scalar) {
        (t == 0 ? 0 : -Double(t) * Double(logarithm), a - t)
    }

    /// The classes' entropy.
    func constantSum(means: [Double], meanSquares: Double) -> Double {
        means.reduce(0) { $1 == 0 ? $0 : $0 - $1 * Functions.log($1) }
    }
}
