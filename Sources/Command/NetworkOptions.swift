import ArgumentParser
import Networks
import Storage
import Training

extension Activation: ExpressibleByArgument {
    public init?(argument: String) { self.init(named: argument) }
    public static var allValueStrings: [String] { list.map(\.name) }
}

/// What the layers make of their sums, and the loss.
struct NetworkOptions: RunOptions {
    @Option(
        help: ArgumentHelp(
            "Of the hidden layers: \(Activation.all.map(\.name).joined(separator: ", ")); one for all, or one each, joined by commas (\(Recipe.defaults { "\($0.activation)" })).",
            valueName: "name[,name…]"),
        transform: { try parsed($0, fault: HiddenActivations.fault) })
    var activation: HiddenActivations?
    @Option(help: "Of the last layer (default: \(Self.defaults)).")
    var outputActivation: Activation?
    @Option(
        help: ArgumentHelp(
            "\(Loss.list.map { "\($0): \($0.formula)" }.joined(separator: "; ")); quantile:P with another level (default: mse).",
            valueName: "name"),
        transform: { try parsed($0, fault: Loss.fault) })
    var loss: Loss?

    @Option(
        help: ArgumentHelp(
            "The share of hidden units that each step leaves out, at least 0 and below 1 (default: none).",
            valueName: "p"))
    var dropout: Double?

    /// `sigmoid; of mae linear; of cross-entropy softmax for labels, else sigmoid`.
    private static var defaults: String {
        let usual = "\(Configuration().outputActivation)"
        let others = Loss.list.map { loss in
            let (labels, numbers) = (loss.usualActivation(for: .labels), loss.usualActivation(for: .numbers))
            if "\(labels)" == usual { return "" }
            return "; of \(loss) \(labels)" + (labels == numbers ? "" : " for labels, else \(numbers)")
        }
        return usual + others.joined()
    }

    static var settings: [Setting<Self>] {
        [
            Setting("--activation", \.activation, \.activation), Setting("--loss", \.loss, \.withOutputActivation),
            Setting("--output-activation", \.outputActivation, \.outputActivation),
            Setting("--dropout", \.dropout, \.someDropout),
        ]
    }

    /// The network of these sizes that was given.
    ///
    /// - Throws: `.usage` where they do not go together.
    func network(_ topology: Topology) throws -> Network {
        var options = Configuration()
        options.topology = topology
        apply(to: &options)
        if let fault = options.networkFault { throw Failure(.usage, fault) }
        return options.network
    }
}

extension Configuration {
    /// The loss; another brings its last activation.
    fileprivate var withOutputActivation: Loss {
        get { loss }
        set {
            if newValue != loss { outputActivation = newValue.usualActivation(for: target.target) }
            loss = newValue
        }
    }

    /// Leaving out none is leaving out nothing.
    fileprivate var someDropout: Double {
        get { dropout ?? 0 }
        set { dropout = newValue == 0 ? nil : newValue }
    }
}
