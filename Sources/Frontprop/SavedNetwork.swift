import Kernels
import Networks
import Storage
import Training

/// A network read from a file, in this process's memory.
public final class SavedNetwork<Scalar: Real>: @unchecked Sendable {
    public let network: Network
    public var topology: Topology { network.topology }
    /// Not changed once they are read.
    public let parameters: UnsafeMutablePointer<Scalar>

    /// - Throws: as `WeightsFile.read`.
    public init(_ model: SavedModel) throws {
        network = model.network
        let topology = network.topology
        let padding = kernelPadding / MemoryLayout<Scalar>.stride
        parameters = .allocate(capacity: topology.parameterCount + padding)
        parameters.initialize(repeating: 0, count: topology.parameterCount + padding)
        try WeightsFile.read(model.path, into: parameters, of: topology)
    }

    deinit { parameters.deallocate() }
}
