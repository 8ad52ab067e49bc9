import Foundation
import Kernels
import NeuralNetwork
import Storage
import Training

/// A network read from a file.
final class SavedNetwork<Scalar: Real> {
    let path: String
    let topology: Topology
    let parameters: UnsafeMutablePointer<Scalar>

    /// - Parameters:
    ///   - weights: a safetensors file, or a run's folder that holds one.
    ///   - model: what the file must hold; nil takes what it holds.
    init(_ weights: String, model: String?) throws {
        path = Self.file(weights)
        topology = try WeightsFile.topology(of: path)
        if let model, try parseTopology(model) != topology {
            throw Failure(.badData, "\(path): expected the network \(try parseTopology(model)), found \(topology)")
        }
        let padding = kernelPadding / MemoryLayout<Scalar>.stride
        parameters = .allocate(capacity: topology.parameterCount + padding)
        parameters.initialize(repeating: 0, count: topology.parameterCount + padding)
        try WeightsFile.read(path, into: parameters, of: topology)
    }

    deinit { parameters.deallocate() }

    /// The file that `weights` stands for: itself, or the `model.safetensors` of a folder.
    static func file(_ weights: String) -> String {
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: weights, isDirectory: &isFolder)
        return exists && isFolder.boolValue ? weights + "/model.safetensors" : weights
    }
}
