import ArgumentParser
import Networks
import Training

/// The network, and its first weights.
struct ModelOptions: TitledOptions {
    static let title = "Network"
    static let example = "train --model 784x128x64x10 --activation relu --loss cross-entropy --learning-rate 0.1"

    @Option(
        help: "classifier (784x16x16x10), autoencoder (784x64x784), or sizes such as 784x30x10 (default: classifier).")
    var model: String?
    @OptionGroup var layers: NetworkOptions
    @Option(help: "\(Initializer.help) (default: kaiming).")
    var initializer: Initializer?
    @Option(help: "Start from the weights in this safetensors file instead.")
    var weights: String?

    static var settings: [Setting<Self>] {
        [Setting("--initializer", \.initializer, \.initializer), Setting("--weights", \.weights, \.weights)]
    }

    func validate() throws {
        if let model { _ = try parseTopology(model) }
    }

    /// Puts the network that was given in place of the one that is there, and what its name implies.
    func applyNetwork(to configuration: inout Configuration) throws {
        if let model {
            let topology = try parseTopology(model)
            // The name of the network says what it is for; sizes do not.
            if topology != configuration.topology {
                configuration.target = model == "autoencoder" ? .inputs : .labels
            }
            configuration.topology = topology
        }
    }
}
