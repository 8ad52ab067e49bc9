import ArgumentParser
import Networks
import Training

/// The network, and its first weights.
struct ModelOptions: TitledOptions {
    static let title = "Network"
    static let example = "train --hidden 128x64 --activation relu --loss cross-entropy --learning-rate 0.1"

    @Option(
        help: "classifier (784x16x16x10), autoencoder (784x64x784), or sizes such as 784x30x10 (default: classifier).")
    var model: String?
    @Option(
        help: ArgumentHelp(
            "Sizes of the hidden layers, such as 64x64, in place of --model: inputs and outputs are as many as the data's.",
            valueName: "sizes"))
    var hidden: HiddenSizes?
    @OptionGroup var layers: NetworkOptions
    @Option(help: "\(Initializer.help) (default: kaiming).")
    var initializer: Initializer?
    @Option(help: "Start from the weights in this safetensors file instead.")
    var weights: String?

    static var settings: [Setting<Self>] {
        [Setting("--initializer", \.initializer, \.initializer), Setting("--weights", \.weights, \.weights)]
    }

    func validate() throws {
        guard let model else { return }
        _ = try parseTopology(model)
        if let hidden {
            throw ValidationError("--model names the hidden layers, too: leave it out, or --hidden \(hidden).")
        }
    }

    /// The name of a network says what it is for; sizes do not.
    var targetOfModel: Configuration.TargetName { model == "autoencoder" ? .inputs : .labels }

    /// Puts the sizes that were given in place of those that are there.
    func applySizes(to configuration: inout Configuration) {
        if let topology = model.flatMap({ Topology($0) }) ?? hidden?.between(configuration.topology) {
            configuration.topology = topology
        }
    }
}

/// Sizes of hidden layers, joined by `x`.
struct HiddenSizes: ExpressibleByArgument, CustomStringConvertible {
    let sizes: [Int]

    init?(argument: String) {
        guard let network = Topology("1x\(argument)x1") else { return nil }
        sizes = Array(network.sizes[1..<network.depth])
    }

    var description: String { sizes.map(String.init).joined(separator: "x") }

    /// The network with these between inputs and outputs of another; nil where it is too large.
    func between(_ topology: Topology) -> Topology? {
        Topology(sizes: [topology.inputCount] + sizes + [topology.outputCount])
    }
}
