import Foundation

/// Files that are either there, whole, or as they were before.
public enum AtomicFile {
    /// Writes `bytes` to `path`: to a temporary name in the same folder, synced, renamed, and the folder synced.
    ///
    /// - Throws: `Failure` with `.cannotWrite` when the file cannot be created or renamed, `.inputOutput` when
    ///   writing or syncing fails (a full disk); the temporary file is removed and `path` is as it was.
    /// - Complexity: O(bytes), plus two syncs.
    public static func write(_ bytes: UnsafeRawBufferPointer, to path: String) throws {
        let temporary = path + ".part-\(getpid())"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw Failure(.cannotWrite, "cannot create \(temporary): \(reason(errno))")
        }
        do {
            try writeAll(bytes, to: descriptor, path: path)
            guard fsync(descriptor) == 0 else {
                throw Failure(.inputOutput, "cannot sync \(path) to its disk: \(reason(errno))")
            }
        } catch {
            close(descriptor)
            unlink(temporary)
            throw error
        }
        guard close(descriptor) == 0 else {
            let code = errno
            unlink(temporary)
            throw Failure(.inputOutput, "cannot finish writing \(path): \(reason(code))")
        }
        guard rename(temporary, path) == 0 else {
            let code = errno
            unlink(temporary)
            throw Failure(.cannotWrite, "cannot rename \(temporary) to \(path): \(reason(code))")
        }
        syncFolder(of: path)
    }

    /// Writes `text` as UTF-8; see `write(_:to:)`.
    public static func write(_ text: String, to path: String) throws {
        var text = text
        try text.withUTF8 { try write(UnsafeRawBufferPointer($0), to: path) }
    }

    /// Writes `data`; see `write(_:to:)`.
    public static func write(_ data: Data, to path: String) throws {
        try data.withUnsafeBytes { try write($0, to: path) }
    }

    /// Creates the folder `path`, and those above it unless they are to be there; one that is there already is fine.
    ///
    /// - Throws: `Failure` with `.cannotWrite`.
    public static func createFolder(_ path: String, withParents: Bool = true) throws {
        // Not FileManager's: on Linux its error does not say why.
        var code = makeFolder(path)
        let parent = (path as NSString).deletingLastPathComponent
        if withParents && code == ENOENT && !parent.isEmpty && parent != path {
            try createFolder(parent)
            code = makeFolder(path)
        }
        guard code == 0 else {
            throw Failure(.cannotWrite, "cannot create the folder \(path): \(reason(code))")
        }
    }

    /// Creates one folder; 0 when it is there afterwards, else the error's number.
    private static func makeFolder(_ path: String) -> Int32 {
        if mkdir(path, 0o755) == 0 { return 0 }
        let code = errno
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR ? 0 : code
    }

    private static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String) throws {
        var written = 0
        while written < bytes.count {
            let count = Foundation.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                throw Failure(.inputOutput, "cannot write \(path): \(reason(errno))")
            }
            written += count
        }
    }

    /// Makes a rename durable; some file systems refuse to sync a folder, which changes nothing for the file.
    private static func syncFolder(of path: String) {
        let folder = (path as NSString).deletingLastPathComponent
        let descriptor = open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}
