import Kernels

/// How a minibatch's gradient changes the weights: a file of this folder each, and a line in `Optimizer`'s list.
///
/// An optimiser has options and no memory: the vectors that it names are `SharedState`'s, which gives them to the kernels,
/// and whatever goes over the weights (checkpoints, broadcasts, checks of replicas) goes over them. Its steps are the same
/// on all workers.
protocol GradientOptimizer: NamedOptimizer {
    /// By `options`, and its defaults for those that are nil.
    init(_ options: OptimizerOptions)

    /// What step `step` of the run, from 1, does to each parameter at this learning rate.
    func update(step: Int, rate: Double) -> Update
}

/// What changes the weights, as users and records know it.
protocol NamedOptimizer: Sendable {
    /// As users call it.
    static var name: String { get }
    /// What the help says of it.
    static var summary: String { get }
    /// Its options as they are where none is given; those that it has not are nil.
    static var defaults: OptimizerOptions { get }
    /// Why these cannot be its options together, each being within its limits; nil where they can.
    static func fault(in options: OptimizerOptions) -> String?
    /// What it keeps beside the weights, a number for each: zeros at first. `Update` has them in this order.
    static func state(_ options: OptimizerOptions) -> [String]
}

extension NamedOptimizer {
    static func fault(in options: OptimizerOptions) -> String? { nil }
    static func state(_ options: OptimizerOptions) -> [String] { [] }
}
