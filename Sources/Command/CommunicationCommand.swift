import ArgumentParser
import Cluster
import Foundation
import Frontprop
import Kernels
import MPI
import Storage
import Training

/// Who the ranks of a layout are, and how long their all-reduces take; started by `scaling` under a launcher.
struct CommunicationCommand: ProgramCommand {
    static let configuration = CommandConfiguration(
        commandName: "communication", abstract: "Describe the ranks, and time all-reduces.", shouldDisplay: false)

    @Option(help: "Numbers of 64-bit words to all-reduce.")
    var words = CommaSeparated<Int>([])
    @Option(help: "Numbers of float32 to all-reduce.")
    var floats = CommaSeparated<Int>([])
    @Option(help: "Numbers of float64 to all-reduce.")
    var doubles = CommaSeparated<Int>([])
    @Option(help: "Seconds to spend on each number.")
    var seconds = 0.2
    @Option(help: "Threads that a rank will have.")
    var threads = 1

    /// What the first rank prints, as one JSON object.
    struct Result: Codable {
        var nodes: Int
        var hosts: [String]
        var binding: [String]
        var coresPerNode: Int
        var oversubscribed: Bool
        var cpu: String
        var mpi: String
        var version: String
        var loops: [Loop]
    }

    struct Loop: Codable {
        var group: String
        var type: String
        var words: Int
        var bytes: Int
        var calls: Int
        var callSeconds: Double
    }

    func validate() throws {
        for (name, values) in [("--words", words.values), ("--floats", floats.values), ("--doubles", doubles.values)] {
            try requireLimits(values.map { (name, $0, 1...1 << 28) })
        }
        try requireLimits([("--threads", threads, threadsRange)])
        guard (0...60).contains(seconds) else {
            throw ValidationError("--seconds must be at least 0 and at most 60, not \(seconds).")
        }
    }

    func run(in environment: Environment) throws {
        try Processes.with(environment.world, run)
    }

    private func run(_ processes: Processes) throws {
        let placement = try Placement.gather(processes, threads: threads)
        let fewestCores = try processes.world.allReduce(Int64(Cores.online), operation: .min)
        try requireRoom(processes)
        let loops = try self.loops(processes)
        guard processes.isFirst else { return }
        let result = Result(
            nodes: Set(processes.hosts).count, hosts: processes.hosts,
            binding: placement?.ranks.map(\.cpus.description) ?? [],
            coresPerNode: Int(fewestCores), oversubscribed: placement?.isOversubscribed ?? false,
            cpu: Cores.processorName,
            mpi: Environment.libraryVersion, version: frontpropVersion, loops: loops)
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try Console.print(String(decoding: try encoder.encode(result), as: UTF8.self))
    }

    /// Refuses numbers that one rank has no memory for, before the others wait for it.
    private func requireRoom(_ processes: Processes) throws {
        let most = (words.values + floats.values + doubles.values).max() ?? 0
        // MPI takes as much again.
        let bytes = 2 * most * MemoryLayout<Double>.stride
        try processes.agree {
            try requireMemory(bytes * processes.node.size, for: "\(most) numbers of each rank")
        }
    }

    private func loops(_ processes: Processes) throws -> [Loop] {
        var groups: [(name: String, ranks: Communicator)] = []
        if processes.world.size > 1 { groups.append(("ranks", processes.world)) }
        let nodes = try processes.world.allReduce(Int64(processes.leaders == nil ? 0 : 1), operation: .sum)
        let hasLeaders = nodes > 1 && nodes < processes.world.size
        if hasLeaders, let leaders = processes.leaders { groups.append(("leaders", leaders)) }
        let loops = try groups.flatMap { group in
            try words.values.map { try time(group.name, group.ranks, count: $0, of: Int64.self, "int64") }
                + floats.values.map { try time(group.name, group.ranks, count: $0, of: Float.self, "float") }
                + doubles.values.map { try time(group.name, group.ranks, count: $0, of: Double.self, "double") }
        }
        // The other ranks leave the leaders their cores.
        try processes.world.barrier()
        return loops
    }

    /// Times calls on `count` zeros: of each call the slowest rank, of the calls the median.
    private func time<Element: Datatype & Numeric>(
        _ group: String, _ ranks: Communicator, count: Int, of _: Element.Type, _ type: String
    ) throws -> Loop {
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
        return Loop(
            group: group, type: type, words: count, bytes: count * MemoryLayout<Element>.stride, calls: calls,
            callSeconds: times[calls / 2])
    }
}
