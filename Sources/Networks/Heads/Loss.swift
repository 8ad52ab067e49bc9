import Kernels

/// What a network's outputs cost.
///
/// Each has a file here and a line in `list`, and a file and two lines in CKernels' heads for each of its forms.
public struct Loss: Listed {
    public let name: String
    /// No activation is in two of them, and every target in one at least.
    let forms: [LossForm]

    public static let list: [Loss] = [
        .mse,
        .mae,
        .huber,
        .quantile,
        .poisson,
        .crossEntropy,
    ]

    /// - Returns: nil where `name` is none of the list, and no quantile with its level.
    public init?(named name: String) {
        guard let found = (Self.list + Self.own).first(where: { $0.name == name }) ?? Self.quantile(named: name) else {
            return nil
        }
        self = found
    }

    init(_ name: String, _ forms: [LossForm]) { (self.name, self.forms) = (name, forms) }

    /// E of a sample, for people.
    public var formula: String { forms.map(\.formula).joined(separator: ", or ") }
    /// Those of the last layer that it goes with.
    public var activations: [Activation] { forms.flatMap(\.activations) }

    public func takes(_ activation: Activation) -> Bool { form(activation) != nil }

    /// Whether outputs of this activation can be compared with such a target.
    public func takes(_ activation: Activation, _ target: Target) -> Bool {
        form(activation)?.targets.contains(target) == true
    }

    /// That of the last layer where nobody names one.
    public func usualActivation(for target: Target) -> Activation {
        (forms.first { $0.targets.contains(target) } ?? forms[0]).activations[0]
    }

    /// What goes with all of the library's goes with those that a program defined.
    func form(_ activation: Activation) -> LossForm? {
        forms.first { form in
            form.activations.contains(activation)
                || activation.ownSteps != nil && Activation.all.allSatisfy(form.activations.contains)
        }
    }
}

/// A loss with the activations of the last layer with which it is one formula.
struct LossForm: Sendable {
    /// E of a sample, for people.
    let formula: String
    let activations: [Activation]
    var targets: [Target] = [.labels, .inputs, .numbers]
    /// What a target may be.
    var range = -Double.infinity...Double.infinity
    /// Whether E is the mean over the outputs; else it is the sum over them.
    var isMean = true
    /// What the last layer computes in place of its activation, with what the loss needs beside it: then derivatives are by
    /// pre-activations.
    var layer: Activation?
    /// The name of the C file.
    let kernel: String
    /// A number of its own that the kernel is told.
    var parameter = 0.0
    /// Where, in a − t, the loss or its derivative jumps.
    var kinks: [Double] = []
    /// What Gauss and Newton's approximation makes of it.
    var curvature = LossCurvature.none
    let function: any LossFunction

    /// What the kernels call it.
    func kernel<Scalar: Real>(_: Scalar.Type) -> Int32 {
        guard let kernel = Scalar.loss(named: kernel) else { fatalError("CKernels has no loss \(self.kernel)") }
        return kernel
    }
}

/// A loss's terms, written out: the reference for the kernels, and what the scalar and matrix engines compute with.
protocol LossFunction: Sendable {
    /// What an output adds to its sample's sum, and the sum's derivative by it: by a^L_q, or by h^L_q where the form says so.
    ///
    /// - Parameter beside: as the last layer leaves it: see `ActivationFunction`.
    func callAsFunction<Scalar: Real>(
        output a: Scalar, beside: Scalar, target t: Scalar
    ) -> (term: Double, error: Scalar)

    /// The least mean term that an output has, or nearly, which is the same for every sample.
    ///
    /// - Parameter targets: that output's, of all samples; one at least.
    func constantTerm(_ targets: [Double]) -> Double

    /// The term of an output that is right.
    func leastTerm(_ target: Double) -> Double
}

extension LossFunction {
    func leastTerm(_: Double) -> Double { 0 }
}

extension [Double] {
    var mean: Double { reduce(0, +) / Double(count) }
}
