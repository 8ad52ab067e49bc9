import Foundation
import SystemPackage

/// Files that are either there, whole, or as they were before.
///
/// A path that is a symbolic link stays one, and what it leads to is written. A pipe or a device is written through: it
/// cannot be as it was before, and it is never replaced by a file.
public enum AtomicFile {
    /// Writes `bytes` to `path`: to a temporary name in the same folder, synced, renamed, and the folder synced.
    ///
    /// - Throws: `Failure` with `.cannotWrite` when the file cannot be created or renamed, `.inputOutput` when
    ///   writing or syncing fails (a full disk); the temporary file is removed and `path` is as it was.
    /// - Complexity: O(bytes), plus two syncs.
    public static func write(_ bytes: UnsafeRawBufferPointer, to path: String) throws {
        switch try Destination(path) {
        case .open(let descriptor): try writeThrough(bytes, descriptor, path)
        case .special(let target): try writeThrough(bytes, try open(target, path), path)
        case .file(let target): try replace(target, with: bytes)
        }
    }

    /// Writes `text` as UTF-8; see `write(_:to:)`.
    public static func write(_ text: String, to path: String) throws {
        var text = text
        try text.withUTF8 { try write(UnsafeRawBufferPointer($0), to: path) }
    }

    /// Writes an array of bytes; see `write(_:to:)`.
    public static func write(_ bytes: [UInt8], to path: String) throws {
        try bytes.withUnsafeBytes { try write($0, to: path) }
    }

    /// Writes `data`; see `write(_:to:)`.
    public static func write(_ data: Data, to path: String) throws {
        try data.withUnsafeBytes { try write($0, to: path) }
    }

    /// Finds out whether `path` could be written now; changes nothing.
    ///
    /// - Throws: `Failure` with `.cannotWrite`.
    public static func check(_ path: String) throws {
        switch try Destination(path) {
        case .open: return
        case .special(let target):
            guard target.withPlatformString({ access($0, W_OK) }) == 0 else { throw cannotWrite(path, errno) }
        case .file(let target):
            guard Files.kind(of: target) != S_IFDIR else { throw cannotWrite(path, EISDIR) }
            let folder = Files.folder(of: target.string)
            guard access(folder, W_OK | X_OK) == 0 else { throw cannotWrite(path, errno) }
        }
    }

    /// Creates the folder `path`, and those above it unless they are to be there; one that is there already is fine.
    ///
    /// - Throws: `Failure` with `.cannotWrite`.
    public static func createFolder(_ path: String, withParents: Bool = true) throws {
        let folder = FilePath(path)
        var error = makeFolder(folder)
        let parent = folder.removingLastComponent()
        if withParents && error == .noSuchFileOrDirectory && !parent.isEmpty && parent != folder {
            try createFolder(parent.string)
            error = makeFolder(folder)
        }
        if let error { throw Failure(.cannotWrite, "cannot create the folder \(path)", errno: Errno.number(of: error)) }
    }

    /// Creates one folder; nil when it is there afterwards.
    private static func makeFolder(_ path: FilePath) -> Errno? {
        if path.withPlatformString({ mkdir($0, 0o755) }) == 0 { return nil }
        let error = Errno(rawValue: errno)
        return Files.kind(of: path) == S_IFDIR ? nil : error
    }

    // MARK: A file

    private static func replace(_ path: FilePath, with bytes: UnsafeRawBufferPointer) throws {
        let temporary = temporaryName(for: path)
        let descriptor: FileDescriptor
        do {
            descriptor = try .open(
                temporary, .writeOnly, options: [.create, .truncate, .closeOnExec],
                permissions: FilePermissions(rawValue: 0o644))
        } catch {
            throw Failure(.cannotWrite, "cannot create \(temporary)", errno: Errno.number(of: error))
        }
        // Who may read a file that is there already stays so.
        if let mode = Files.permissions(of: path) { fchmod(descriptor.rawValue, mode) }
        do {
            try fill(descriptor, with: bytes, path)
        } catch {
            unlink(temporary.string)
            throw error
        }
        guard rename(temporary.string, path.string) == 0 else {
            let error = Errno(rawValue: errno)
            unlink(temporary.string)
            throw Failure(.cannotWrite, "cannot rename \(temporary) to \(path)", errno: Errno.number(of: error))
        }
        syncFolder(of: path)
    }

