import Foundation

/// Memory that all ranks of one node read and write.
///
/// Its stores become visible to the other ranks as to other threads: through atomics or a barrier.
public final class SharedWindow: @unchecked Sendable {
    /// The first byte, aligned to 64 bytes; its address differs between ranks.
    public let base: UnsafeMutableRawPointer

    /// The number of bytes.
    public let byteCount: Int

    private let release: () throws -> Void

    /// Allocates `byteCount` bytes, all zero, on the ranks of `communicator` together.
    ///
    /// - Precondition: the ranks share a host (`Communicator.splitByNode`) and give the same `byteCount`.
    /// - Throws: `SharedMemoryError` or `MPIError`, on every rank.
    public init(byteCount: Int, communicator: Communicator) throws {
        self.byteCount = byteCount
        if let messages = communicator.messages, communicator.size > 1 {
            let (start, free) = try messages.allocateShared(byteCount: byteCount + Self.alignment)
            base = start.alignedUp(toMultipleOf: Self.alignment)
            release = free
            if communicator.rank == 0 { memset(base, 0, byteCount) }
            try communicator.barrier()
        } else {
            let length = max(byteCount, 1)
            guard let memory = mmap(nil, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0),
                memory != MAP_FAILED
            else {
                throw SharedMemoryError(
                    byteCount: byteCount, hostName: Environment.hostName, reason: String(cString: strerror(errno)))
            }
            base = memory
            release = { munmap(memory, length) }
        }
    }

    private static let alignment = 64

    /// Frees the memory, on all ranks together; none may use it any more. Windows not freed last until the process ends.
    public func free() throws {
        try release()
    }
}
