import Foundation
import Kernels
import Networks
import Storage

/// ∂output/∂input of chosen samples, with their outputs, in memory and in a file.
public final class SampleJacobians<Scalar: Real> {
    private let network: SavedNetwork<Scalar>
    private let chosen: ChosenSamples
    /// n_L × n_0 a sample.
    private let matrices: UnsafeMutableBufferPointer<Scalar>
    private var outputs: [Scalar] = []

    /// - Throws: `.usage` where there is too little memory for so many; as `SavedNetwork.predict`.
    public init(_ network: SavedNetwork<Scalar>, _ chosen: ChosenSamples) throws {
        let topology = network.topology
        let size = topology.outputCount * topology.inputCount
        // They are in memory, and once more while they are written.
        try requireMemory(ofMatrices: chosen.count, bytesEach: 2 * size * MemoryLayout<Scalar>.stride)
        (self.network, self.chosen) = (network, chosen)
        matrices = .allocate(capacity: chosen.count * size)
        try network.outputs(of: chosen) { outputs.append(contentsOf: $1) }
        network.jacobians(of: chosen.samples, into: matrices.baseAddress!)
    }

    deinit { matrices.deallocate() }

    /// n_L × n_0 of one sample; valid as long as this object.
    public func matrix(_ index: Int) -> UnsafeBufferPointer<Scalar> {
        let size = network.topology.outputCount * network.topology.inputCount
        return UnsafeBufferPointer(rebasing: matrices[index * size..<(index + 1) * size])
    }

    /// What each class's answer depends on; nil where nobody knows the samples' classes.
    public func maps() -> SensitivityMaps? {
        guard chosen.isLabelled else { return nil }
        let labels = (0..<chosen.count).compactMap(chosen.label)
        var maps = SensitivityMaps(topology: network.topology, classes: labels.max()! + 1)
        for index in labels.indices { maps.add(matrix(index), of: UInt32(index), in: chosen.samples) }
        return maps
    }

    /// The matrices of the first samples against central differences in Double; nil of none.
    ///
    /// - Throws: as `SavedNetwork.init`.
    public func check(first count: Int, of model: SavedModel) throws -> JacobianChecks? {
        try network.checks(
            UnsafeBufferPointer(matrices), of: chosen.samples, numbers: chosen.numbers.prefix(count), model)
    }

    /// Writes `jacobian`, `outputs`, `inputs` and, where they are known, `labels` to a safetensors file.
    ///
    /// - Throws: as `Safetensors.write`.
    public func write(to path: String) throws {
        let (count, topology) = (chosen.count, network.topology)
        let inputs: [Scalar] = (0..<count).flatMap { chosen.inputs($0) }
        var tensors = [
            tensor("jacobian", [count, topology.outputCount, topology.inputCount], UnsafeRawBufferPointer(matrices)),
            outputs.withUnsafeBytes { tensor("outputs", [count, topology.outputCount], $0) },
            inputs.withUnsafeBytes { tensor("inputs", [count, topology.inputCount], $0) },
        ]
        if chosen.isLabelled {
            let labels = (0..<count).compactMap(chosen.label).map { Scalar($0) }
            tensors.append(labels.withUnsafeBytes { tensor("labels", [count], $0) })
        }
        let numbers = chosen.numbers.map(String.init).joined(separator: ",")
        try Safetensors(tensors: tensors, metadata: ["data": chosen.name, "samples": numbers]).write(to: path)
    }

    private func tensor(_ name: String, _ shape: [Int], _ bytes: UnsafeRawBufferPointer) -> Safetensors.Tensor {
        Safetensors.Tensor(
            name: name, shape: shape, elementType: Scalar.self == Float.self ? .float32 : .float64, bytes: bytes)
    }
}
