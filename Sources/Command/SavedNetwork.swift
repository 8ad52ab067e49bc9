import Kernels
import Networks
import Storage
import Training

/// A network read from a file.
final class SavedNetwork<Scalar: Real> {
    let path: String
    let topology: Topology
    let parameters: UnsafeMutablePointer<Scalar>

    init(_ model: SavedModel) throws {
        path = model.path
        topology = model.topology
        let padding = kernelPadding / MemoryLayout<Scalar>.stride
        parameters = .allocate(capacity: topology.parameterCount + padding)
        parameters.initialize(repeating: 0, count: topology.parameterCount + padding)
        try WeightsFile.read(path, into: parameters, of: topology)
    }

    deinit { parameters.deallocate() }
}
