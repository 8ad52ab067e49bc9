import Networks

/// How often a run is saved.
public enum CheckpointInterval: Sendable, Equatable, TextCoded {
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

    public static func refusal(of text: String) -> String { "'\(text)' is no interval of checkpoints" }
}
