/// A group of processes that exchange messages.
///
/// Its operations are collective: every rank of the group calls the same ones in the same order, with the same count,
/// operation and root; the call returns when this rank's part is done. Buffers are contiguous. Elements
/// are sent in pieces of at most 1 GiB, so that MPI's 32-bit counts are never exceeded. In a group of one process
/// without MPI the operations leave their buffers as they are.
///
/// A group made by a split lasts until it is freed. Which threads may call is said by the environment's `ThreadLevel`;
/// two threads never call operations of one communicator at once.
///
/// Ranks, colours and roots outside MPI's 32-bit range are the programmer's mistake, and trap.
public final class Communicator: Sendable {
    /// This process's number in the group, from 0.
    public let rank: Int

    /// The number of processes in the group.
    public let size: Int

    let messages: (any MessagePassing)?

    init(_ messages: (any MessagePassing)?) {
        self.messages = messages
        rank = messages?.rank ?? 0
        size = messages?.size ?? 1
    }

    /// Returns when every rank has called it.
    public func barrier() throws {
        try messages?.barrier()
    }

    /// Groups the ranks that share a host's memory; their order is kept.
    public func splitByNode() throws -> Communicator {
        Communicator(try messages?.splitByNode())
    }

    /// Groups the ranks that give the same `color`, ordered by `key`, then by rank.
    ///
    /// - Parameter color: 0 or more; `nil` for a rank that joins no group.
    /// - Returns: this rank's group, or `nil` where `color` is.
    public func split(color: Int?, key: Int) throws -> Communicator? {
        guard let messages else { return color.map { _ in Communicator(nil) } }
        return try messages.split(color: color.map(Int32.init), key: Int32(key)).map(Communicator.init)
    }

    /// Frees a group made by a split, on all its ranks together; none may use it any more.
    public func free() throws {
        try messages?.free()
    }

    /// Ends every process of the run at once; the launcher exits with `status`.
    public func abort(status: Int32) -> Never {
        messages?.abort(status: status)
        Library.exit(status: status)
    }
}

/// The most bytes that one call of MPI is given.
private let largestMessage = 1 << 30

/// Splits `count` elements of `stride` bytes into consecutive ranges of at most `limit` bytes.
func messagePieces(count: Int, stride: Int, limit: Int = largestMessage) -> [Range<Int>] {
    let step = limit / stride
    return Swift.stride(from: 0, to: count, by: step).map { $0..<min($0 + step, count) }
}
