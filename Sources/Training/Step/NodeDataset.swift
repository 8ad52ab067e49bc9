import CMalloc
import Cluster
import Datasets
import Foundation
import MPI
import Networks
import Storage

/// A run's sets of samples in the node's shared memory, as they were read, once per node; and what a run makes of them.
public final class NodeDataset: @unchecked Sendable {
    private let sets: [SampleSet: Samples]
    /// What a network is trained with; of samples that are only measured some of those.
    public let train: Samples
    public let name: String
    /// What a network makes of the samples, where they are a table: see `SampleTables`.
    public let columns: TableColumns?
    /// Of the first rank's copy, when it was loaded.
    public let checksum: UInt64
    private let window: SharedWindow
    /// As `SampleValues.row`, on the first rank, where a sample of numbers may have to be named.
    private let rows: [SampleSet: [Int]]

    private struct Header: Codable {
        var name: String
        var columns: TableColumns?
        var parts: [Part]

        struct Part: Codable {
            var set: SampleSet
            var layout: SampleLayout
        }

        var byteCount: Int { parts.reduce(0) { $0 + $1.layout.byteCount } }

        /// Calls `body` with each set and where it lies.
        func forEach(at base: UnsafeMutableRawPointer, _ body: (Part, UnsafeMutableRawPointer) -> Void) {
            var place = base
            for part in parts {
                body(part, place)
                place += part.layout.byteCount
            }
        }
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
        var loaded: [SampleSet: SampleValues] = [:]
        var rows: [SampleSet: [Int]] = [:]
        let text: [UInt8] = try processes.agree {
            guard processes.isFirst else { return [] }
            let tables = try load()
            loaded = try Self.values(of: tables)
            for set in SampleSet.allCases {
                let fault = loaded[set]?.fault(for: network, target: target, limit: precision.largest)
                if let fault { throw Failure(.badData, fault) }
                if target == .numbers { rows[set] = loaded[set].map { $0.indices.map($0.row(of:)) } }
            }
            let header = Header(
                name: tables.name, columns: tables.columns, parts: Self.parts(loaded, target))
            return Array(try JSONEncoder().encode(header))
        }
        let header = try JSONDecoder().decode(Header.self, from: Data(try processes.broadcast(text)))
        window = try processes.window(byteCount: header.byteCount, communicator: processes.node)
        header.forEach(at: window.base) { part, place in
            if let values = loaded[part.set] { part.layout.fill(place, from: values) }
        }
        if let leaders = processes.leaders {
            try leaders.broadcast(
                UnsafeMutableRawBufferPointer(start: window.base, count: header.byteCount), root: 0)
        }
        try processes.node.barrier()
        checksum = try Self.agreedChecksum(window, processes)
        name = header.name
        columns = header.columns
        self.rows = rows
        var sets: [SampleSet: Samples] = [:]
        header.forEach(at: window.base) { part, place in
            sets[part.set] = part.layout.samples(at: place, target: target)
        }
        self.sets = sets
        train = (sets[.train] ?? sets[.test] ?? sets[.validation])!
        // What loading took lasts as long as the run otherwise.
        loaded = [:]
        cmalloc_trim()
    }

    public subscript(set: SampleSet) -> Samples? { sets[set] }

    /// Which row of its file a sample is, from 0, where the first rank is asked and knows; else its number.
    func row(of sample: Int, in set: SampleSet) -> Int { rows[set]?[sample] ?? sample }

    /// The order in memory: where there are no samples to decide by, the others lie as they would without.
    private static let order: [SampleSet] = [.train, .test, .validation]

    /// The sets that there are.
    private static func values(of tables: any SampleTables) throws -> [SampleSet: SampleValues] {
        var values: [SampleSet: SampleValues] = [:]
        for set in order { values[set] = try tables.values(of: set) }
        guard !values.isEmpty else { throw Failure(.badData, "\(tables.name): there are no samples") }
        return values
    }

    private static func parts(_ values: [SampleSet: SampleValues], _ target: Target) -> [Header.Part] {
        order.compactMap { set in
            values[set].map { Header.Part(set: set, layout: SampleLayout($0, target: target)) }
        }
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
        let values = try values(of: tables)
        let header = Header(name: "", columns: nil, parts: parts(values, target.target))
        let size = header.byteCount
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
        defer { bytes.deallocate() }
        guard let base = bytes.baseAddress else { return "0" }
        memset(base, 0, size)
        header.forEach(at: base) { part, place in
            if let values = values[part.set] { part.layout.fill(place, from: values) }
        }
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
