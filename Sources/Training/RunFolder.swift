import Foundation
import Kernels
import MPI
import Storage

/// Where a run is written: `config.json`, `metrics.jsonl`, `model.safetensors`. Used by the first rank alone.
public final class RunFolder {
    public let path: String
    private let metrics: FileHandle

    public var modelPath: String { path + "/model.safetensors" }

    public var checkpoints: CheckpointFolder { CheckpointFolder(path + "/checkpoints") }

    /// Starts a run in a new folder, or in one that holds no run yet.
    ///
    /// - Throws: `.cannotWrite`, also when the folder holds a run already, or another process writes one there.
    public static func create(_ path: String) throws -> RunFolder {
        try AtomicFile.createFolder(path)
        let folder = try RunFolder(path)
        guard access(path + "/config.json", F_OK) != 0 else {
            throw Failure(
                .cannotWrite, "cannot start a run in \(path): it holds a run already (--resume goes on with it)")
        }
        // What a process left that ended before it had begun.
        ftruncate(folder.metrics.fileDescriptor, 0)
        return folder
    }

    /// Opens the folder of a run that was begun, to go on with it.
    ///
    /// - Throws: `.missingInput` when it holds none, `.cannotWrite` when another process writes it.
    public static func open(_ path: String) throws -> RunFolder {
        guard access(path + "/config.json", F_OK) == 0 else {
            throw Failure(.missingInput, "there is no run to resume in \(path): expected its config.json")
        }
        let folder = try RunFolder(path)
        try folder.removeBrokenLine()
        return folder
    }

    /// Opens `metrics.jsonl`, and holds its lock until the process ends.
    private init(_ path: String) throws {
        self.path = path
        let metricsPath = path + "/metrics.jsonl"
        let descriptor = Foundation.open(metricsPath, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw Failure(.cannotWrite, "cannot write \(metricsPath): \(String(cString: strerror(errno)))")
        }
        metrics = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        // A file system without locks is no reason to refuse.
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK {
            throw Failure(.cannotWrite, "another process is writing the run in \(path)")
        }
    }

    /// Cuts off what was written of a line when the process was killed.
    private func removeBrokenLine() throws {
        let data = try InputFile.read(metricsPath)
        let end = data.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        if end < data.count { ftruncate(metrics.fileDescriptor, off_t(end)) }
    }

    private var metricsPath: String { path + "/metrics.jsonl" }

    /// The options that the run was begun with.
    ///
    /// - Throws: `.badData` when `config.json` is not as this program writes it.
    public func record() throws -> Record {
        let bytes = try InputFile.read(path + "/config.json")
        do {
            return try JSONDecoder().decode(Record.self, from: Data(bytes))
        } catch {
            throw Failure(.badData, "\(path)/config.json: expected a run's options: \(error)")
        }
    }

    /// Appends one event to `metrics.jsonl`.
    public func record(_ event: Event) throws {
        let line = Data((try event.json() + "\n").utf8)
        do {
            try metrics.write(contentsOf: line)
        } catch {
            throw Failure(.inputOutput, "cannot write \(path)/metrics.jsonl: \(String(cString: strerror(errno)))")
        }
    }

    /// What `config.json` holds: the options as resolved, and where the run runs.
    public struct Record: Codable {
        public var version: String
        public var options: Configuration
        public var hosts: [String]
        public var ranks: Int
        public var threadsPerRank: Int
        public var workers: Int
        public var cpu: String
        public var mpi: String
        public var blas: String
        public var blasCore: String
        public var started: String
        /// Of the samples: a run goes on only with the same.
        public var dataChecksum: String

        enum CodingKeys: String, CodingKey {
            case version, options, hosts, ranks, workers, cpu, mpi, blas, started
            case threadsPerRank = "threads_per_rank"
            case blasCore = "blas_core"
            case dataChecksum = "data_checksum"
        }
    }

    /// Writes `config.json`.
    public func write(
        _ configuration: Configuration, processes: Processes, team: Team, dataset: NodeDataset
    ) throws {
        let record = Record(
            version: frontpropVersion, options: configuration, hosts: processes.hosts, ranks: processes.world.size,
            threadsPerRank: team.threads, workers: team.totalWorkers, cpu: Cores.processorName,
            mpi: Environment.libraryVersion, blas: OpenBLAS.configuration, blasCore: OpenBLAS.coreName,
            started: ISO8601DateFormatter().string(from: Date()), dataChecksum: dataset.checksumText)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try AtomicFile.write(try encoder.encode(record) + Data("\n".utf8), to: path + "/config.json")
    }
}

/// The program's version.
public let frontpropVersion = "0.1.0"
