import Datasets
import Kernels
import Networks
import Resources
import Storage

/// ∂output/∂input of a table's rows, in the units of its columns.
///
/// With M = ∂t/∂z of the network, whose inputs are z = (x - shift) / scale and whose outputs t mean y, it is
/// ∂y/∂x = dy/dt · M / scale. By a text's input, which is 0 or 1, it is the derivative by that number.
public final class RowJacobians<Scalar: Real> {
    private let network: SavedNetwork<Scalar>
    private let chosen: ChosenRows
    private let memory: SampleMemory
    /// M, n_L × n_0 a row.
    private let matrices: [Scalar]
    /// [B, n_L], in the table's units.
    private let outputs: [Double]

    /// - Throws: `.usage` where there is too little memory for so many; as `SavedNetwork.predict`.
    public init(_ network: SavedNetwork<Scalar>, _ chosen: ChosenRows) throws {
        let size = network.topology.outputCount * network.topology.inputCount
        guard chosen.count > 0 else { throw Failure(.badData, "\(chosen.table.name): there are no rows to look at") }
        // Beside M it is there in the units, and once more while it is written.
        let bytes = size * (MemoryLayout<Scalar>.stride + 2 * MemoryLayout<Double>.stride)
        try requireMemory(ofMatrices: chosen.count, bytesEach: bytes)
        (self.network, self.chosen) = (network, chosen)
        memory = try chosen.samples(limit: Double(Scalar.greatestFiniteMagnitude))
        var plain: [Double] = []
        try network.outputs(of: memory.samples, name: chosen.outputName) { plain += $1.map(Double.init) }
        outputs = plain
        matrices = network.jacobians(of: memory.samples)
    }

    public var count: Int { chosen.count }

    /// n_L × n_0 of one row, in the table's units.
    public func matrix(_ index: Int) -> [Double] {
        let units = chosen.columns.units?.outputs
        let scales = chosen.columns.inputScales.map(\.scale)
        let count = network.topology.outputCount
        return (0..<count).flatMap { q in
            let slope = units?[q].slope(outputs[index * count + q]) ?? 1
            let first = (index * count + q) * scales.count
            return scales.indices.map { slope * Double(matrices[first + $0]) / scales[$0] }
        }
    }

    /// M of the first rows against central differences in Double; nil of none.
    ///
    /// - Throws: as `SavedNetwork.init`.
    public func check(first count: Int, of model: SavedModel) throws -> JacobianChecks? {
        try matrices.withUnsafeBufferPointer {
            try network.checks($0, of: memory.samples, numbers: chosen.numbers.prefix(count), model)
        }
    }

    /// Writes `jacobian` [B, n_L, n_0], `inputs` [B, n_0], `outputs` [B, n_L], all in the table's units, the rows' numbers `rows`,
    /// and `input_names` and `output_names`, to an archive of NumPy's.
    ///
    /// - Throws: as `NPZFile.bytes` and `AtomicFile.write(_:to:)`.
    public func write(to path: String) throws {
        let (count, topology, columns) = (chosen.count, network.topology, chosen.columns)
        let jacobian = (0..<count).flatMap { matrix($0) }
        let bytes = try NPZFile.bytes(
            [
                ("jacobian", NPYFile(jacobian, shape: [count, topology.outputCount, topology.inputCount])),
                ("inputs", NPYFile(try chosen.rawInputs(), shape: [count, topology.inputCount])),
                (
                    "outputs",
                    NPYFile(columns.units?.values(outputs) ?? outputs, shape: [count, topology.outputCount])
                ),
                ("rows", NPYFile(chosen.numbers.map(Int64.init), shape: [count])),
                ("input_names", NPYFile(columns.inputNames)), ("output_names", NPYFile(columns.outputNames)),
            ], name: path)
        try AtomicFile.write(bytes, to: path)
    }
}

extension SavedNetwork {
    /// Writes ∂a^L/∂a⁰ of all samples, [B, n_L, n_0].
    func jacobians(of samples: Samples, into matrices: UnsafeMutablePointer<Scalar>) {
        let jacobian = Jacobian<Scalar>(network, samples: samples)
        Array(0..<UInt32(samples.count)).withUnsafeBufferPointer {
            jacobian.matrices(of: $0, parameters: parameters, into: matrices)
        }
    }

    /// The same as an array.
    func jacobians(of samples: Samples) -> [Scalar] {
        let size = samples.count * topology.outputCount * topology.inputCount
        return [Scalar](unsafeUninitializedCapacity: size) { matrices, count in
            count = size
            if let base = matrices.baseAddress { jacobians(of: samples, into: base) }
        }
    }
}

extension SavedNetwork {
    /// The first of the samples' matrices, ∂a^L/∂a⁰ of each, against central differences in Double; nil of none.
    ///
    /// - Parameters:
    ///   - numbers: of those that are checked.
    ///   - model: this network's.
    /// - Throws: as `SavedNetwork.init`.
    func checks(
        _ matrices: UnsafeBufferPointer<Scalar>, of samples: Samples, numbers: ArraySlice<Int>, _ model: SavedModel
    ) throws -> JacobianChecks? {
        guard !numbers.isEmpty else { return nil }
        let exact = try SavedNetwork<Double>(model)
        let size = topology.outputCount * topology.inputCount
        let checks = numbers.enumerated().map { index, number in
            let matrix = UnsafeBufferPointer(rebasing: matrices[index * size..<(index + 1) * size])
            return (
                number,
                JacobianCheck(matrix, of: UInt32(index), in: samples, network, parameters: exact.parameters)
            )
        }
        return JacobianChecks(checks, limit: JacobianCheck.limit(Scalar.self))
    }
}

/// - Throws: `.usage` where matrices of this many samples take more than half of the memory that there is.
func requireMemory(ofMatrices count: Int, bytesEach: Int) throws {
    let (needed, there) = (Double(count) * Double(bytesEach), Double(Memory.bytes))
    guard needed <= there / 2 else {
        throw Failure(
            .usage,
            String(
                format: "the matrices of %d samples take %.1f GB while they are written; this host has %.1f: "
                    + "choose fewer with --count", count, needed / 1e9, there / 1e9))
    }
}
