import Kernels

extension Loss {
    /// Of counts: the negative logarithm of their likelihood, but for what does not depend on the outputs; as PyTorch has it, of
    /// outputs that are logarithms of rates, or rates.
    public static let poisson = Loss(
        "poisson",
        [
            LossForm(
                formula: "1/n_L · Σ_q (e^a_q − t_q a_q)", activations: [.linear], range: 0...Double.infinity,
                kernel: "poisson", curvature: .byOutput { a, _ in Functions.exp(a) }, function: PoissonOfLogarithms()),
            LossForm(
                formula: "1/n_L · Σ_q (a_q − t_q ln(a_q + 1e-8))", activations: [.softplus],
                range: 0...Double.infinity, kernel: "poisson_of_rates",
                curvature: .byOutput { a, t in t / ((a + 1e-8) * (a + 1e-8)) }, function: PoissonOfRates()),
        ])
}

/// The least: of a rate that is the target, or its mean.
private func term(ofRate target: Double) -> Double { target == 0 ? 0 : target - target * Functions.log(target) }

private struct PoissonOfLogarithms: LossFunction {
    func callAsFunction<Scalar: Real>(
        output a: Scalar, beside: Scalar, target t: Scalar
    ) -> (term: Double, error: Scalar) {
        let rate = Functions.exp(Double(a))
        return (rate - Double(t) * Double(a), Scalar(rate) - t)
    }

    func constantTerm(_ targets: [Double]) -> Double { term(ofRate: targets.mean) }
    func leastTerm(_ target: Double) -> Double { term(ofRate: target) }
}

private struct PoissonOfRates: LossFunction {
    func callAsFunction<Scalar: Real>(
        output a: Scalar, beside: Scalar, target t: Scalar
    ) -> (term: Double, error: Scalar) {
        let rate = a + 1e-8
        return (Double(a) - Double(t) * Functions.log(Double(rate)), 1 - t / rate)
    }

    func constantTerm(_ targets: [Double]) -> Double { term(ofRate: targets.mean) }
    func leastTerm(_ target: Double) -> Double { term(ofRate: target) }
}
