import Datasets
import Networks
import Storage

/// What a run is where nothing else is said of it.
///
/// Each has a file here, with all its values, and a line in `list`. Options that are given win, and what they imply follows
/// them: see `Configuration`.
public struct Recipe: Listed {
    public let name: String
    /// What it is, for people.
    public let summary: String
    /// Of `sgd`; other optimisers have theirs in any recipe.
    let sgdLearningRate: Double
    /// Whether a network that is not named has the inputs and outputs that the data want; else it is the article's.
    public let fitsData: Bool
    let plan: @Sendable (Work) -> Plan

    public static let list: [Recipe] = [
        .article,
        .modern,
    ]

    /// What there is to learn.
    public struct Work: Hashable, Sendable {
        /// Bytes that stand for 0…1; else any numbers.
        public var isImages: Bool
        public var target: Configuration.TargetName
        /// Whether the numbers are a table's, whose columns are scaled and of whose rows some are held out.
        public var isTable: Bool

        public init(isImages: Bool, target: Configuration.TargetName, isTable: Bool = false) {
            (self.isImages, self.target, self.isTable) = (isImages, target, isTable)
        }

        /// All that there can be; in a table's place the same numbers without their columns.
        static let all = [
            Work(isImages: true, target: .labels), Work(isImages: true, target: .inputs),
            Work(isImages: false, target: .labels), Work(isImages: false, target: .inputs),
            Work(isImages: false, target: .numbers),
        ]
    }

    /// What a recipe makes of it.
    struct Plan {
        /// Sizes of the hidden layers.
        let hidden: [Int]
        let activation: Activation
        let head: Head
        var initializer = Initializer.kaiming
        let optimizer: Optimizer
        let batchSize: Int
        let epochs: Int
        /// Of a table.
        var table = TableOptions(test: .share(0.2), scaleInputs: InputScaling.none, missing: .error)
        var patience: Int?
    }

    /// What a recipe makes of a member, for the help: `default: 16; modern: 20, 500`, the standard's first.
    public static func defaults(of member: (Configuration) -> String) -> String {
        let values = list.map { recipe in
            var values: [String] = []
            for work in Work.all {
                let value = member(Configuration(recipe, for: work))
                if !values.contains(value) { values.append(value) }
            }
            return (recipe.name, values.joined(separator: ", "))
        }
        return values.dropFirst().reduce("default: \(values[0].1)") { "\($0); \($1.0): \($1.1)" }
    }

    /// The options of `optimizer` where none is given.
    public func options(of optimizer: Optimizer) -> OptimizerOptions {
        var options = optimizer.defaults
        if optimizer == .sgd { options.learningRate = sgdLearningRate }
        return options
    }
}

extension Configuration {
    /// A run as `recipe` has it. Its network is for samples of 784 numbers and 10 classes; `topology(hidden:fitting:)` gives
    /// that for others.
    public init(_ recipe: Recipe, for work: Recipe.Work) {
        let plan = recipe.plan(work)
        self.recipe = recipe
        target = work.target
        topology = Topology(sizes: [784] + plan.hidden + [10])!
        activation = HiddenActivations(plan.activation)
        (outputActivation, loss) = (plan.head.activation, plan.head.loss)
        initializer = plan.initializer
        optimizer = plan.optimizer
        optimizerOptions = recipe.options(of: plan.optimizer)
        (batchSize, epochs) = (plan.batchSize, plan.epochs)
        guard work.isTable else { return }
        (table, patience) = (plan.table, plan.patience)
    }

    /// Another optimiser, with its options as the run's recipe has them.
    public mutating func choose(_ other: Optimizer) {
        guard other != optimizer else { return }
        optimizer = other
        // A search has no epochs to count.
        if other == .genetic { patience = nil }
        optimizerOptions = recipe.options(of: other)
        guard other.ofWholeSet != nil else { return }
        (batchSize, precision) = (Self.mostSamples, .float64)
        // An epoch, a step, is often shorter than what saving it takes.
        checkpointEvery = .seconds(1)
    }

    /// The network with these hidden layers between as many inputs and outputs as samples of this shape want.
    ///
    /// - Throws: `.usage` where there can be no such network.
    public func topology(hidden: [Int], fitting shape: SampleShape) throws -> Topology {
        let sizes = [shape.inputs] + hidden + [shape.outputs(target)]
        guard let topology = Topology(sizes: sizes) else {
            throw Failure(
                .usage, "there is no network \(sizes.map(String.init).joined(separator: "x")), which the data want")
        }
        return topology
    }
}

/// What of a set of samples decides a network's inputs and outputs.
public struct SampleShape: Sendable {
    public let inputs: Int
    /// Of labels, where there are some: the largest and one more.
    let classes: Int
    /// Numbers that are asked for of each sample.
    let numbers: Int

    /// 0 where the samples have no such target.
    func outputs(_ target: Configuration.TargetName) -> Int {
        switch target {
        case .labels: classes
        case .inputs: inputs
        case .numbers: numbers
        }
    }
}
