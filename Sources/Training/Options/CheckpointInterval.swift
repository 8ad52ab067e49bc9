import Networks

/// How often a run is saved; by epochs and by seconds, its end is saved in any case.
public enum CheckpointInterval: Sendable, Equatable, TextCoded {
    /// After so many epochs, or steps.
    case turns(EpochsOrSteps)
    /// Between two steps, when so many seconds have passed since the run was last saved.
    case seconds(Int)

    /// `3` for epochs, `500steps` for steps, `60s` for seconds; nil for anything else.
    public init?(_ text: String) {
        if let turns = EpochsOrSteps(text) {
            self = .turns(turns)
        } else {
            guard text.hasSuffix("s"), let count = Int(text.dropLast()), count >= 1 else { return nil }
            self = .seconds(count)
        }
    }

    public var description: String {
        switch self {
        case .turns(let turns): turns.description
        case .seconds(let count): "\(count)s"
        }
    }

    public static func refusal(of text: String) -> String {
        "'\(text)' is neither a number of epochs, as 3, nor of steps, as 500steps, nor of seconds, as 60s"
    }

    /// Of epochs, steps or seconds.
    var count: Int {
        switch self {
        case .turns(let turns): turns.count
        case .seconds(let count): count
        }
    }

    /// Whether the run is to be saved after a step.
    ///
    /// - Parameters:
    ///   - epoch: that the step ends, of epochs from 1; nil where it ends none.
    ///   - step: of the run's, from 1.
    ///   - isLast: whether the step is the run's last.
    ///   - seconds: since the run was last saved.
    func isDue(epoch: Int?, step: Int, isLast: Bool, since seconds: Double) -> Bool {
        switch self {
        case .turns(.epochs(let count)): epoch.map { $0 % count == 0 } ?? false || isLast
        case .turns(.steps(let count)): step % count == 0
        case .seconds(let count): seconds >= Double(count) || isLast
        }
    }
}
