import Kernels

extension Loss {
    /// Of the median: half the absolute error.
    public static let quantile = quantile(level: 0.5)

    /// The pinball loss: outputs that are the same for all samples cost least where a share `level` of the targets is below.
    ///
    /// Its name has the level behind: `quantile:0.9`. The derivative at the target is 0.
    ///
    /// - Precondition: `level` is above 0 and below 1.
    public static func quantile(level: Double) -> Loss {
        precondition(level > 0 && level < 1)
        return Loss(
            level == 0.5 ? "quantile" : "quantile:\(level)",
            [
                LossForm(
                    formula: "1/n_L · Σ_q max(p (t_q − a_q), (p − 1) (t_q − a_q)), p \(level)",
                    activations: Activation.linearFirst, kernel: "quantile", parameter: level, kinks: [0],
                    function: Quantile(level: level))
            ])
    }

    /// That of `quantile:0.9`; nil of anything else, and of a level that is none.
    static func quantile(named name: String) -> Loss? {
        let words = name.split(separator: ":", omittingEmptySubsequences: false)
        guard words.count == 2, words[0] == "quantile", let level = Double(words[1]), level > 0, level < 1 else {
            return nil
        }
        return quantile(level: level)
    }
}

private struct Quantile: LossFunction {
    let level: Double

    func callAsFunction<Scalar: Real>(
        output a: Scalar, beside: Scalar, target t: Scalar
    ) -> (term: Double, error: Scalar) {
        let error = a - t
        let slope = error > 0 ? 1 - Scalar(level) : error < 0 ? -Scalar(level) : error
        return (Double(slope) * Double(error), slope)
    }

    /// Of the targets' quantile.
    func constantTerm(_ targets: [Double]) -> Double {
        let quantile = targets.sorted()[Int(level * Double(targets.count))]
        return targets.map { max(level * ($0 - quantile), (level - 1) * ($0 - quantile)) }.mean
    }
}
