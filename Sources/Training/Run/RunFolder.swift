import Foundation
import Storage

/// Where a run is written: `config.json`, `metrics.jsonl`, `model.safetensors`, `checkpoints`. Used by the first rank alone.
///
/// Whoever holds one is the only one that writes there: its lock is on the folder itself, which no editor replaces, and
/// lasts as long as the object. Nothing is written to a folder that took its place meanwhile.
public final class RunFolder: @unchecked Sendable {
    public let path: String
    /// Of the folder, and of the lock where that is a file: they are open, and so locked, as long as this object is.
    private let descriptors: [Int32]
    /// `metrics.jsonl`, from the first event on.
    private var metrics: FileHandle?
    /// Whether `config.json` is written.
    var isBegun = false

    public var modelPath: String { path + "/model.safetensors" }

    public var checkpoints: CheckpointFolder { CheckpointFolder(path + "/checkpoints") }

    /// Starts a run in a new folder, or in one that holds nothing of a run.
    ///
    /// - Throws: `.cannotWrite`, also when the folder holds something of a run, or another process writes one there.
    public static func create(_ path: String) throws -> RunFolder {
        try AtomicFile.createFolder(path)
        let folder = try RunFolder(path)
        if let found = folder.contents.first {
            throw Failure(
                .cannotWrite,
                "cannot start a run in \(path): it holds a run already, \(found) (--resume goes on with it)")
        }
        return folder
    }

    /// Starts a run in a folder of its own, `parent/name`, or `parent/name-2` and so on where that is taken.
    ///
    /// - Throws: `.cannotWrite`.
    public static func createNew(in parent: String, name: String) throws -> RunFolder {
        // Room for a number, within the 255 bytes of a file's name.
        let name = String(name.prefix(200))
        try AtomicFile.createFolder(parent)
        for number in 1... {
            let path = "\(parent)/\(name)" + (number == 1 ? "" : "-\(number)")
            if mkdir(path, 0o755) == 0 { return try create(path) }
            guard errno == EEXIST else {
                throw Failure(.cannotWrite, "cannot create the folder \(path)", errno: errno)
            }
        }
        fatalError("no end of numbers")
    }

    /// Opens the folder of a run that was begun, to go on with it; it is as it was until the first event.
    ///
    /// - Throws: `.missingInput` when it holds none, `.cannotWrite` when it cannot be written or another process
    ///   writes it.
    public static func open(_ path: String) throws -> RunFolder {
        guard access(path + "/config.json", F_OK) == 0 else {
            throw Failure(.missingInput, "there is no run to resume in \(path): expected its config.json")
        }
        guard access(path, W_OK) == 0 else {
            throw Failure(
                .cannotWrite, "cannot go on with the run in \(path)", errno: errno)
        }
        return try RunFolder(path)
    }

    /// Takes the run's lock.
    private init(_ path: String) throws {
        self.path = path
        descriptors = try Self.lock(path)
    }

    /// Opens and locks the folder `path`. - Returns: the descriptors that hold the lock, the folder's first.
    private static func lock(_ path: String) throws -> [Int32] {
        let folder = Foundation.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else {
            throw Failure(.cannotWrite, "cannot open the folder \(path)", errno: errno)
        }
        if flock(folder, LOCK_EX | LOCK_NB) == 0 { return [folder] }
        if errno != EWOULDBLOCK {
            // NFS locks files alone, and those over all its hosts. Without any locks there is no reason to refuse.
            let file = Foundation.open(path + "/.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
            guard file >= 0 else { return [folder] }
            guard flock(file, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK else { return [folder, file] }
            close(file)
        }
        close(folder)
        throw Failure(.cannotWrite, "another process is writing the run in \(path)")
    }

    deinit { descriptors.forEach { close($0) } }

    /// What the folder holds of a run, whole or not.
    private var contents: [String] {
        let files = ["config.json", "metrics.jsonl", "model.safetensors"].filter { name in
            var status = stat()
            return lstat("\(path)/\(name)", &status) == 0
        }
        let checkpoints = (try? Folder.names(in: checkpoints.path)) ?? []
        return files + checkpoints.map { "checkpoints/\($0)" }
    }

    /// - Throws: `.cannotWrite` when the folder is not where it was, or holds the begun run no more: what is written now
    ///   would be lost, or another's.
    func requireInPlace() throws {
        guard Self.isSame(descriptors[0], path), !isBegun || access(path + "/config.json", F_OK) == 0 else {
            throw Failure(.cannotWrite, "the run's folder \(path) was removed or replaced; nothing more is saved there")
        }
    }

    /// Whether what is open as `descriptor` is what stands at `path`.
    private static func isSame(_ descriptor: Int32, _ path: String) -> Bool {
        var (held, found) = (stat(), stat())
        return fstat(descriptor, &held) == 0 && stat(path, &found) == 0 && held.st_dev == found.st_dev
            && held.st_ino == found.st_ino
    }

    // MARK: Events

    /// Appends one event to `metrics.jsonl`.
    ///
    /// - Throws: `.cannotWrite` or `.inputOutput`.
    public func record(_ event: Event) throws {
        try requireInPlace()
        let line = Data((try event.json() + "\n").utf8)
        do {
            try Files.append(line, to: try openMetrics().fileDescriptor, path: metricsPath)
        } catch {
            // Who opens it next, for another event or to resume, cuts off what was written of the line.
            metrics = nil
            throw error
        }
    }

    private var metricsPath: String { path + "/metrics.jsonl" }

    /// The file that is called `metrics.jsonl` now: an editor may have put another in the place of the one before.
    private func openMetrics() throws -> FileHandle {
        if let metrics, Self.isSame(metrics.fileDescriptor, metricsPath) { return metrics }
        // O_NONBLOCK: a pipe that nobody reads must not be waited for.
        let flags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK
        let descriptor = Foundation.open(metricsPath, flags, 0o644)
        guard descriptor >= 0 else {
            throw Failure(.cannotWrite, "cannot write \(metricsPath)", errno: errno)
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw Failure(.cannotWrite, "cannot write \(metricsPath): expected a file, found something else")
        }
        try endLastLine(of: file)
        metrics = file
        return file
    }

    /// Cuts off what was written of a line when the process was killed; a whole line gets the end that an editor took.
    private func endLastLine(of file: FileHandle) throws {
        let data = try InputFile.read(metricsPath)
        let end = data.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        guard end < data.count else { return }
        if (try? JSONSerialization.jsonObject(with: Data(data[end...]))) != nil {
            try Files.append(Data("\n".utf8), to: file.fileDescriptor, path: metricsPath)
        } else {
            ftruncate(file.fileDescriptor, off_t(end))
        }
    }
}
