import Networks

/// A part of a run, of so many epochs or so many steps.
public enum EpochsOrSteps: Sendable, Equatable, TextCoded {
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

    /// All in steps, where an epoch has so many.
    func steps(inEpoch: Int) -> Int {
        switch self {
        case .epochs(let count): count * inEpoch
        case .steps(let count): count
        }
    }

    public var description: String {
        switch self {
        case .epochs(let count): "\(count)"
        case .steps(let count): "\(count)steps"
        }
    }

    public static func refusal(of text: String) -> String {
        "'\(text)' is neither a number of epochs, as 3, nor of steps, as 500steps"
    }
}
