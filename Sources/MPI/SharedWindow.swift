import Foundation
import Resources

/// Memory that all ranks of one host read and write.
///
/// A store becomes visible to the other ranks as it would to other threads: through atomics or a barrier.
public final class SharedWindow: @unchecked Sendable {
    /// The first byte, aligned to 64 bytes; its address differs between ranks.
    public let base: UnsafeMutableRawPointer

    /// The number of bytes.
    public let byteCount: Int

    private let release: () throws -> Void

    /// Allocates `byteCount` bytes, all zero, once for all ranks of `communicator` together.
    ///
    /// Each rank touches an equal share of them first, so their pages are spread over the host's memory nodes.
    ///
    /// - Precondition: the ranks share a host (`Communicator.splitByNode`) and give the same `byteCount`.
    /// - Throws: `SharedMemoryError`, on every rank, where the memory is not there; `MPIError` where MPI fails.
    public init(byteCount: Int, communicator: Communicator) throws {
        self.byteCount = byteCount
        if let messages = communicator.messages, communicator.size > 1 {
            try Self.checkFreeSpace(for: byteCount, on: communicator)
            let (start, free) = try messages.allocateShared(byteCount: byteCount + Self.alignment)
            base = start.alignedUp(toMultipleOf: Self.alignment)
            release = free
            // MPI does not promise zeros.
            let share = byteCount / communicator.size + 1
            let first = min(byteCount, communicator.rank * share)
            memset(base + first, 0, min(byteCount - first, share))
            try communicator.barrier()
        } else {
            let length = max(byteCount, 1)
            guard byteCount <= Memory.bytes else {
                throw SharedMemoryError(
                    byteCount: byteCount, hostName: Environment.hostName, reason: "there are \(Memory.bytes) bytes")
            }
            guard let memory = mmap(nil, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0),
                memory != MAP_FAILED
            else {
                throw SharedMemoryError(
                    byteCount: byteCount, hostName: Environment.hostName, reason: String(cString: strerror(errno)))
            }
            // Rows are read in shuffled order: with small pages most would miss the table of translations.
            Memory.preferLargePages(memory, byteCount: length)
            base = memory
            release = { munmap(memory, length) }
        }
    }

    /// Frees the memory, on all ranks together; none may use it any more. A window that is not freed lasts until the process
    /// ends.
    public func free() throws {
        try release()
    }

    private static let alignment = 64

    /// Throws on every rank where rank 0 sees too little memory, or too little free space for the file behind the window.
    ///
    /// Open MPI 4.1 would return an error on rank 0 only, and the other ranks would wait for it for ever.
    private static func checkFreeSpace(for byteCount: Int, on communicator: Communicator) throws {
        let directory = "/dev/shm"
        let openMPIOverhead = 1 << 20
        var room: Int64 = 0
        if communicator.rank == 0 {
            var system = statvfs()
            let isKnown = statvfs(directory, &system) == 0
            let free = isKnown ? Int(clamping: UInt64(system.f_bavail) * UInt64(system.f_frsize)) : .max
            room = Int64(max(0, min(free - openMPIOverhead, Memory.bytes)))
        }
        room = try communicator.allReduce(room, operation: .max)
        guard Int64(byteCount) <= room else {
            throw SharedMemoryError(
                byteCount: byteCount, hostName: Environment.hostName,
                reason: "\(directory), in the memory there is, has room for \(room)")
        }
    }
}
