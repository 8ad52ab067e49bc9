import Foundation
import Storage

/// A training run's folder, as its files say.
public struct RunRecord: Sendable {
    /// `config.json`, as far as the report shows it.
    public struct Configuration: Codable, Sendable {
        public var version: String?
        public var hosts: [String]?
        public var ranks: Int?
        public var threadsPerRank: Int?
        public var workers: Int?
        public var cpu: String?
        public var mpi: String?
        public var blas: String?
        public var blasCore: String?
        public var started: String?
        public var options: [String: JSONValue]?
    }

    /// One line of `metrics.jsonl`, of any kind.
    public struct Entry: Codable, Sendable {
        public var event: String
        public var epoch: Int?
        public var trainSeconds: Double?
        public var samples: Int?
        public var slices: Int?
        public var parameters: Int?
        public var model: String?
        public var data: String?
        public var batchLoss: Double?
        public var trainLoss: Double?
        public var testLoss: Double?
        public var trainAccuracy: Double?
        public var testAccuracy: Double?
        public var phases: Phases?
        /// By rank in an epoch; in the event `start` their number, which is not read.
        public var ranks: JSONValue?
        public var weightsSha256: String?
        // Of a genetic search's rounds.
        public var round: Int?
        public var bestLoss: Double?
        public var meanLoss: Double?
        public var evaluations: Int?

        /// The epoch's time by rank; empty where it was not recorded.
        public var rankPhases: [RankPhases] {
            guard case .array(let ranks)? = ranks else { return [] }
            return ranks.compactMap { rank in
                guard case .object(let fields) = rank, case .number(let number)? = fields["rank"] else { return nil }
                let seconds = ["compute", "wait", "reduce", "update"].map { fields[$0]?.number ?? 0 }
                let phases = Phases(compute: seconds[0], wait: seconds[1], reduce: seconds[2], update: seconds[3])
                return RankPhases(rank: Int(number), host: fields["host"]?.description ?? "", phases: phases)
            }
        }
    }

    public var path: String
    public var configuration: Configuration
    public var entries: [Entry]
    public var unreadable: Int

    public var name: String { URL(fileURLWithPath: path).lastPathComponent }
    /// A resumed run may have done an epoch twice; its later line counts.
    public var epochs: [Entry] {
        let epochs = entries.filter { $0.event == "epoch" && $0.epoch != nil }
        return Dictionary(epochs.map { ($0.epoch!, $0) }) { $1 }.values.sorted { $0.epoch! < $1.epoch! }
    }
    public var rounds: [Entry] { entries.filter { $0.event == "round" } }
    public var start: Entry? { entries.first { $0.event == "start" } }
    /// nil of a run that has not ended.
    public var end: Entry? { entries.last { $0.event == "end" } }

    /// Whether the folder `path` holds a run.
    public static func isRun(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: path + "/metrics.jsonl")
    }

    /// - Throws: `Failure` as `InputFile.read`; `.badData` where `config.json` is no JSON object.
    public static func read(_ path: String) throws -> RunRecord {
        let (entries, unreadable) = try JSONLines.read(path + "/metrics.jsonl", as: Entry.self)
        let file = path + "/config.json"
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            let configuration = try decoder.decode(Configuration.self, from: Data(try InputFile.read(file)))
            return RunRecord(path: path, configuration: configuration, entries: entries, unreadable: unreadable)
        } catch let error as DecodingError {
            throw Failure(.badData, "\(file): expected a run's configuration as JSON: \(error)")
        }
    }
}

/// Any JSON value.
public enum JSONValue: Codable, Sendable, CustomStringConvertible {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }

    var number: Double? { if case .number(let value) = self { value } else { nil } }

    public var description: String {
        switch self {
        case .null: "–"
        case .bool(let value): "\(value)"
        case .number(let value): value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
        case .string(let value): value
        case .array(let values): values.map(\.description).joined(separator: ", ")
        case .object(let fields):
            fields.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
        }
    }
}
