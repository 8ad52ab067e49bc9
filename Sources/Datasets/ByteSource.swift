import Foundation
import Resources
import Storage

/// Bytes that are read once, from the first to the last.
protocol ByteSource {
    /// How many bytes the source can still give at most; exact for a plain file, deflate's limit for a compressed one.
    var maximumRemaining: Int { get }

    /// Whether `maximumRemaining` is exact, so that a declared size can be compared with it before anything is read.
    static var knowsItsSize: Bool { get }

    /// Fills `buffer` from its start with the next bytes; fewer than it holds only where the source ends.
    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int
}

/// Bytes in memory.
struct MemorySource: ByteSource {
    private var bytes: Slice<UnsafeRawBufferPointer>

    static var knowsItsSize: Bool { true }
    var maximumRemaining: Int { bytes.count }

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes[...]
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let next = bytes.prefix(buffer.count)
        buffer.copyBytes(from: next)
        bytes.removeFirst(next.count)
        return next.count
    }
}

/// A regular file, read straight into where its bytes are wanted.
final class FileSource: ByteSource {
    let name: String
    fileprivate let descriptor: Int32
    /// The file's size.
    let byteCount: Int
    private(set) var maximumRemaining: Int

    static var knowsItsSize: Bool { true }

    /// Pipes and devices are refused, not waited for; so is a file (a sparse one) larger than this machine's memory.
    ///
    /// - Throws: `Failure`: `.missingInput` when nothing is there, `.badData` when it is not a regular file or too
    ///   large, `.inputOutput` when it cannot be opened.
    init(path: String) throws {
        name = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { throw Failure(.missingInput, "there is no file \(path)") }
            throw Failure(.inputOutput, "cannot open \(path)", errno: errno)
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw Failure(.badData, "\(path): expected a file, found a folder, a pipe or a device")
        }
        byteCount = Int(status.st_size)
        maximumRemaining = byteCount
        guard maximumRemaining <= ProcessInfo.processInfo.physicalMemory else {
            throw Failure(.badData, "\(path): its \(maximumRemaining) bytes are more than the memory of this machine")
        }
    }

    deinit {
        close(descriptor)
    }

    /// The file's first bytes, `count` or as many as it has; what is read next stays the same.
    func start(_ count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialised in
            let found = pread(descriptor, buffer.baseAddress!, count, 0)
            guard found >= 0 else { throw failure(errno) }
            initialised = found
        }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        var filled = 0
        let wanted = min(buffer.count, maximumRemaining)
        while filled < wanted {
            let count = Foundation.read(descriptor, buffer.baseAddress! + filled, wanted - filled)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure(errno) }
            guard count > 0 else { throw Failure(.badData, "\(name) became shorter while it was read") }
            filled += count
        }
        maximumRemaining -= filled
        return filled
    }

    fileprivate func failure(_ code: Int32) -> Failure {
        Failure(.inputOutput, "cannot read \(name)", errno: code)
    }
}

extension FileSource: PlacedBytes {
    func read(into buffer: UnsafeMutableRawBufferPointer, at place: Int) throws {
        var filled = 0
        while filled < buffer.count {
            let count = pread(descriptor, buffer.baseAddress! + filled, buffer.count - filled, off_t(place + filled))
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure(errno) }
            guard count > 0 else { throw Failure(.badData, "\(name) became shorter while it was read") }
            filled += count
        }
    }
}

/// - Throws: `.internalError` where this process cannot have `count` bytes more.
func requireRoom(_ count: Int, name: String) throws {
    if let shortage = Memory.shortage(of: count) {
        throw Failure(.internalError, "\(name): there is no memory for its \(count) bytes: \(shortage)")
    }
}

extension Array where Element: BitwiseCopyable {
    /// The next `count` elements of a source that knows its size, or as many as it has.
    ///
    /// - Throws: also `.internalError` where there is no memory; an array would end the program.
    init<Source: ByteSource>(_ count: Int, from source: inout Source, name: String) throws {
        let size = MemoryLayout<Element>.stride
        let count = Swift.min(count, source.maximumRemaining / size)
        try requireRoom(count * size, name: name)
        self = try [Element](unsafeUninitializedCapacity: count) { buffer, initialised in
            initialised = try source.read(into: UnsafeMutableRawBufferPointer(buffer)) / size
        }
    }
}
