import ArgumentParser
import Networks
import Storage
import Training

extension Activation: ExpressibleByArgument {
    public init?(argument: String) { self.init(named: argument) }
    public static var allValueStrings: [String] { list.map(\.name) }
}

/// What the layers make of their sums, and the loss.
struct NetworkOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Of the hidden layers: \(Activation.all.map(\.name).joined(separator: ", ")); one for all, or one each, joined by commas (default: sigmoid).",
            valueName: "name[,name…]"),
        transform: Self.activations)
    var activation: HiddenActivations?
    @Option(help: "Of the last layer (default: \(Self.defaults)).")
    var outputActivation: Activation?
    @Option(
        help: ArgumentHelp(
            "\(Loss.list.map { "\($0): \($0.formula)" }.joined(separator: "; ")); quantile:P with another level (default: mse).",
            valueName: "name"),
        transform: Self.loss)
    var loss: Loss?

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

    private static func loss(_ text: String) throws -> Loss {
        guard let found = Loss(text) else { throw ValidationError(Loss.refusal(of: text)) }
        return found
    }

    private static func activations(_ text: String) throws -> HiddenActivations {
        guard let found = HiddenActivations(text) else {
            throw ValidationError(HiddenActivations.refusal(of: text))
        }
        return found
    }

    @Option(
        help: ArgumentHelp(
            "The share of hidden units that each step leaves out, at least 0 and below 1 (default: none).",
            valueName: "p"))
    var dropout: Double?

    var areGiven: Bool { activation != nil || outputActivation != nil || loss != nil }

    /// Puts what was given in place of what is there, and what it implies: a loss its last activation.
    func apply(to options: inout Configuration) {
        options.activation = activation ?? options.activation
        if let loss, loss != options.loss {
            options.outputActivation = loss.usualActivation(for: options.target.target)
        }
        options.loss = loss ?? options.loss
        options.outputActivation = outputActivation ?? options.outputActivation
        if let dropout { options.dropout = dropout == 0 ? nil : dropout }
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
