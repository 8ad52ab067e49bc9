import Kernels

extension Loss {
    /// With PyTorch's δ of 1. Its second derivative jumps there; a Gauss-Newton matrix has that of the parabola which lies above
    /// it and touches it at the error.
    public static let huber = Loss(
        "huber",
        [
            LossForm(
                formula: "1/n_L · Σ_q (e_q²/2, or abs(e_q) − 1/2 beyond 1), e_q = a_q − t_q",
                activations: Activation.linearFirst, kernel: "huber", kinks: [-1, 1],
                curvature: .byOutput { 1 / max(1, abs($0 - $1)) }, function: Huber())
        ])
}

private struct Huber: LossFunction {
    func callAsFunction<Scalar: Real>(
        output a: Scalar, beside: Scalar, target t: Scalar
    ) -> (term: Double, error: Scalar) {
        let error = a - t
        return (Self.term(Double(error)), error > 1 ? 1 : error < -1 ? -1 : error)
    }

    private static func term(_ error: Double) -> Double { abs(error) > 1 ? abs(error) - 0.5 : error * error / 2 }

    /// The best is the mean where targets are near one another, and the median where they are far apart.
    func constantTerm(_ targets: [Double]) -> Double {
        let terms = [targets.mean, targets.sorted()[targets.count / 2]].map { constant in
            targets.map { Self.term($0 - constant) }.mean
        }
        return min(terms[0], terms[1])
    }
}
