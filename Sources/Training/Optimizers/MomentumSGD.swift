import Kernels

/// Stochastic gradient descent with momentum, as the article has it:  v ← momentum·v − rate·g;  w ← w + v.
///
/// Nesterov's looks ahead:  w ← w + momentum·v − rate·g,  with the new v.
///
/// While the rate stays both are PyTorch's, whose velocity is −v/rate.
struct MomentumSGD: GradientOptimizer {
    static let name = "sgd"
    static let summary = "momentum SGD on gradients"
    static let defaults = OptimizerOptions(learningRate: 10, momentum: 0.5, nesterov: false)
    static let state = ["velocity"]

    private let rate: Double
    private let momentum: Double
    private let looksAhead: Bool

    static func fault(in options: OptimizerOptions) -> String? {
        options.nesterov == true && options.momentum == 0 ? "--nesterov needs a --momentum other than 0" : nil
    }

    init(_ options: OptimizerOptions) {
        rate = options.learningRate
        momentum = options.momentum ?? Self.defaults.momentum!
        looksAhead = options.nesterov ?? false
    }

    func update(step: Int) -> Update {
        looksAhead ? .nesterov(rate: rate, momentum: momentum) : .momentum(rate: rate, momentum: momentum)
    }
}
