import CMalloc
import Cluster
import Datasets
import Foundation
import Kernels
import MPI
import Networks
import Storage

/// A dataset in the node's shared memory: once per node, as bytes, compressed where most of them are zero, and dense where
/// they are not, or where they are what the outputs are compared with.
public final class NodeDataset: @unchecked Sendable {
    public let train: Samples
    public let test: Samples
    public let name: String
    /// Of the first rank's copy, when it was loaded.
    public let checksum: UInt64
    private let window: SharedWindow

    /// How one split lies in the window; the same on every node.
    private struct Split: Codable {
        var count: Int
        var columns: Int
        /// Bytes of the compressed rows' units; nil if there are none.
        var unitBytes: Int?
        /// Whether the rows are there as they came, too.
        var dense: Bool

        init(_ images: ImageSet, target: Target) {
            count = images.count
            columns = images.pixelCount
            dense = true
            guard columns > 0, columns <= InputRows.maximumCompressedColumns else { return }
            let size = images.images.withUnsafeBufferPointer {
                InputRows.compressedByteCount($0, columns: images.pixelCount)
            }
            let units = size / InputRows.unitBytes
            let entries = Double(units * InputRows.unitEntries)
            guard units < Int(UInt32.max),
                entries <= (1 - InputRows.sparsityThreshold) * Double(count * columns)
            else { return }
            unitBytes = size
            dense = target == .inputs
        }

        // The labels lie behind the dense rows, for some bytes there are read.
        private var offsetsStart: Int { aligned(unitBytes ?? 0) }
        private var denseStart: Int { offsetsStart + (unitBytes == nil ? 0 : aligned(4 * (count + 1))) }
        private var labelsStart: Int { denseStart + (dense ? aligned(count * columns) : 0) }
        var byteCount: Int { labelsStart + aligned(count) }

        private func aligned(_ bytes: Int) -> Int { (bytes + 63) / 64 * 64 }

        func samples(at base: UnsafeMutableRawPointer, target: Target) -> Samples {
            let rows = InputRows(
                dense: dense ? (base + denseStart).assumingMemoryBound(to: UInt8.self) : nil,
                units: unitBytes == nil ? nil : base.assumingMemoryBound(to: UInt8.self),
                offsets: unitBytes == nil ? nil : (base + offsetsStart).assumingMemoryBound(to: UInt32.self),
                columns: columns)
            let labels = (base + labelsStart).assumingMemoryBound(to: UInt8.self)
            return Samples(inputs: rows, labels: labels, count: count, target: target)
        }

        func fill(_ base: UnsafeMutableRawPointer, from images: ImageSet) {
            images.images.withUnsafeBufferPointer { rows in
                if unitBytes != nil {
                    InputRows.compress(
                        rows, columns: columns, units: base.assumingMemoryBound(to: UInt8.self),
                        offsets: (base + offsetsStart).assumingMemoryBound(to: UInt32.self))
                }
                if dense { (base + denseStart).copyMemory(from: rows.baseAddress!, byteCount: rows.count) }
            }
            images.labels.withUnsafeBufferPointer {
                (base + labelsStart).copyMemory(from: $0.baseAddress!, byteCount: count)
            }
        }
    }

    private struct Header: Codable {
        var name: String
        var train: Split
        var test: Split
    }

    /// Loads on the first rank with `load`, checks against the network, and broadcasts to each node's leader.
    ///
    /// Collective. - Throws: the first rank's `Failure`, on every rank.
    public init(
        processes: Processes, topology: Topology, target: Target, load: () throws -> Dataset
    ) throws {
        var loaded: Dataset?
        let text: [UInt8] = try processes.agree {
            guard processes.isFirst else { return [] }
            let dataset = try load()
            loaded = dataset
            let header = Header(
                name: dataset.name, train: Split(dataset.train, target: target),
                test: Split(dataset.test, target: target))
            try Self.check(dataset, topology: topology, target: target)
            return Array(try JSONEncoder().encode(header))
        }
        let header = try JSONDecoder().decode(Header.self, from: Data(try processes.broadcast(text)))
        let total = header.train.byteCount + header.test.byteCount
        window = try processes.window(byteCount: total, communicator: processes.node)
        if let loaded {
            header.train.fill(window.base, from: loaded.train)
            header.test.fill(window.base + header.train.byteCount, from: loaded.test)
        }
        if let leaders = processes.leaders {
            try leaders.broadcast(UnsafeMutableRawBufferPointer(start: window.base, count: total), root: 0)
        }
        try processes.node.barrier()
        checksum = try Self.agreedChecksum(window, processes)
        name = header.name
        train = header.train.samples(at: window.base, target: target)
        test = header.test.samples(at: window.base + header.train.byteCount, target: target)
        // What loading took lasts as long as the run otherwise.
        loaded = nil
        cmalloc_trim()
    }

