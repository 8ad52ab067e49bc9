import Kernels

extension Loss {
    /// The article's.
    public static let mse = Loss(
        "mse",
        [
            LossForm(
                formula: "1/n_L · Σ_q (a_q − t_q)²", activations: Activation.all, kernel: "mse",
                curvature: .byOutput { _, _ in 2 }, function: MeanSquaredError())
        ])
}

private struct MeanSquaredError: LossFunction {
    func callAsFunction<Scalar: Real>(
        output a: Scalar, beside: Scalar, target t: Scalar
    ) -> (term: Double, error: Scalar) {
        let error = a - t
        return (Double(error) * Double(error), 2 * error)
    }

    /// The variance.
    func constantTerm(_ targets: [Double]) -> Double {
        let mean = targets.mean
        return targets.map { ($0 - mean) * ($0 - mean) }.mean
    }
}
