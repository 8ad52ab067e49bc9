import Kernels

/// Adam whose weights decay by themselves, not through the gradient and its moments, as PyTorch has it:
///
///     w ← w − rate · λ · w,   and then Adam's step
///
/// - SeeAlso: Loshchilov and Hutter, *Decoupled weight decay regularization*, ICLR 2019, Algorithm 2.
struct AdamW: GradientOptimizer {
    static let name = "adamw"
    static let summary = "adam, with weight decay that its moments do not see"
    static let defaults = OptimizerOptions(learningRate: 1e-3, beta1: 0.9, beta2: 0.999, weightDecay: 0.01)
    static func state(_ options: OptimizerOptions) -> [String] { Adam.state(options) }

    private let moments: AdamMoments
    private let decay: Double

    init(_ options: OptimizerOptions) {
        moments = AdamMoments(options, otherwise: Self.defaults)
        decay = options.weightDecay ?? Self.defaults.weightDecay!
    }

    func update(step: Int, rate: Double) -> Update {
        moments.update(step: step, rate: rate).shrinkingWeights(by: rate * decay)
    }
}
