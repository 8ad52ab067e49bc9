import CMalloc
import Cluster
import Foundation
import MPI
import Networks
import Storage

/// A training and a test set in the node's shared memory, as they were read, once per node; and what a run makes of them.
public final class NodeDataset: @unchecked Sendable {
    public let train: Samples
    public let test: Samples
    public let name: String
    /// Of the first rank's copy, when it was loaded.
    public let checksum: UInt64
    private let window: SharedWindow

    private struct Header: Codable {
        var name: String
        var train: SampleLayout
        var test: SampleLayout
    }

    /// Loads on the first rank with `load`, checks against the network, and broadcasts to each node's leader.
    ///
    /// - Parameter precision: numbers that it does not hold are refused.
    ///
    /// Collective. - Throws: the first rank's `Failure`, on every rank.
    public init(
        processes: Processes, network: Network, target: Target, precision: Precision = .float64,
        load: () throws -> any SampleTables
    ) throws {
        var loaded: (train: SampleValues, test: SampleValues)?
        let text: [UInt8] = try processes.agree {
            guard processes.isFirst else { return [] }
            let tables = try load()
            let (train, test) = (try tables.values(of: .train), try tables.values(of: .test))
            for values in [train, test] {
                if let fault = values.fault(for: network, target: target, limit: precision.largest) {
                    throw Failure(.badData, fault)
                }
            }
            let header = Header(
                name: tables.name, train: SampleLayout(train, target: target), test: SampleLayout(test, target: target))
            loaded = (train, test)
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

    /// What `checksumText` is once `tables` are loaded.
    ///
    /// - Complexity: memory for the samples as they are held while a network trains.
    public static func checksumText(of tables: any SampleTables, target: Configuration.TargetName) throws -> String {
        let values = [try tables.values(of: .train), try tables.values(of: .test)]
        let layouts = values.map { SampleLayout($0, target: target.target) }
        let size = layouts.reduce(0) { $0 + $1.byteCount }
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
        defer { bytes.deallocate() }
        guard let base = bytes.baseAddress else { return "0" }
        memset(base, 0, size)
        layouts[0].fill(base, from: values[0])
        layouts[1].fill(base + layouts[0].byteCount, from: values[1])
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
}
