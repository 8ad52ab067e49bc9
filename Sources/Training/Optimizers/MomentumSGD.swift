import Kernels

/// Stochastic gradient descent with momentum, as the article has it:  v ← momentum·v − rate·g;  w ← w + v.
///
/// Nesterov's looks ahead:  w ← w + momentum·v − rate·g,  with the new v.
///
/// While the rate stays both are PyTorch's, whose velocity is −v/rate. Where a schedule changes the rate they are not: here v
/// keeps what it had at the rates of its time, there it is all taken at the rate of now.
///
/// Weight decay is L2's: g is the gradient + λw.
struct MomentumSGD: GradientOptimizer {
    static let name = "sgd"
    static let summary = "momentum SGD on gradients"
    static let defaults = OptimizerOptions(learningRate: 10, momentum: 0.5, nesterov: false, weightDecay: 0)
    static func state(_: OptimizerOptions) -> [String] { ["velocity"] }

    private let momentum: Double
    private let looksAhead: Bool
    private let decay: Double

    static func fault(in options: OptimizerOptions) -> String? {
        options.nesterov == true && options.momentum == 0 ? "--nesterov needs a --momentum other than 0" : nil
    }

    init(_ options: OptimizerOptions) {
        momentum = options.momentum ?? Self.defaults.momentum!
        looksAhead = options.nesterov ?? false
        decay = options.weightDecay ?? Self.defaults.weightDecay!
    }

    func update(step: Int, rate: Double) -> Update {
        let update: Update =
            looksAhead ? .nesterov(rate: rate, momentum: momentum) : .momentum(rate: rate, momentum: momentum)
        return update.adding(decay: decay)
    }
}
