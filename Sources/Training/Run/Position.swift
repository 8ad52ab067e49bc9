/// Where a run stands between two steps.
public struct Position: Sendable, Codable, Equatable {
    /// The epoch under way, from 1; one more than the last when all are done.
    public var epoch = 1
    /// Its minibatches that are done.
    public var step = 0
    /// Sum of their losses.
    public var batchLoss = 0.0
    /// Seconds of training, in this epoch and in all before it.
    public var epochSeconds = 0.0
    public var trainSeconds = 0.0

    public init() {}

    /// Counts a step that is done, with its minibatch's loss, `epochSeconds` into the epoch.
    mutating func add(loss: Double, epochSeconds: Double) {
        step += 1
        batchLoss += loss
        self.epochSeconds = epochSeconds
    }

    /// The place before the first step of the next epoch.
    var nextEpoch: Position {
        var next = Position()
        next.epoch = epoch + 1
        next.trainSeconds = trainSeconds
        return next
    }
}

/// How often a run is saved.
public enum CheckpointInterval: Sendable, Codable, Equatable, LosslessStringConvertible {
    case epochs(Int), steps(Int)

    /// `3` for epochs, `500steps` for steps; nil for anything else.
    public init?(_ text: String) {
        let isSteps = text.hasSuffix("steps")
        guard let count = Int(isSteps ? String(text.dropLast(5)) : text), count >= 1 else { return nil }
        self = isSteps ? .steps(count) : .epochs(count)
    }

    /// Of epochs or of steps.
    var count: Int {
        switch self {
        case .epochs(let count), .steps(let count): count
        }
    }

    public var description: String {
        switch self {
        case .epochs(let count): "\(count)"
        case .steps(let count): "\(count)steps"
        }
    }

    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let interval = CheckpointInterval(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "'\(text)' is no interval of checkpoints"))
        }
        self = interval
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