    /// The checksum of the first rank's copy, which every node's must have.
    private static func agreedChecksum(_ window: SharedWindow, _ processes: Processes) throws -> UInt64 {
        let blocks = (window.byteCount + blockSize - 1) / blockSize
        var sum = [processes.node.rank == 0 ? (0..<blocks).reduce(0) { $0 &+ self.sum(window, $1) } : 0]
        try sum.withUnsafeMutableBufferPointer { try processes.node.broadcast($0, root: 0) }
        let sums = try processes.world.allGather(sum[0])
        if let odd = sums.firstIndex(where: { $0 != sums[0] }) {
            throw Failure(
                .inputOutput,
                "the samples of rank 0 on \(processes.hosts[0]) did not arrive whole at rank \(odd) on "
                    + "\(processes.hosts[odd])")
        }
        return sums[0]
    }

    /// The checksum as `config.json` has it.
    public var checksumText: String { String(checksum, radix: 16) }

    /// What `checksumText` is once `dataset` is loaded.
    ///
    /// - Complexity: memory for the samples as they are held while a network trains.
    public static func checksumText(of dataset: Dataset, target: Configuration.TargetName) -> String {
        let train = Split(dataset.train, target: target.target)
        let test = Split(dataset.test, target: target.target)
        let size = train.byteCount + test.byteCount
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
        defer { bytes.deallocate() }
        guard let base = bytes.baseAddress else { return "0" }
        memset(base, 0, size)
        train.fill(base, from: dataset.train)
        test.fill(base + train.byteCount, from: dataset.test)
        let sum = stride(from: 0, to: size, by: blockSize).reduce(0 as UInt64) { sum, start in
            sum &+ Checksum.of(UnsafeRawBufferPointer(start: base + start, count: min(blockSize, size - start)))
        }
        return String(sum, radix: 16)
    }

    /// The blocks that are checked, and the checksum of one; that of all is their sum.
    var blockCount: Int { (window.byteCount + Self.blockSize - 1) / Self.blockSize }
    func sum(ofBlock block: Int) -> UInt64 { Self.sum(window, block) }
    private static var blockSize: Int { 1 << 16 }

    private static func sum(_ window: SharedWindow, _ block: Int) -> UInt64 {
        let start = block * blockSize
        let size = min(blockSize, window.byteCount - start)
        return Checksum.of(UnsafeRawBufferPointer(start: window.base + start, count: size))
    }

    /// Changes one bit of the first sample: see `FaultInjection`.
    func flipBit() { window.base.assumingMemoryBound(to: UInt8.self).pointee ^= 4 }

    private static func check(_ dataset: Dataset, topology: Topology, target: Target) throws {
        for (part, set) in [("training", dataset.train), ("test", dataset.test)] {
            guard set.count > 0 else { throw Failure(.badData, "\(dataset.name): the \(part) set is empty") }
            guard set.pixelCount == topology.inputCount else {
                throw Failure(
                    .badData,
                    "\(dataset.name): samples of the \(part) set have \(set.pixelCount) pixels, "
                        + "the network \(topology) expects \(topology.inputCount)")
            }
        }
        if target == .labels {
            try dataset.requireLabels(.train, below: topology.outputCount)
            try dataset.requireLabels(.test, below: topology.outputCount)
        }
        guard target == .labels || topology.outputCount == topology.inputCount else {
            throw Failure(.usage, "an autoencoder has as many outputs as inputs, \(topology) has not")
        }
    }
}
