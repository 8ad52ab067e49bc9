/// What a step computes.
public enum StepWork: Sendable, Hashable {
    /// One gradient.
    case gradient
    /// So many gradients, on average, at the places that a search along a line tries: L-BFGS.
    case search(gradients: Double)
    /// JᵀJ, of so many outputs a sample, and steps of it that are tried, on average: Levenberg–Marquardt.
    case curvature(outputs: Int, tries: Double)

    /// Gradients that are added up exactly; the squares of J's columns go as one.
    var gradients: Double {
        switch self {
        case .gradient: 1
        case .search(let gradients): gradients
        case .curvature(_, let tries): 1 + tries
        }
    }

    /// Times that a sample is computed. JᵀJ, which is made once, takes nearly all of a sample's time.
    var samplePasses: Double { factors > 0 ? 1 : gradients }

    /// Damped matrices that are factored.
    var factors: Double { if case .curvature(_, let tries) = self { tries } else { 0 } }

    /// Rows of the factor that go together: one block on the diagonal, after which all wait thrice.
    static let blockRows = 48.0

    /// What one worker does alone for each factor, in operations: the blocks on the diagonal, and both substitutions.
    static func pivotOperations(order: Double) -> Double { blockRows * blockRows / 3 * order + 4 * order * order }

    /// What a node's workers share, for each factor.
    static func factorOperations(order: Double) -> Double { order * order * order / 3 }
}
