import Kernels

/// How a minibatch's gradient changes the weights: a file of this folder each, and a line in `Optimizer`'s list.
///
/// An optimiser has options and no memory: the vectors that it names are `SharedState`'s, which gives them to the kernels,
/// and whatever goes over the weights (checkpoints, broadcasts, checks of replicas) goes over them. Its steps are the same
/// on all workers.
protocol GradientOptimizer: Sendable {
    /// As users call it.
    static var name: String { get }
    /// What the help says of it.
    static var summary: String { get }
    /// Its options as they are where none is given; those that it has not are nil.
    static var defaults: OptimizerOptions { get }
    /// What it keeps beside the weights, a number for each: zeros at first. `Update` has them in this order.
    static var state: [String] { get }

    /// Why these cannot be its options, beyond what no option may be; nil where they can.
    static func fault(in options: OptimizerOptions) -> String?

    /// By `options`, and its defaults for those that are nil.
    init(_ options: OptimizerOptions)

    /// What step `step` of the run, from 1, does to each parameter.
    func update(step: Int) -> Update
}

/// The options of all optimisers.
public struct OptimizerOptions: Sendable, Equatable {
    public var learningRate: Double
    public var momentum: Double?
    public var nesterov: Bool?
    public var beta1: Double?
    public var beta2: Double?

    /// Those that some optimisers have and others have not, by their names on the command line.
    public var own: [(name: String, value: Double?)] {
        [("--momentum", momentum), ("--nesterov", nesterov.map { $0 ? 1 : 0 }), ("--beta1", beta1), ("--beta2", beta2)]
    }
}
