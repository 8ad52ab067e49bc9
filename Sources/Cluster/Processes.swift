import Foundation
import MPI
import Storage
import Synchronization

/// The processes of a run: who they are, on which nodes, how they agree, and what they share.
///
/// They own the memory and the groups that are made through them: what a run allocates for all its ranks is freed with them.
public final class Processes: Sendable {
    /// All of them.
    public let world: Communicator
    /// The ranks of this node, which share its memory.
    public let node: Communicator
    /// The first rank of each node; nil on the others.
    public let leaders: Communicator?
    /// Every rank's host, by rank.
    public let hosts: [String]
    /// What frees all that was made, in the order in which it was.
    private let releases: Mutex<[@Sendable () throws -> Void]>

    /// Collective over `world`; see `with`.
    public init(_ world: Communicator) throws {
        self.world = world
        let node = try world.splitByNode()
        let leaders = try world.split(color: node.rank == 0 ? 0 : nil, key: world.rank)
        (self.node, self.leaders) = (node, leaders)
        releases = Mutex([])
        hosts = try world.allGatherStrings(Environment.hostName)
        own { try node.free() }
        if let leaders { own { try leaders.free() } }
    }

    private func own(_ release: @escaping @Sendable () throws -> Void) { releases.withLock { $0.append(release) } }

    /// Runs `body` with the processes of `world`, and frees what was made through them. Collective.
    ///
    /// - Throws: what `body` does. Where that is no `Failure`, which all ranks agree on, but an error of MPI, they are out of
    ///   step, and nothing is freed.
    public static func with<Value>(_ world: Communicator, _ body: (Processes) throws -> Value) throws -> Value {
        let processes = try Processes(world)
        let result: Result<Value, Failure>
        do {
            result = .success(try body(processes))
        } catch let failure as Failure {
            result = .failure(failure)
        }
        try processes.free()
        return try result.get()
    }

    /// Frees all that was made through these processes, the last first; none of it may be used any more. Collective.
    public func free() throws {
        let all = releases.withLock { releases in
            defer { releases = [] }
            return releases
        }
        for release in all.reversed() { try release() }
    }

    public var isFirst: Bool { world.rank == 0 }

    /// Runs `body` on every rank; when it fails on one, every rank throws that rank's failure.
    ///
    /// Collective: all ranks call it at the same place.
    public func agree<Value>(_ body: () throws -> Value) throws -> Value {
        let result = Result { try body() }
        var report = ""
        if case .failure(let error) = result {
            let failure = Failure(of: error)
            report = "\(failure.status.rawValue)\n\(failure.message)"
        }
        let reports = try world.allGatherStrings(report)
        guard let rank = reports.firstIndex(where: { !$0.isEmpty }) else { return try result.get() }
        let parts = reports[rank].split(separator: "\n", maxSplits: 1).map(String.init)
        let status = Int32(parts[0]).flatMap(ExitStatus.init) ?? .internalError
        throw Failure(status, world.size == 1 ? parts[1] : "rank \(rank) on \(hosts[rank]): \(parts[1])")
    }

    /// As `Communicator.split`, of the world.
    package func split(color: Int?, key: Int) throws -> Communicator? {
        guard let part = try world.split(color: color, key: key) else { return nil }
        own { try part.free() }
        return part
    }

    /// Memory that the ranks of `communicator`, which share a host, have together; see `SharedWindow`.
    ///
    /// Collective over all ranks. - Throws: `.internalError` on every rank where the memory is not there on some host.
    package func window(byteCount: Int, communicator: Communicator) throws -> SharedWindow {
        let window: Result<SharedWindow, SharedMemoryError>
        do {
            let made = try SharedWindow(byteCount: byteCount, communicator: communicator)
            own { try made.free() }
            window = .success(made)
        } catch let error as SharedMemoryError {
            window = .failure(error)
        }
        return try agree { try window.get() }
    }

    /// The first rank's bytes, on every rank.
    package func broadcast(_ bytes: [UInt8]) throws -> [UInt8] { try world.broadcast(bytes, root: 0) }
}

extension Processes {
    /// What `body` gives on the first rank, on every rank; its failure, on every rank. Collective.
    public func fromFirst<Value: Codable>(_ body: () throws -> Value) throws -> Value {
        let encoded = try agree { isFirst ? try JSONEncoder().encode(body()) : Data() }
        return try JSONDecoder().decode(Value.self, from: Data(try broadcast(Array(encoded))))
    }

    /// Runs `body`, for which this rank's other workers and other ranks wait; an error, which can only be one of MPI's, leaves
    /// them out of step, and ends the job.
    package func orAbort<Value>(_ body: () throws -> Value) -> Value {
        do {
            return try body()
        } catch {
            Console.say("frontprop: rank \(world.rank) on \(Environment.hostName): \(error)")
            world.abort(status: ExitStatus.internalError.rawValue)
        }
    }
}

/// Seconds of a clock that only goes forward.
package func now() -> Double { Environment.seconds }
