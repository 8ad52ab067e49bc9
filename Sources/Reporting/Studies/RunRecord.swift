import Foundation
import Storage

/// A training run's folder, as its files say.
public struct RunRecord: Sendable {
    /// `config.json`, as far as the report shows it.
    public struct Configuration: Codable, Sendable {
        public var version: String?
        public var numerics: Int?
        public var hosts: [String]?
        public var ranks: Int?
        public var threadsPerRank: Int?
        public var workers: Int?
        public var cpu: String?
        public var instructionSet: String?
        public var mpi: String?
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
        public var workers: Int?
        public var parameters: Int?
        public var model: String?
        public var data: String?
        public var optimizer: String?
        /// Of optimisers that try steps: how many the epoch has tried.
        public var tries: Int?
        public var batchLoss: Double?
        public var trainLoss: Double?
        public var validationLoss: Double?
        public var testLoss: Double?
        public var trainAccuracy: Double?
        public var validationAccuracy: Double?
        public var testAccuracy: Double?
        public var trainRmse: Double?
        public var validationRmse: Double?
        public var testRmse: Double?
        /// Of the end, where the run had patience: the epoch whose weights it ended with.
        public var bestEpoch: Int?
        public var phases: Phases?
        /// By rank in an epoch; in the event `start` their number.
        public var ranks: JSONValue?
        public var weightsSha256: String?
        /// Of the end: why the run may not have learned what it could.
        public var warning: String?
        // Of a genetic search's rounds.
        public var round: Int?
        public var bestLoss: Double?
        public var meanLoss: Double?
        public var evaluations: Int?

        /// The ranks that a run began on; nil of other events.
        public var rankCount: Int? {
            guard event == "start", case .number(let count)? = ranks else { return nil }
            return Int(exactly: count)
        }

        /// The epoch's time by rank; empty where it was not recorded.
        public var rankPhases: [RankPhases] {
            guard case .array(let ranks)? = ranks else { return [] }
            return ranks.compactMap { rank in
                guard case .object(let fields) = rank, let number = fields["rank"]?.number.flatMap(Int.init(exactly:))
                else { return nil }
                let seconds = ["compute", "wait", "reduce", "update"].map { fields[$0]?.number ?? 0 }
                let phases = Phases(compute: seconds[0], wait: seconds[1], reduce: seconds[2], update: seconds[3])
                return RankPhases(rank: number, host: fields["host"]?.description ?? "", phases: phases)
            }
        }
    }

    /// The line of an epoch.
    @dynamicMemberLookup
    public struct Epoch: Sendable {
        public var number: Int
        public var entry: Entry

        public subscript<Value>(dynamicMember member: KeyPath<Entry, Value>) -> Value { entry[keyPath: member] }
    }

    public let path: String
    public let configuration: Configuration
    public let entries: [Entry]
    /// In their order; a resumed run may have done one twice, and its later line counts.
    public let epochs: [Epoch]
    public let unreadable: Int
    /// What the end says, by the names of `metrics.jsonl`; empty of a run that has not ended.
    let endFields: [String: JSONValue]
    /// What its network answers on rows of a table; nil where nobody asked it.
    public var answers: RunAnswers?

    public var name: String { Files.name(of: path) }
    public var rounds: [Entry] { entries.filter { $0.event == "round" } }
    public var start: Entry? { entries.first { $0.event == "start" } }
    /// nil of a run that has not ended.
    public var end: Entry? { entries.last { $0.event == "end" } }

    /// Whether the folder `path` holds a run.
    public static func isRun(_ path: String) -> Bool {
        Files.exists(path + "/metrics.jsonl")
    }

    /// - Throws: `Failure` as `InputFile.read`; `.badData` where `config.json` is no JSON object.
    public static func read(_ path: String) throws -> RunRecord {
        try RunRecord(
            path: path, metrics: try InputFile.read(path + "/metrics.jsonl"),
            configuration: try InputFile.read(path + "/config.json"))
    }

    /// A record whose files are held in memory.
    init(path: String, metrics: [UInt8], configuration: [UInt8]) throws {
        self.path = path
        (entries, unreadable) = JSONLines.parse(metrics, as: Entry.self, where: \.isPlausible)
        endFields = entries.contains { $0.event == "end" } ? Self.endFields(metrics) : [:]
        let numbered = entries.compactMap { entry in
            entry.event == "epoch" ? entry.epoch.map { ($0, Epoch(number: $0, entry: entry)) } : nil
        }
        epochs = Dictionary(numbered) { $1 }.values.sorted { $0.number < $1.number }
        self.configuration = try JSONText.decode(
            Configuration.self, from: configuration, name: path + "/config.json", keys: .convertFromSnakeCase)
    }
}

extension RunRecord {
    /// The last end's.
    private static func endFields(_ metrics: [UInt8]) -> [String: JSONValue] {
        metrics.split(separator: UInt8(ascii: "\n")).reversed().lazy.compactMap { line in
            guard case .object(let fields)? = JSONValue(Array(line)), case .string("end")? = fields["event"] else {
                return nil
            }
            return fields
        }.first ?? [:]
    }
}

extension RunRecord.Entry {
    /// Whether a run can have written this. Losses may be any numbers; counts and times have limits.
    var isPlausible: Bool {
        let counts = [
            (epoch, 1), (round, 1), (samples, 0), (slices, 0), (workers, 0), (parameters, 0), (evaluations, 0),
            (bestEpoch, 1), (tries, 0),
        ]
        let seconds = [trainSeconds].compactMap { $0 } + (phases?.values ?? [])
        return counts.allSatisfy { count, least in count.map { (least...1 << 50).contains($0) } ?? true }
            && seconds.allSatisfy(Plausible.seconds.contains)
    }
}

/// What a record may say of a time: beyond it, it was not measured.
enum Plausible {
    static let seconds = 0.0...1e12
}

/// As a page shows it.
extension JSONValue: CustomStringConvertible {
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
