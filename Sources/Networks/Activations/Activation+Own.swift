import Kernels

extension Activation {
    private static let definitions = Definitions<Activation>()

    /// Those that this program defined.
    public static var own: [Activation] { definitions.all }

    /// Makes an activation known by `name` in this process: in options, in records and in files of weights.
    ///
    ///     try Activation.define("swish2") { h in h * sigmoid(2 * h) }
    ///
    /// The closure is called once, with a number that writes down what is done to it; layers are worked out from that, in either
    /// precision. Where it chooses, its derivative may jump: gradient checks know. Define it before a run begins, on every
    /// rank; any thread may.
    ///
    /// - Parameter formula: g, for people.
    /// - Throws: where the name is taken, or is not small letters and digits with hyphens between.
    @discardableResult
    public static func define(
        _ name: String, formula: String = "this program's own", _ function: (Dual<Formula>) -> Dual<Formula>
    ) throws(DefinitionFault) -> Activation {
        let steps = FormulaSteps(inputs: 1) { function($0[0]) }
        let activation = Activation(name, formula, OwnActivation(steps: steps))
        try definitions.add(activation)
        return activation
    }

    /// What is said behind a name that a record holds and nobody knows.
    static let ownHint = "; one of a program's own is known in that program alone"

    public static func refusal(of text: String) -> String { fault(text) + ownHint }

    /// Of an activation that a program defined, what its closure wrote down.
    var ownSteps: FormulaSteps? { (function as? OwnActivation)?.steps }

    /// On which of the pieces that kinks make of g each of a layer's pre-activations lies.
    func pieces<Scalar: Real>(_ h: [Scalar]) -> [Int] {
        if let ownSteps { return h.flatMap { ownSteps.pieces([Double($0)]) } }
        return kinks.flatMap { kink in h.map { Double($0) > kink ? 1 : 0 } }
    }
}

private struct OwnActivation: ElementwiseFunction {
    let steps: FormulaSteps

    /// Computed in Double and rounded.
    func callAsFunction<Scalar: Real>(_ h: Scalar) -> (value: Scalar, derivative: Scalar) {
        let results = steps.values([Double(h)])
        return (Scalar(results[0]), Scalar(results[1]))
    }
}
