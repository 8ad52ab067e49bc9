import Kernels

extension Loss {
    /// Its derivative at the target is 0, as PyTorch has it.
    public static let mae = Loss(
        "mae",
        [
            LossForm(
                formula: "1/n_L · Σ_q abs(a_q − t_q)", activations: Activation.linearFirst, kernel: "mae", kinks: [0],
                function: MeanAbsoluteError())
        ])
}

private struct MeanAbsoluteError: LossFunction {
    func callAsFunction<Scalar: Real>(
        output a: Scalar, beside: Scalar, target t: Scalar
    ) -> (term: Double, error: Scalar) {
        let error = a - t
        return (abs(Double(error)), error > 0 ? 1 : error < 0 ? -1 : error)
    }

    /// Of the median.
    func constantTerm(_ targets: [Double]) -> Double {
        let median = targets.sorted()[targets.count / 2]
        return targets.map { abs($0 - median) }.mean
    }
}
