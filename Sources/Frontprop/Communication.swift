import Cluster
import MPI
import Storage

/// Who the ranks of a layout are, and how long their all-reduces take.
public struct Communication: Codable, Sendable {
    public var nodes: Int
    public var hosts: [String]
    /// The processors that each rank may use; empty where the system does not tell.
    public var binding: [String]
    /// The fewest of any node.
    public var coresPerNode: Int
    public var oversubscribed: Bool
    public var cpu: String
    public var mpi: String
    public var version: String
    public var loops: [Loop]

    /// All-reduces of one size.
    public struct Loop: Codable, Sendable {
        /// `ranks`, or `leaders`: those of the nodes.
        public var group: String
        public var type: String
        public var words: Int
        public var bytes: Int
        public var calls: Int
        /// The median of the calls, of each the slowest rank's seconds.
        public var callSeconds: Double
    }

    /// What is all-reduced.
    public struct Sizes: Sendable {
        /// Numbers of 64-bit words, of float32 and of float64.
        public var words: [Int]
        public var floats: [Int]
        public var doubles: [Int]

        public init(words: [Int], floats: [Int], doubles: [Int]) {
            (self.words, self.floats, self.doubles) = (words, floats, doubles)
        }

        var largest: Int { (words + floats + doubles).max() ?? 0 }
    }

    /// Measures. Collective: every rank of `world` calls it with the same arguments.
    ///
    /// - Parameters:
    ///   - seconds: to spend on each size.
    ///   - threads: that a rank will have.
    /// - Returns: the same hosts on every rank; the loops of those groups that a rank is of. The first rank is of all.
    /// - Throws: the same `Failure` on every rank; `.internalError` where there is no memory for the largest size.
    public static func measure(
        _ sizes: Sizes, seconds: Double, threads: Int, on world: Communicator
    ) throws -> Communication {
        try Processes.with(world) { processes in
            let placement = try Placement.gather(processes, threads: threads)
            let fewestCores = try processes.world.allReduce(Int64(Cores.online), operation: .min)
            // Before the others wait for a rank that has no memory. MPI takes as much again.
            let bytes = 2 * sizes.largest * MemoryLayout<Double>.stride
            try processes.agree {
                try requireMemory(bytes * processes.node.size, for: "\(sizes.largest) numbers of each rank")
            }
            return Communication(
                nodes: Set(processes.hosts).count, hosts: processes.hosts,
                binding: placement?.ranks.map(\.cpus.description) ?? [], coresPerNode: Int(fewestCores),
                oversubscribed: placement?.isOversubscribed ?? false, cpu: Cores.processorName,
                mpi: Environment.libraryVersion, version: frontpropVersion,
                loops: try loops(sizes, seconds: seconds, processes))
        }
    }

    private static func loops(_ sizes: Sizes, seconds: Double, _ processes: Processes) throws -> [Loop] {
        var groups: [(name: String, ranks: Communicator)] = []
        if processes.world.size > 1 { groups.append(("ranks", processes.world)) }
        let nodes = try processes.world.allReduce(Int64(processes.leaders == nil ? 0 : 1), operation: .sum)
        let hasLeaders = nodes > 1 && nodes < processes.world.size
        if hasLeaders, let leaders = processes.leaders { groups.append(("leaders", leaders)) }
        let loops = try groups.flatMap { name, ranks in
            func time<Element: Datatype & Numeric>(_ counts: [Int], _: Element.Type, _ type: String) throws -> [Loop] {
                try counts.map { try Loop(name, ranks, count: $0, of: Element.self, type, seconds: seconds) }
            }
            return try time(sizes.words, Int64.self, "int64") + time(sizes.floats, Float.self, "float")
                + time(sizes.doubles, Double.self, "double")
        }
        // The other ranks leave the leaders their cores.
        try processes.world.barrier()
        return loops
    }
}

extension Communication.Loop {
    /// Times calls on `count` zeros.
    fileprivate init<Element: Datatype & Numeric>(
        _ group: String, _ ranks: Communicator, count: Int, of _: Element.Type, _ type: String, seconds: Double
    ) throws {
        let buffer = UnsafeMutableBufferPointer<Element>.allocate(capacity: count)
        buffer.initialize(repeating: 0)
        defer { buffer.deallocate() }
        func measured(_ calls: Int) throws -> [Double] {
            var times = try (0..<calls).map { _ in
                try ranks.barrier()
                let start = ContinuousClock.now
                try ranks.allReduce(inPlace: buffer, operation: .sum)
                return (ContinuousClock.now - start) / .seconds(1)
            }
            try times.withUnsafeMutableBufferPointer { try ranks.allReduce(inPlace: $0, operation: .max) }
            return times.sorted()
        }
        let warm = try measured(10)
        let calls = max(10, min(10_000, Int(seconds / max(warm[5], 1e-7))))
        let times = try measured(calls)
        (self.group, self.type, words, self.calls) = (group, type, count, calls)
        (bytes, callSeconds) = (count * MemoryLayout<Element>.stride, times[calls / 2])
    }
}
