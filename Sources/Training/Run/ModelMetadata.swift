import Datasets
import Foundation
import Networks
import Storage

/// What a file of weights says of its network, and of the table that it learned from, beside the tensors: JSON under
/// `frontprop` in the file's metadata. Of a file that says nothing, another program's or an older one's, it is sigmoids and
/// their squared error.
struct ModelMetadata: Codable {
    static let key = "frontprop"

    /// As text, to be compared with the tensors.
    var network: Topology
    var activation: HiddenActivations
    var outputActivation: Activation
    var loss: Loss
    /// Of a network that learned from a table.
    var columns: TableColumns?

    init(_ network: Network, columns: TableColumns?) {
        self.columns = columns
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

    /// What the file `path`, whose tensors are of `topology`, says of its network; nil where it says nothing.
    ///
    /// - Throws: `.badData` where the metadata are not as they should be, or of another network.
    static func read(
        _ file: Safetensors, _ topology: Topology, path: String
    ) throws -> (network: Network, columns: TableColumns?)? {
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
        if let columns = found.columns,
            (columns.inputCount, columns.outputNames.count) != (topology.inputCount, topology.outputCount)
        {
            throw Failure(
                .badData,
                "\(name): columns of \(counted(columns.inputCount, "input")) and \(counted(columns.outputNames.count, "output")), but the "
                    + "tensors are of \(topology)")
        }
        return (options.network, found.columns)
    }
}
