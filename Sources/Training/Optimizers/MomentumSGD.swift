import Kernels

/// Stochastic gradient descent with momentum, as the article has it:  v ← momentum·v − rate·g;  w ← w + v.
///
/// While the rate stays it is PyTorch's, whose velocity is −v/rate.
struct MomentumSGD: GradientOptimizer {
    static let name = "sgd"
    static let summary = "momentum SGD on gradients"
    static let defaults = OptimizerOptions(learningRate: 10, momentum: 0.5)
    static let state = ["velocity"]

    private let rate: Double
    private let momentum: Double

    static func fault(in options: OptimizerOptions) -> String? { nil }

    init(_ options: OptimizerOptions) {
        rate = options.learningRate
        momentum = options.momentum ?? Self.defaults.momentum!
    }

    func update(step: Int) -> Update { .momentum(rate: rate, momentum: momentum) }
}
