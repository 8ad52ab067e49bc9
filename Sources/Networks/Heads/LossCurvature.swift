import Kernels

/// The second derivative of a sample's sum of terms that a generalised Gauss-Newton matrix goes by: never negative.
enum LossCurvature: Sendable {
    /// There is none to go by.
    case none
    /// By a^L_q, of an output a and its target t.
    case byOutput(@Sendable (_ a: Double, _ t: Double) -> Double)
    /// By h^L_q, of an output a.
    case bySum(@Sendable (_ a: Double) -> Double)
    /// By h^L: diag a − aaᵀ, which mixes the outputs.
    case softmax
}

extension Head {
    /// Whether a Gauss-Newton matrix of the loss can be made.
    public var hasCurvature: Bool { if case .none = form.curvature { false } else { true } }

    /// The losses for which it can, for messages.
    public static var curvedLosses: String {
        Loss.list.filter { loss in loss.forms.contains { if case .none = $0.curvature { false } else { true } } }
            .map(\.name).joined(separator: ", ")
    }
}
