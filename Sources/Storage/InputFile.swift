import Foundation

/// Files that are read whole.
public enum InputFile {
    /// The bytes of the regular file `path`.
    ///
    /// Pipes and devices are refused, not waited for. Memory: the file's size, which is refused when it is more than
    /// this machine has (a sparse file can claim any size).
    ///
    /// - Throws: `Failure` with `.missingInput` when nothing is there, `.badData` when it is no regular file, is too
    ///   large, or shrinks meanwhile, `.inputOutput` when it cannot be opened or read.
    public static func read(_ path: String) throws -> [UInt8] {
        // O_NONBLOCK: opening a pipe that nobody writes to would hang; on a regular file it changes nothing.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { throw Failure(.missingInput, "there is no file \(path)") }
            throw Failure(.inputOutput, "cannot open \(path)", errno: errno)
        }
        defer { close(descriptor) }
        let size = try checkedSize(of: descriptor, path: path)
        return try [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            while count < size {
                let more = Foundation.read(descriptor, buffer.baseAddress! + count, size - count)
                if more < 0 && errno == EINTR { continue }
                guard more >= 0 else {
                    throw Failure(.inputOutput, "cannot read \(path)", errno: errno)
                }
                guard more > 0 else {
                    throw Failure(.badData, "\(path): expected \(size) bytes, found \(count): it is being cut")
                }
                count += more
            }
        }
    }

    private static func checkedSize(of descriptor: Int32, path: String) throws -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw Failure(.inputOutput, "cannot read \(path)", errno: errno)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            let kind = status.st_mode & S_IFMT == S_IFDIR ? "a folder" : "a pipe or a device"
            throw Failure(.badData, "\(path): expected a file, found \(kind)")
        }
        let size = Int(status.st_size)
        guard UInt64(size) <= ProcessInfo.processInfo.physicalMemory else {
            throw Failure(.badData, "\(path): its \(size) bytes are more than the memory of this machine")
        }
        return size
    }
}