    /// Writes, syncs and closes.
    private static func fill(_ descriptor: FileDescriptor, with bytes: UnsafeRawBufferPointer, _ path: FilePath) throws
    {
        do {
            try descriptor.writeWhole(bytes)
        } catch {
            try? descriptor.close()
            throw Failure(.inputOutput, "cannot write \(path)", errno: Errno.number(of: error))
        }
        guard fsync(descriptor.rawValue) == 0 else {
            let error = Errno(rawValue: errno)
            try? descriptor.close()
            throw Failure(.inputOutput, "cannot sync \(path) to its disk", errno: Errno.number(of: error))
        }
        do {
            try descriptor.close()
        } catch {
            throw Failure(.inputOutput, "cannot finish writing \(path)", errno: Errno.number(of: error))
        }
    }

    /// Beside `path`, also where its own name is as long as names may be.
    private static func temporaryName(for path: FilePath) -> FilePath {
        let suffix = ".part-\(getpid())"
        var name = path.lastComponent?.string ?? ""
        while name.utf8.count + suffix.utf8.count > Int(NAME_MAX) { name.removeLast() }
        return path.removingLastComponent().appending(name + suffix)
    }

    /// Makes a rename durable; some file systems refuse to sync a folder, which changes nothing for the file.
    private static func syncFolder(of path: FilePath) {
        guard
            let folder = try? FileDescriptor.open(
                FilePath(Files.folder(of: path.string)), .readOnly, options: [.directory, .closeOnExec])
        else { return }
        fsync(folder.rawValue)
        try? folder.close()
    }

    // MARK: What is no file

    /// Opens a pipe or a device; waits a minute for somebody to read a pipe.
    private static func open(_ special: FilePath, _ path: String) throws -> FileDescriptor {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            do {
                return try .open(special, .writeOnly, options: [.nonBlocking, .closeOnExec, .init(rawValue: O_NOCTTY)])
            } catch Errno.noSuchAddressOrDevice where ContinuousClock.now < deadline {
                usleep(20_000)
            } catch {
                throw cannotWrite(path, (error as? Errno ?? .ioError).rawValue)
            }
        }
    }

    private static func writeThrough(
        _ bytes: UnsafeRawBufferPointer, _ descriptor: FileDescriptor, _ path: String
    ) throws {
        defer { try? descriptor.close() }
        do {
            try descriptor.writeWhole(bytes)
        } catch {
            throw Failure(.inputOutput, "cannot write \(path)", errno: Errno.number(of: error))
        }
    }

    private static func cannotWrite(_ path: String, _ code: Int32) -> Failure {
        Failure(.cannotWrite, "cannot write \(path)", errno: code)
    }

    /// What a path leads to.
    private enum Destination {
        /// A file that is there or would be made, at the end of all links.
        case file(FilePath)
        /// A pipe or a device.
        case special(FilePath)
        /// A copy of a descriptor that is open, such as /dev/stdout.
        case open(FileDescriptor)

        init(_ text: String) throws {
            guard !text.isEmpty else { throw Failure(.cannotWrite, "cannot write a file whose path is empty") }
            var path = FilePath(text)
            // As many as the system follows.
            for _ in 0...40 {
                if let number = Self.descriptor(path), let copy = try? FileDescriptor(rawValue: number).duplicate() {
                    self = .open(copy)
                    return
                }
                guard let target = Self.link(path) else {
                    let kind = Files.kind(of: path)
                    self = kind == nil || kind == S_IFREG || kind == S_IFDIR ? .file(path) : .special(path)
                    return
                }
                path = path.removingLastComponent().pushing(target)
            }
            throw AtomicFile.cannotWrite(text, ELOOP)
        }

        /// What the symbolic link `path` holds; nil where it is none.
        private static func link(_ path: FilePath) -> FilePath? {
            var bytes = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
            let count = path.withPlatformString { readlink($0, &bytes, Int(PATH_MAX)) }
            return count > 0 ? FilePath(platformString: bytes) : nil
        }

        /// The number of the open descriptor that `path` is a name of.
        private static func descriptor(_ path: FilePath) -> Int32? {
            let folder = path.removingLastComponent()
            guard [FilePath("/proc/self/fd"), "/dev/fd", FilePath("/proc/\(getpid())/fd")].contains(folder) else {
                return nil
            }
            return path.lastComponent.flatMap { Int32($0.string) }
        }
    }
}
