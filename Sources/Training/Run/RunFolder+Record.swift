import Cluster
import Foundation
import Kernels
import MPI
import Storage

extension RunFolder {
    /// What `config.json` holds: the options as resolved, and where the run runs.
    ///
    /// Anyone may have edited it since: options are checked on reading as the command line is.
    public struct Record: Codable, Sendable {
        /// The format of what this program writes; the number goes up when an older program would misread it.
        public static let currentFormat = 1

        /// nil in the first records, which had none.
        public var format: Int?
        public var version: String
        /// What the run is computed with: see `Numerics`. nil in the first records, which are of 1.
        public var numerics: Int?
        public var options: Configuration
        public var hosts: [String]
        public var ranks: Int
        public var threadsPerRank: Int
        public var workers: Int
        public var cpu: String
        public var mpi: String
        /// nil in records from before the kernels were all our own.
        public var instructionSet: String?
        public var started: String
        /// Of the samples: a run goes on only with the same.
        public var dataChecksum: String

        enum CodingKeys: String, CodingKey {
            case format, version, numerics, options, hosts, ranks, workers, cpu, mpi, started
            case threadsPerRank = "threads_per_rank"
            case instructionSet = "instruction_set"
            case dataChecksum = "data_checksum"
        }

        /// The record of the run in the folder `path`, of this format or an older one.
        ///
        /// - Throws: `.missingInput` where there is none, `.badData` naming what does not fit.
        public static func read(_ path: String) throws -> Record {
            let file = path + "/config.json"
            return try parse(try InputFile.read(file), name: file)
        }

        /// A record held in memory; `name` stands for it in messages. As `read`.
        public static func parse(_ bytes: [UInt8], name: String) throws -> Record {
            // First of all: of what a newer program wrote nothing else can be relied on.
            struct Version: Decodable { var format: Int? }
            let format = try JSONText.decode(Version.self, from: bytes, name: name).format ?? 0
            guard (0...currentFormat).contains(format) else {
                throw Failure(
                    .badData,
                    "\(name): expected format \(currentFormat) or an older one, found format \(format), which this "
                        + "program does not know")
            }
            let record = try JSONText.decode(Record.self, from: bytes, name: name)
            if let fault = record.options.fault { throw Failure(.badData, "\(name): \(fault)") }
            return record
        }
    }

    /// The record of the run, to go on with it.
    ///
    /// - Throws: as `Record.read`; `.badData` also for an older format, or other numerics.
    public func record() throws -> Record {
        let record = try Record.read(path)
        guard record.format == Record.currentFormat else {
            throw Failure(
                .badData,
                "\(path)/config.json: expected format \(Record.currentFormat), found format \(record.format ?? 0), of "
                    + "an older program: the run can be evaluated, predicted with and reported, but it cannot go on")
        }
        try record.requireOwnNumerics(path)
        return record
    }

    /// Writes `config.json`.
    public func write(
        _ configuration: Configuration, processes: Processes, team: Team, dataset: NodeDataset
    ) throws {
        try requireInPlace()
        let record = Record(
            format: Record.currentFormat, version: frontpropVersion, numerics: Numerics.version, options: configuration,
            hosts: processes.hosts, ranks: processes.world.size, threadsPerRank: team.threads,
            workers: team.totalWorkers,
            cpu: Cores.processorName, mpi: Environment.libraryVersion, instructionSet: InstructionSet.current.rawValue,
            started: Date().formatted(.iso8601),
            dataChecksum: dataset.checksumText)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try AtomicFile.write(try encoder.encode(record) + Data("\n".utf8), to: path + "/config.json")
        isBegun = true
    }
}
