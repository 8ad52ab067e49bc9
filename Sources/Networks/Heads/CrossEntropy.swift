import Kernels

extension Loss {
    /// Of softmax and class labels; or of sigmoids, each of which answers a question of its own.
    public static let crossEntropy = Loss(
        "cross-entropy",
        [
            LossForm(
                formula: "−Σ_q t_q ln a_q", activations: [.softmax], targets: [.labels], isMean: false,
                layer: .softmax, kernel: "cross_entropy", curvature: .softmax, function: CrossEntropy()),
            LossForm(
                formula: "−1/n_L · Σ_q (t_q ln a_q + (1 − t_q) ln(1 − a_q))", activations: [.sigmoid], range: 0...1,
                layer: .sigmoidOfSums, kernel: "sigmoid_cross_entropy",
                curvature: .bySum { $0 * (1 - $0) }, function: SigmoidCrossEntropy()),
        ])
}

private struct CrossEntropy: LossFunction {
    func callAsFunction<Scalar: Real>(
        output a: Scalar, beside logarithm: Scalar, target t: Scalar
    ) -> (term: Double, error: Scalar) {
        (t == 0 ? 0 : -Double(t) * Double(logarithm), a - t)
    }

    /// The class's share of the classes' entropy.
    func constantTerm(_ targets: [Double]) -> Double { surprise(targets.mean) }
}

private struct SigmoidCrossEntropy: LossFunction {
    /// Of the sum h: max(h, 0) − t h + ln(1 + e^-|h|), which is right also where the sigmoid rounds to 0 or 1.
    func callAsFunction<Scalar: Real>(
        output a: Scalar, beside h: Scalar, target t: Scalar
    ) -> (term: Double, error: Scalar) {
        let x = Double(h)
        return (max(x, 0) - Double(t) * x + Functions.softplus(-abs(x)), a - t)
    }

    func constantTerm(_ targets: [Double]) -> Double { leastTerm(targets.mean) }
    func leastTerm(_ target: Double) -> Double { surprise(target) + surprise(1 - target) }
}

/// −p ln p.
private func surprise(_ p: Double) -> Double { p == 0 ? 0 : -p * Functions.log(p) }

extension Activation {
    /// The sigmoid with its sums beside it, in place of derivatives.
    static let sigmoidOfSums = Activation("sigmoid-of-sums", Activation.sigmoid.formula, SigmoidOfSums())
}

private struct SigmoidOfSums: ActivationFunction {
    func layer<Scalar: Real>(_ h: [Scalar]) -> (activation: [Scalar], beside: [Scalar]) {
        (Activation.sigmoid.function.layer(h).activation, h)
    }
}
