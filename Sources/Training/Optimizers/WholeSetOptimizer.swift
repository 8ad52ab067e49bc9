/// An optimiser whose step is one of the whole training set, so that an epoch has one step, unless it is told otherwise: a file
/// of this folder each, a line in `Optimizer`'s list, and what takes its steps in `WholeSet`.
protocol WholeSetOptimizer: NamedOptimizer {
    /// Whether its steps are taken in double precision alone.
    static var needsDouble: Bool { get }
    /// Whether a step can be one of a minibatch, whose loss it lowers.
    static var takesMinibatches: Bool { get }
}

/// What an optimiser of whole sets has to know between two steps, beside vectors; in the team's memory, and in checkpoints.
struct SolverState: BitwiseCopyable, Codable, Equatable {
    /// λ, and what it is multiplied by when a step is refused; 0 before the first.
    var damping = 0.0
    var factor = 0.0
    /// Steps that were tried in the last epoch; 0 before the first.
    var tries = 0
    /// The gradient's largest magnitude where the last step led.
    var gradientNorm = 0.0
    /// Of the weights, where it is not computed anew.
    var loss = 0.0
    /// Pairs of the history, and the place of the newest.
    var pairs = 0
    var newest = 0
    /// Nothing is left to do.
    var isDone = false

    /// Why a run of these options cannot be so; nil where it can.
    func fault(most options: OptimizerOptions) -> String? {
        let numbers = [damping, factor, gradientNorm]
        let history = options.history ?? 0
        let isOne =
            numbers.allSatisfy { $0 >= 0 && $0.isFinite } && loss.isFinite && tries >= 0
            && (0...history).contains(pairs) && (0..<max(1, history)).contains(newest)
        return isOne ? nil : "expected the state of an optimiser of whole sets, found \(self)"
    }
}
