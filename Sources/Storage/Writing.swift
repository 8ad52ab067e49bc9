import Foundation
import SystemPackage

extension FileDescriptor {
    /// Writes all of `bytes`, in as many calls as it takes; where the descriptor would not wait for a slow reader, this
    /// does.
    ///
    /// - Throws: `Errno`; some of the bytes may have been written.
    func writeWhole(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            do {
                let count = try write(UnsafeRawBufferPointer(rebasing: rest))
                guard count > 0 else { throw Errno.ioError }
                rest = rest.dropFirst(count)
            } catch Errno.wouldBlock {
                _ = canWrite(milliseconds: -1)
            }
        }
    }

    /// Whether some bytes can be written without waiting, looked at for `milliseconds`; for ever where that is -1.
    func canWrite(milliseconds: Int32) -> Bool {
        var request = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
        var count = poll(&request, 1, milliseconds)
        while count < 0 && errno == EINTR { count = poll(&request, 1, milliseconds) }
        return count == 1
    }
}

extension Errno {
    /// The number of what a call of the system threw.
    static func number(of error: any Error) -> Int32 { (error as? Errno ?? .ioError).rawValue }
}
