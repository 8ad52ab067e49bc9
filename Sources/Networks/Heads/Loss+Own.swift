import Kernels

extension Loss {
    private static let definitions = Definitions<Loss>()

    /// Those that this program defined.
    public static var own: [Loss] { definitions.all }

    public static func refusal(of text: String) -> String { fault(text) + Activation.ownHint }

    /// Makes a loss known by `name` in this process: see `Activation.define`.
    ///
    ///     try Loss.define("log-cosh") { a, t in softplus(-2 * (a - t)) + (a - t) - 0.6931471805599453 }
    ///
    /// - Parameters:
    ///   - formula: E of a sample, for people.
    ///   - activations: of the last layer, elementwise ones, the usual first; nil for all that are known, `linear` first.
    ///   - isMean: whether E is the mean of the terms of a sample's outputs; else it is their sum.
    ///   - term: of an output a and its target t; the derivative by a is what trains.
    /// - Throws: as `Activation.define`, and where an activation mixes a layer's units.
    @discardableResult
    public static func define(
        _ name: String, formula: String = "this program's own", activations: [Activation]? = nil, isMean: Bool = true,
        _ term: (_ output: Dual<Formula>, _ target: Dual<Formula>) -> Dual<Formula>
    ) throws(DefinitionFault) -> Loss {
        let activations = activations ?? Activation.linearFirst + Activation.own
        if let mixing = activations.first(where: { !$0.isElementwise }) {
            throw DefinitionFault(
                description: "the loss '\(name)' cannot follow \(mixing), which mixes a layer's units")
        }
        let steps = FormulaSteps(inputs: 2) { term($0[0], $0[1]) }
        let form = LossForm(
            formula: formula, activations: activations, isMean: isMean, kernel: name, function: OwnLoss(steps: steps))
        let loss = Loss(name, [form])
        try definitions.add(loss)
        return loss
    }
}

extension LossForm {
    /// Of a loss that a program defined, what its closure wrote down.
    var ownSteps: FormulaSteps? { (function as? OwnLoss)?.steps }

    /// On which of the pieces that kinks make of the loss outputs and targets lie.
    func pieces<Scalar: Real>(_ outputs: [Scalar], _ targets: [Scalar]) -> [Int] {
        let pairs = Array(zip(outputs, targets))
        if let ownSteps { return pairs.flatMap { ownSteps.pieces([Double($0), Double($1)]) } }
        return kinks.flatMap { kink in pairs.map { Double($0 - $1) > kink ? 1 : 0 } }
    }
}

private struct OwnLoss: LossFunction {
    let steps: FormulaSteps

    /// Computed in Double; the derivative is rounded.
    func callAsFunction<Scalar: Real>(
        output a: Scalar, beside: Scalar, target t: Scalar
    ) -> (term: Double, error: Scalar) {
        let results = steps.values([Double(a), Double(t)])
        return (results[0], Scalar(results[1]))
    }

    /// Of the mean or the median, whichever is better.
    func constantTerm(_ targets: [Double]) -> Double {
        [targets.mean, targets.sorted()[targets.count / 2]].map { constant in
            targets.map { steps.values([constant, $0])[0] }.mean
        }.reduce(.infinity) { $1 < $0 ? $1 : $0 }
    }

    func leastTerm(_ target: Double) -> Double { steps.values([target, target])[0] }
}
