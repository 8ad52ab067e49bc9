import Cluster
import Datasets
import Foundation
import Networks

/// The precision of parameters, activations and gradients.
public enum Precision: String, CaseIterable, Sendable, Codable {
    case float32, float64

    /// The largest number that it holds.
    public var largest: Double { self == .float32 ? Double(Float.greatestFiniteMagnitude) : .greatestFiniteMagnitude }
}

/// Everything that a training run is, but for where it runs.
///
/// An option is a property here, and a line of `fields`; one of an optimiser's is in `OptimizerOptions`, and can be named as
/// if it were here.
@dynamicMemberLookup
public struct Configuration: Sendable, Equatable {
    /// What the others are where they are not given.
    public var recipe: Recipe
    public var topology: Topology
    public var target: TargetName
    /// Of the hidden layers.
    public var activation: HiddenActivations
    public var outputActivation: Activation
    public var loss: Loss
    /// The share of hidden units that a step leaves out; nil for none.
    public var dropout: Double?
    public var data = "synthetic"
    /// A file of what is asked for of each row, where the data are rows of numbers.
    public var targets: String?
    /// A file of what each row counts while the network trains; nil where all count the same.
    public var rowWeights: String?
    /// Of data that are a table.
    public var table = TableOptions()
    public var trainLimit: Int?
    public var testLimit: Int?
    public var epochs: Int
    public var batchSize: Int
    /// What the optimiser is made from.
    public var optimizerOptions: OptimizerOptions
    /// What the gradient's norm over all parameters is kept to, if to anything.
    public var clipNorm: Double?
    /// How the learning rate goes on over the run, once it is warm; and how long it takes to be.
    public var schedule = Schedule.constant
    public var warmup: EpochsOrSteps?
    /// The epochs in which the validation loss may not fall before the run ends, with the weights of the best; nil for all
    /// epochs, and the last one's weights.
    public var patience: Int?
    public var seed: UInt64 = 1
    public var shuffle = true
    public var initializer: Initializer
    /// A safetensors file to start from in place of the initialiser.
    public var weights: String?
    public var gradient = GradientMethod.frontprop
    public var precision = Precision.float32
    public var optimizer: Optimizer
    /// Of the genetic optimiser alone.
    public var genetic: GeneticOptions?
    public var reduction = Reduction.exact
    /// Slices of a minibatch; nil until resolved for a number of workers.
    public var slices: Int?
    public var checkpointEvery = CheckpointInterval.turns(.epochs(1))
    /// What losses and gradients are multiplied by, to see that no bit depends on their scale.
    public var lossScale: Double?

    /// The article's classifier of digits, as the article trains it.
    public init() { self.init(.article, for: Recipe.Work(isImages: true, target: .labels)) }

    public subscript<Value>(dynamicMember member: WritableKeyPath<OptimizerOptions, Value>) -> Value {
        get { optimizerOptions[keyPath: member] }
        set { optimizerOptions[keyPath: member] = newValue }
    }

    /// Options that may be others when a run goes on: they do not change what it comes to.
    public static let freeOptions: Set = ["--data", "--targets", "--row-weights", "--epochs"]

    /// The options whose values differ from those of `other`, as the command line calls them, with both values.
    public func differences(from other: Configuration) throws -> [(option: String, value: String, other: String)] {
        let mine = try texts
        let others = try other.texts
        return Set(mine.keys).union(others.keys).sorted().compactMap { key in
            let (value, other) = (mine[key] ?? "none", others[key] ?? "none")
            return value == other ? nil : (key, value, other)
        }
    }

    /// Every option's value as text, under its name on the command line.
    private var texts: [String: String] {
        get throws {
            let object = try JSONSerialization.jsonObject(with: try JSONEncoder().encode(self)) as? [String: Any] ?? [:]
            // The genetic optimiser's options are options like the others.
            let flat = object.flatMap { ($0.value as? [String: Any]).map(Array.init) ?? [$0] }
            return Dictionary(
                uniqueKeysWithValues: flat.map { key, value in
                    let words = key.replacing(/[A-Z]/) { "-\($0.output.lowercased())" }
                    return ("--" + words, "\(value)")
                })
        }
    }

    /// Whether the data are a table.
    public var isTable: Bool { targets == nil && TableFile.isTable(data) }

    /// What is trained.
    ///
    /// - Precondition: there is no `fault`.
    public var network: Network {
        get { Network(topology, hidden: activation, head: Head(outputActivation, loss)) }
        set {
            (topology, activation) = (newValue.topology, newValue.hidden)
            (outputActivation, loss) = (newValue.head.activation, newValue.head.loss)
        }
    }

    /// What a network is to answer, by the names of the command line.
    public enum TargetName: String, CaseIterable, Sendable, Codable {
        case labels, inputs, numbers

        public var target: Target {
            switch self {
            case .labels: .labels
            case .inputs: .inputs
            case .numbers: .numbers
            }
        }
    }

    /// With the slices that a run on so many workers has, where none are given.
    public func resolved(workers: Int) -> Configuration {
        var options = self
        switch (optimizer, reduction) {
        case (.genetic, _): options.slices = 1
        case (_, .exact): options.slices = slices ?? Slicing.ladder(workers: workers)
        case (_, .allreduce): options.slices = workers
        }
        return options
    }
}
