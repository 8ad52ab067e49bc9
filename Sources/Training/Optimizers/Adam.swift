import Kernels

/// Adam with bias correction, as PyTorch has it, ε outside the root: of step t,
///
///     m ← m + (1 − β₁)(g − m);   v ← β₂v + (1 − β₂)g²
///     w ← w − rate · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)
///
/// Weight decay is L2's: g is the gradient + λw.
///
/// - SeeAlso: Kingma and Ba, *Adam: a method for stochastic optimization*, ICLR 2015, Algorithm 1; Docs/exact-sum.md on
///   elements far below their tensor's largest, which count here as much as the others.
struct Adam: GradientOptimizer {
    static let name = "adam"
    static let summary = "steps of each weight's own size, by the moments of its gradients"
    static let defaults = OptimizerOptions(learningRate: 1e-3, beta1: 0.9, beta2: 0.999, weightDecay: 0)
    static func state(_: OptimizerOptions) -> [String] { ["first moment", "second moment"] }

    private let moments: AdamMoments
    private let decay: Double

    init(_ options: OptimizerOptions) {
        moments = AdamMoments(options, otherwise: Self.defaults)
        decay = options.weightDecay ?? Self.defaults.weightDecay!
    }

    func update(step: Int, rate: Double) -> Update { moments.update(step: step, rate: rate).adding(decay: decay) }
}

/// Adam's step by itself, whatever becomes of the weights beside it.
struct AdamMoments: Sendable {
    private static let epsilon = 1e-8

    private let beta1: Double
    private let beta2: Double

    init(_ options: OptimizerOptions, otherwise defaults: OptimizerOptions) {
        beta1 = options.beta1 ?? defaults.beta1!
        beta2 = options.beta2 ?? defaults.beta2!
    }

    /// βᵗ comes from the project's own power, and the root is exactly rounded: the same bits on every CPU.
    func update(step: Int, rate: Double) -> Update {
        let first = 1 - Functions.pow(beta1, Double(step)), second = 1 - Functions.pow(beta2, Double(step))
        return .adam(
            beta1: beta1, beta2: beta2, size: rate / first, scale: 1 / second.squareRoot(), epsilon: Self.epsilon)
    }
}
