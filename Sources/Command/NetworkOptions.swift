import ArgumentParser
import Networks
import Storage
import Training

extension Activation: ExpressibleByArgument {
    public init?(argument: String) { self.init(named: argument) }
    public static var allValueStrings: [String] { list.map(\.name) }
}

extension Loss: ExpressibleByArgument {
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
    @Option(help: "\(Loss.list.map { "\($0): \($0.formula)" }.joined(separator: "; ")) (default: mse).")
    var loss: Loss?

    /// `sigmoid; of cross-entropy softmax`.
    private static var defaults: String {
        let usual = Configuration().outputActivation
        let others = Loss.list.filter { $0.activations[0] != usual }.map { "; of \($0) \($0.activations[0])" }
        return "\(usual)" + others.joined()
    }

    private static func activations(_ text: String) throws -> HiddenActivations {
        guard let found = HiddenActivations(text) else {
            throw ValidationError(HiddenActivations.refusal(of: text))
        }
        return found
    }

    var areGiven: Bool { activation != nil || outputActivation != nil || loss != nil }

    /// Puts what was given in place of what is there, and what it implies: a loss its last activation.
    func apply(to options: inout Configuration) {
        options.activation = activation ?? options.activation
        if let loss, loss != options.loss { options.outputActivation = loss.activations[0] }
        options.loss = loss ?? options.loss
        options.outputActivation = outputActivation ?? options.outputActivation
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
