import Foundation
import Networks
import Storage

/// What a file of weights says of its network beside the tensors: JSON under `frontprop` in the file's metadata. Of a file
/// that says nothing, another program's or an older one's, it is sigmoids and their squared error.
struct ModelMetadata: Codable {
    static let key = "frontprop"

    /// As text, to be compared with the tensors.
    var network: Topology
    var activation: HiddenActivations
    var outputActivation: Activation
    var loss: Loss

    init(_ network: Network) {
        self.network = network.topology
        (activation, outputActivation, loss) = (network.hidden, network.head.activation, network.head.loss)
    }

    var text: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    /// The network of the file `path`, whose tensors are of `topology`.
    ///
    /// - Throws: `.badData` where the metadata are not as they should be, or of another network.
    static func network(of file: Safetensors, _ topology: Topology, path: String) throws -> Network? {
        guard let text = file.metadata[key] else { return nil }
        let name = "\(path): metadata \(key)"
        let found = try JSONText.decode(ModelMetadata.self, from: Array(text.utf8), name: name)
        guard found.network == topology else {
            throw Failure(.badData, "\(name): of the network \(found.network), but the tensors are of \(topology)")
        }
        var options = Configuration()
        options.topology = topology
        (options.activation, options.outputActivation, options.loss) = (
            found.activation, found.outputActivation, found.loss
        )
        if let fault = options.networkFault { throw Failure(.badData, "\(name): \(fault)") }
        return options.network
    }
}
