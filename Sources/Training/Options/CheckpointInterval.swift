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
