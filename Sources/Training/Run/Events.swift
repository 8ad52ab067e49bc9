import Datasets
import Foundation
import Networks

/// What happened in a run; one JSON object per event, in `metrics.jsonl` and on standard output with `--json`.
public enum Event: Sendable {
    case start(StartEvent)
    case resume(ResumeEvent)
    case epoch(EpochEvent)
    case round(RoundEvent)
    case checkpoint(CheckpointEvent)
    case end(EndEvent)

    /// One line of JSON, without its newline.
    ///
    /// - Throws: when a number is not finite, which JSON cannot say.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        let data =
            switch self {
            case .start(let event): try encoder.encode(event)
            case .resume(let event): try encoder.encode(event)
            case .epoch(let event): try encoder.encode(event)
            case .round(let event): try encoder.encode(event)
            case .checkpoint(let event): try encoder.encode(event)
            case .end(let event): try encoder.encode(event)
            }
        return String(decoding: data, as: UTF8.self)
    }
}

/// A run begins. Beside what is here the event has all the run's options, by the names of `config.json`, in snake case.
public struct StartEvent: Sendable, Encodable {
    public var event = "start"
    /// As resolved.
    public var options: Configuration
    /// The samples, as they name themselves.
    public var data: String
    /// What the network makes of a table's columns; for people, and in the model.
    public var columns: TableColumns?
    public var samples: Int
    public var ranks: Int
    public var workers: Int
    public var slices: Int
    public var parameters: Int
    /// The workers that have no slice to compute.
    public var idleWorkers: Int
    /// The gradient's operations by those of backpropagation, where they are many more.
    public var timesBackprop: Double?
    /// See `Numerics`.
    public var numerics = Numerics.version

    enum CodingKeys: String, CodingKey {
        case event, data, samples, ranks, workers, slices, parameters, idleWorkers, timesBackprop, numerics
    }

    public func encode(to encoder: any Encoder) throws {
        try options.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(event, forKey: .event)
        try container.encode(data, forKey: .data)
        try container.encode(numerics, forKey: .numerics)
        try container.encodeIfPresent(timesBackprop, forKey: .timesBackprop)
        let counts: [(CodingKeys, Int)] = [
            (.samples, samples), (.ranks, ranks), (.workers, workers), (.slices, slices), (.parameters, parameters),
            (.idleWorkers, idleWorkers),
        ]
        for (key, count) in counts { try container.encode(count, forKey: key) }
    }
}

/// Seconds by what they went into, each the slowest worker's.
public struct PhaseSeconds: Sendable, Codable, Equatable {
    public var compute: Double
    public var wait: Double
    public var reduce: Double
    public var update: Double
}

/// One rank's seconds of an epoch, each the mean over its workers.
public struct RankSeconds: Sendable, Codable, Equatable {
    public var rank: Int
    public var host: String
    public var compute: Double
    public var wait: Double
    public var reduce: Double
    public var update: Double
}

/// A run goes on from a checkpoint; events of later epochs that stand above it do not count.
public struct ResumeEvent: Sendable, Codable {
    public var event = "resume"
    /// The epoch under way, and its steps that are done.
    public var epoch: Int
    public var step: Int
    public var ranks: Int
    public var workers: Int
    public var hosts: [String]
}

/// A checkpoint is on disk: the state before step `step` (from 0) of `epoch`.
public struct CheckpointEvent: Sendable, Codable {
    public var event = "checkpoint"
    public var epoch: Int
    public var step: Int
    /// What writing took, beside the training.
    public var seconds: Double
    public var path: String
}

/// An epoch is over.
public struct EpochEvent: Sendable, Encodable, Scored {
    public var event = "epoch"
    public var epoch: Int
    /// The training pass alone, on the slowest rank.
    public var trainSeconds: Double
    public var samples: Int
    /// Of the epoch's last step, where steps are of minibatches.
    public var learningRate: Double?
    /// Mean of the minibatches' losses, each before its step.
    public var batchLoss: Double
    /// Measured on the whole sets after the epoch.
    public var scores: SetScores
    public var phases: PhaseSeconds
    public var ranks: [RankSeconds]
    /// Of a step of the whole set: λ, where it has one, steps that were tried, and the largest magnitude of the gradient behind
    /// it.
    public var damping: Double?
    public var tries: Int?
    public var gradientNorm: Double?

    public var trainLoss: Double { scores[.train]?.loss ?? .nan }

    private static let fields: [RecordField<EpochEvent>] = [
        RecordField("event", \.event), RecordField("epoch", \.epoch), RecordField("train_seconds", \.trainSeconds),
        RecordField("samples", \.samples), RecordField("learning_rate", \.learningRate),
        RecordField("batch_loss", \.batchLoss), RecordField("phases", \.phases), RecordField("ranks", \.ranks),
        RecordField("damping", \.damping), RecordField("tries", \.tries), RecordField("gradient_norm", \.gradientNorm),
    ]

    public func encode(to encoder: any Encoder) throws {
        try Self.fields.write(self, to: encoder)
        try scores.encode(to: encoder)
    }
}

/// A run is over.
public struct EndEvent: Sendable, Encodable, Scored {
    public var event = "end"
    public var epochs: Int
    public var trainSeconds: Double
    /// In full, of the weights that the run ends with; on the first rank.
    public var scores = SetScores()
    /// Of a run with patience: the epoch whose weights it ends with.
    public var bestEpoch: Int?
    /// SHA-256 of the final parameters.
    public var weightsSHA256: String
    /// Why the run, which ended as it should, may not have learned what it could; nil where nothing speaks for that.
    public var warning: String?
    /// Of a genetic search: its rounds, and the networks it measured on a minibatch.
    public var rounds: Int?
    public var evaluations: Int?
    /// Of the weights and all figures: see `Numerics`.
    public var numerics = Numerics.version
    /// The digest of what the run's folder records, so that an edited record is known: see `RunFigures`.
    public var recordSHA256: String?

    private static let fields: [RecordField<EndEvent>] = [
        RecordField("event", \.event), RecordField("epochs", \.epochs), RecordField("train_seconds", \.trainSeconds),
        RecordField("best_epoch", \.bestEpoch), RecordField("weights_sha256", \.weightsSHA256),
        RecordField("warning", \.warning), RecordField("rounds", \.rounds),
        RecordField("evaluations", \.evaluations), RecordField("numerics", \.numerics),
        RecordField("record_sha256", \.recordSHA256),
    ]

    public func encode(to encoder: any Encoder) throws {
        try Self.fields.write(self, to: encoder)
        try scores.encode(to: encoder)
    }
}

/// How far a run is, after a step of an epoch or a round of a search.
public struct RunProgress: Sendable {
    /// What a run has so many of.
    public enum Turn: String, Sendable {
        case epoch, round

        /// What is done in one, and so many a second.
        public var work: String { self == .epoch ? "samples" : "rounds" }
    }

    public var turn: Turn
    /// The turn under way, from 1, and how many there will be.
    public var number: Int
    public var count: Int
    /// Of the turn's work: an epoch's samples; a round is done as a whole.
    public var done: Int
    public var of: Int
    /// The mean of the epoch's minibatches so far; of a round the best individual's.
    public var loss: Double
    /// Since this turn began.
    public var seconds: Double

    /// How much of the run is done, from 0 to 1.
    public var share: Double {
        (Double(number - 1) + Double(done) / Double(max(1, of))) / Double(max(1, count))
    }
}
