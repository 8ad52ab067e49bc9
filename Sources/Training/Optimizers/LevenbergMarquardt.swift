/// Levenberg and Marquardt's: steps by the curvature of the loss, as Gauss and Newton approximate it, damped as they succeed.
///
/// Weight decay is L2's: what is minimised is the loss + λ/2·|w|².
enum LevenbergMarquardt: WholeSetOptimizer {
    static let name = "lm"
    static let summary = "Levenberg-Marquardt, of the whole set, for networks of up to some 2000 weights"
    static let defaults = OptimizerOptions(weightDecay: 0, damping: 1e-3, gradientTolerance: 1e-10)
    static let needsDouble = true
    static let takesMinibatches = true
}
