import Foundation
import Storage

/// What a run came to, as its folder says: the figures of every epoch (of a search: of every round), and the weights' hash.
public struct RunFigures: Sendable {
    /// By name; times, and what tells where the run ran, are not among them.
    public typealias Figures = [String: JSONValue]

    /// What is counted: `epoch` or `round`.
    public let unit: String
    /// By number, from 1. What was run again after a resume counts as it was last.
    public let turns: [Int: Figures]
    /// nil where the run has not ended.
    public let hash: String?
    /// The digest that was recorded with the end; nil where none was.
    let recordedSeal: String?
    /// The digest of what `config.json` and `metrics.jsonl` say now.
    let seal: String

    private static let unlike: Set = ["event", "train_seconds", "phases", "ranks", "epoch", "round"]

    /// The figures of an event's JSON object.
    static func figures(_ object: Figures) -> Figures {
        object.filter { !unlike.contains($0.key) && $0.value != .null }
    }

    /// - Throws: what `InputFile.read` throws; `.badData` where `config.json` is no JSON object.
    public init(folder: String) throws {
        let lines = try InputFile.read(folder + "/metrics.jsonl").split(separator: UInt8(ascii: "\n"))
        var turns: [Int: Figures] = [:]
        var unit = "epoch"
        var (hash, recordedSeal): (String?, String?) = (nil, nil)
        for line in lines {
            guard case .object(let event)? = JSONValue(Array(line)), case .string(let kind)? = event["event"] else {
                continue
            }
            if kind == "epoch" || kind == "round", case .number(let number)? = event[kind],
                let index = Int(exactly: number)
            {
                unit = kind
                turns[index] = Self.figures(event)
            }
            if kind == "end" {
                hash = event["weights_sha256"]?.text
                recordedSeal = event["record_sha256"]?.text
            }
        }
        (self.unit, self.turns, self.hash, self.recordedSeal) = (unit, turns, hash, recordedSeal)
        guard case .object(let config)? = JSONValue(try InputFile.read(folder + "/config.json")) else {
            throw Failure(.badData, "\(folder)/config.json: expected a JSON object")
        }
        seal = Self.seal(config: config, turns: turns)
    }

    /// SHA-256 over all that decides what a run comes to, and all figures. The data's path is not of it, for data may be
    /// moved: their checksum is. The same of every program that writes one: `RunFolder.Record.currentFormat` goes up with a
    /// change here.
    private static func seal(config: Figures, turns: [Int: Figures]) -> String {
        var options = config["options"] ?? .null
        if case .object(var members) = options {
            members["data"] = nil
            options = .object(members)
        }
        let all: Figures = [
            "numerics": config["numerics"] ?? .null, "data": config["data_checksum"] ?? .null, "options": options,
            "turns": .array(turns.sorted { $0.key < $1.key }.map { .object($0.value) }),
        ]
        return Array(JSONValue.object(all).canonical.utf8).withUnsafeBytes { SHA256Digest.hex(of: $0) }
    }
}

extension RunFolder {
    /// The digest of what the folder records up to now, for the run's end.
    public func seal() throws -> String { try RunFigures(folder: path).seal }
}

extension JSONValue {
    var text: String? { if case .string(let text) = self { text } else { nil } }

    /// The same text for the same value: members by name, numbers by the fewest digits that tell them apart.
    var canonical: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .number(let value): "\(value)"
        case .string(let value): "\(value.debugDescription)"
        case .array(let values): "[\(values.map(\.canonical).joined(separator: ","))]"
        case .object(let members):
            "{"
                + members.sorted { $0.key < $1.key }.map { "\($0.key.debugDescription):\($0.value.canonical)" }
                .joined(separator: ",") + "}"
        }
    }
}
