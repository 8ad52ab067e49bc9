/// L-BFGS: an iteration goes along −H·g, H being what the last `history` steps and the changes of the gradient along them say
/// of the inverse Hessian, as far as the strong Wolfe conditions hold: see `LBFGSStep`.
///
/// Weight decay is L2's: what is minimised is the loss + λ/2·|w|².
///
/// - SeeAlso: Nocedal, *Updating quasi-Newton matrices with limited storage*, Mathematics of Computation 35, 1980.
struct LBFGS: WholeSetOptimizer {
    static let name = "lbfgs"
    static let summary = "L-BFGS, whose steps of the whole set go by what the last ones changed in the gradient"
    static let defaults = OptimizerOptions(weightDecay: 0, gradientTolerance: 1e-8, history: 10)
    static let needsDouble = false
    static let takesMinibatches = false
    /// Steps; each takes two vectors of memory, and of a checkpoint.
    static let mostHistory = 1000

    let history: Int
    let decay: Double
    let tolerance: Double

    init(_ options: OptimizerOptions) {
        history = options.history ?? Self.defaults.history!
        decay = options.weightDecay ?? Self.defaults.weightDecay!
        tolerance = options.gradientTolerance ?? Self.defaults.gradientTolerance!
    }

    static func state(_ options: OptimizerOptions) -> [String] {
        ["gradient"] + (0..<LBFGS(options).history).flatMap { ["step \($0)", "gradient change \($0)"] }
    }
}
