import Foundation
import MPI
import Storage

/// The processes of a run: who they are, on which nodes, and how they agree.
public final class Processes: Sendable {
    public let environment: Environment
    public let world: Communicator
    /// The ranks of this node, which share its memory.
    public let node: Communicator
    /// The first rank of each node; nil on the others.
    public let leaders: Communicator?
    /// Every rank's host, by rank.
    public let hosts: [String]

    public init(_ environment: Environment) throws {
        self.environment = environment
        world = environment.world
        node = try world.splitByNode()
        leaders = try world.split(color: node.rank == 0 ? 0 : nil, key: world.rank)
        hosts = try world.allGatherStrings(Environment.hostName)
    }

    public var isFirst: Bool { world.rank == 0 }

    /// Runs `body` on every rank; when it fails on one, every rank throws that rank's failure.
    ///
    /// Collective: all ranks call it at the same place.
    public func agree<Value>(_ body: () throws -> Value) throws -> Value {
        let result = Result { try body() }
        var report = ""
        if case .failure(let error) = result {
            let failure = (error as? Failure) ?? Failure(.internalError, "\(error)")
            report = "\(failure.status.rawValue)\n\(failure.message)"
        }
        let reports = try world.allGatherStrings(report)
        guard let rank = reports.firstIndex(where: { !$0.isEmpty }) else { return try result.get() }
        let parts = reports[rank].split(separator: "\n", maxSplits: 1).map(String.init)
        let status = Int32(parts[0]).flatMap(ExitStatus.init) ?? .internalError
        throw Failure(status, world.size == 1 ? parts[1] : "rank \(rank) on \(hosts[rank]): \(parts[1])")
    }

    /// Memory that the ranks of `communicator`, which share a host, have together; see `SharedWindow`.
    ///
    /// Collective over all ranks. - Throws: `.internalError` on every rank where the memory is not there on some host.
    package func window(byteCount: Int, communicator: Communicator) throws -> SharedWindow {
        let window: Result<SharedWindow, SharedMemoryError>
        do {
            window = .success(try SharedWindow(byteCount: byteCount, communicator: communicator))
        } catch let error as SharedMemoryError {
            window = .failure(error)
        }
        return try agree { try window.get() }
    }

    /// The first rank's bytes, on every rank.
    package func broadcast(_ bytes: [UInt8]) throws -> [UInt8] { try world.broadcast(bytes, root: 0) }
}

extension Processes {
    /// The text that `body` gives on the first rank, on every rank; its failure, on every rank.
    public func fromFirst(_ body: () throws -> String) throws -> String {
        let text = try agree { isFirst ? try body() : "" }
        return String(decoding: try broadcast(Array(text.utf8)), as: UTF8.self)
    }
}

/// Seconds of a clock that only goes forward.
package func now() -> Double { Environment.seconds }
