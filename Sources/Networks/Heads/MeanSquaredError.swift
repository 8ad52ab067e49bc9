import Kernels

extension Loss {
    /// The article's.
    public static let mse = Loss(
        name: "mse", formula: "1/n_L · Σ_q (a_q − t_q)²", activations: Activation.all,
        targets: [.labels, .inputs, .numbers],
        isMean: true, function: MeanSquaredError())
}

private struct MeanSquaredError: LossFunction {
    func callAsFunction<Scalar: Real>(
        output a: Scalar, beside: Scalar, target t: Scalar
    ) -> (term: Double, error: Scalar) {
        let error = a - t
        return (Double(error) * Double(error), 2 * error)
    }

    /// The outputs' variances.
    func constantSum(means: [Double], meanSquares: Double) -> Double {
        meanSquares - means.reduce(0) { $0 + $1 * $1 }
    }
}
