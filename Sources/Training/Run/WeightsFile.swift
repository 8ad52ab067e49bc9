import Datasets
import Foundation
import Kernels
import Networks
import Storage

/// A network's parameters in a safetensors file that PyTorch's `Sequential.load_state_dict` takes.
public enum WeightsFile {
    /// The tensors of `parameters` (in memory order), output-major as files have them.
    static func tensors<Scalar: Real>(
        _ parameters: UnsafePointer<Scalar>, of topology: Topology, prefix: String = ""
    ) -> [Safetensors.Tensor] {
        topology.tensors.map { layout in
            layout.export(from: parameters).withUnsafeBytes {
                Safetensors.Tensor(
                    name: prefix + layout.name, shape: layout.shape,
                    elementType: Scalar.self == Float.self ? .float32 : .float64,
                    bytes: $0)
            }
        }
    }

    /// SHA-256 over the tensors' little-endian bytes, in the order of the file.
    static func hash<Scalar: Real>(_ parameters: UnsafePointer<Scalar>, of topology: Topology) -> String {
        var digest = SHA256Digest()
        for tensor in tensors(parameters, of: topology) { tensor.bytes.withUnsafeBytes { digest.update($0) } }
        return digest.hex
    }

    /// Writes `path` whole, or not at all.
    static func write<Scalar: Real>(
        _ parameters: UnsafePointer<Scalar>, of network: Network, columns: TableColumns? = nil, to path: String
    ) throws {
        let metadata = [ModelMetadata.key: try ModelMetadata(network, columns: columns).text]
        try Safetensors(tensors: tensors(parameters, of: network.topology), metadata: metadata).write(to: path)
    }

    /// What a file says of itself.
    public struct Description {
        /// From the tensors' names and shapes.
        public let topology: Topology
        /// Of the metadata; nil where they name none.
        public let network: Network?
        /// What the network makes of a table, where it learned from one.
        public let columns: TableColumns?
        public let precision: Precision
    }

    /// - Throws: `.badData` where the tensors are no dense network's, there are others beside, or the metadata do not fit.
    public static func describe(_ path: String) throws -> Description {
        let file = try Safetensors.read(path)
        let tensors = byName(file.tensors)
        var sizes: [Int] = []
        var layer = 0
        while let tensor = tensors["\(2 * layer).weight"] {
            guard tensor.shape.count == 2, sizes.isEmpty || sizes.last == tensor.shape[1] else {
                throw Failure(
                    .badData, "\(path): \(tensor.name) has shape \(tensor.shape), which does not fit the layer before")
            }
            if sizes.isEmpty { sizes.append(tensor.shape[1]) }
            sizes.append(tensor.shape[0])
            layer += 1
        }
        guard let topology = Topology(sizes: sizes) else {
            throw Failure(.badData, "\(path): expected the tensors 0.weight, 0.bias, 2.weight, … of a dense network")
        }
        try refuseOthers(file.tensors, topology, path: path)
        let precision: Precision = tensors["0.weight"]?.elementType == .float64 ? .float64 : .float32
        let metadata = try ModelMetadata.read(file, topology, path: path)
        return Description(
            topology: topology, network: metadata?.network, columns: metadata?.columns, precision: precision)
    }

    private static func refuseOthers(_ tensors: [Safetensors.Tensor], _ topology: Topology, path: String) throws {
        let known = Set(topology.tensors.map(\.name))
        if let extra = tensors.first(where: { !known.contains($0.name) }) {
            throw Failure(.badData, "\(path): holds \(extra.name), which the network \(topology) has no place for")
        }
    }

    /// For files of very many layers: names differ, or they would not have been read.
    private static func byName(_ tensors: [Safetensors.Tensor]) -> [String: Safetensors.Tensor] {
        Dictionary(tensors.map { ($0.name, $0) }) { first, _ in first }
    }

    /// Reads `path` into `parameters` (in memory order), converting precision where the file's differs.
    ///
    /// - Throws: `.badData` naming the tensor that is missing, has another shape, or holds a NaN or an infinity.
    public static func read<Scalar: Real>(
        _ path: String, into parameters: UnsafeMutablePointer<Scalar>, of topology: Topology
    ) throws {
        let tensors = try Safetensors.read(path).tensors
        try place(tensors, of: path, into: parameters, topology)
        try refuseOthers(tensors, topology, path: path)
    }

    /// Puts the tensors of the file `path` whose names start with `prefix` into `parameters`; as `read`.
    static func place<Scalar: Real>(
        _ tensors: [Safetensors.Tensor], of path: String, prefix: String = "",
        into parameters: UnsafeMutablePointer<Scalar>, _ topology: Topology
    ) throws {
        let tensors = byName(tensors)
        for layout in topology.tensors {
            guard let tensor = tensors[prefix + layout.name] else {
                throw Failure(
                    .badData, "\(path): expected the tensor \(prefix)\(layout.name) of the network \(topology)")
            }
            guard tensor.shape == layout.shape else {
                throw Failure(
                    .badData,
                    "\(path): \(layout.name) has shape \(tensor.shape), expected \(layout.shape) for \(topology)")
            }
            let values: [Scalar] = tensor.bytes.withUnsafeBytes { bytes in
                switch tensor.elementType {
                case .float32:
                    (0..<layout.count).map { Scalar(bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self)) }
                case .float64:
                    (0..<layout.count).map { Scalar(bytes.loadUnaligned(fromByteOffset: 8 * $0, as: Double.self)) }
                }
            }
            if let bad = values.firstIndex(where: { !$0.isFinite }) {
                throw Failure(
                    .badData, "\(path): \(layout.name) holds \(values[bad]) at element \(bad), expected finite numbers")
            }
            layout.place(values, into: parameters)
        }
    }
}
