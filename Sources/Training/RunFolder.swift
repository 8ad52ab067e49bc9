import Foundation
import Kernels
import MPI
import Storage

/// Where a run is written: `config.json`, `metrics.jsonl`, `model.safetensors`. Used by the first rank alone.
public final class RunFolder {
    public let path: String
    private let metrics: FileHandle

    public var modelPath: String { path + "/model.safetensors" }

    /// Creates the folder and starts its metrics.
    ///
    /// - Throws: `.cannotWrite`, also when the folder holds a run already.
    public init(_ path: String) throws {
        self.path = path
        try AtomicFile.createFolder(path)
        let metricsPath = path + "/metrics.jsonl"
        let descriptor = open(metricsPath, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            let why = errno == EEXIST ? "it holds a run already" : String(cString: strerror(errno))
            throw Failure(.cannotWrite, "cannot start a run in \(path): \(why)")
        }
        metrics = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
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

        enum CodingKeys: String, CodingKey {
            case version, options, hosts, ranks, workers, cpu, mpi, blas, started
            case threadsPerRank = "threads_per_rank"
            case blasCore = "blas_core"
        }
    }

    /// Writes `config.json`.
    public func write(_ configuration: Configuration, processes: Processes, team: Team) throws {
        let record = Record(
            version: frontpropVersion, options: configuration, hosts: processes.hosts, ranks: processes.world.size,
            threadsPerRank: team.threads, workers: team.totalWorkers, cpu: Cores.processorName,
            mpi: Environment.libraryVersion, blas: OpenBLAS.configuration, blasCore: OpenBLAS.coreName,
            started: ISO8601DateFormatter().string(from: Date()))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try AtomicFile.write(try encoder.encode(record) + Data("\n".utf8), to: path + "/config.json")
    }
}

/// The program's version.
public let frontpropVersion = "0.1.0"
