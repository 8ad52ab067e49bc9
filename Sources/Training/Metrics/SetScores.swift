import Datasets

/// What a network was measured to do on each of a run's sets; nil of a set that there is not, or that was not measured.
///
/// In JSON the figures stand among others of their event, by the name of their set.
public struct SetScores: Sendable, Equatable, Encodable {
    private var scores: [SampleSet: SetScore] = [:]

    public init() {}

    public subscript(set: SampleSet) -> SetScore? {
        get { scores[set] }
        set { scores[set] = newValue }
    }

    /// Those that there are, in the order of a run's sets.
    public var all: [(set: SampleSet, score: SetScore)] {
        SampleSet.allCases.compactMap { set in scores[set].map { (set, $0) } }
    }

    public var areFinite: Bool { scores.values.allSatisfy(\.loss.isFinite) }

    /// Those that are worth a number after every epoch.
    var brief: SetScores {
        var brief = SetScores()
        brief.scores = scores.mapValues(\.brief)
        return brief
    }

    public func encode(to encoder: any Encoder) throws {
        for (set, score) in all { try SetScore.fields(set).write(score, to: encoder) }
    }
}

/// What tells what was measured.
public protocol Scored {
    var scores: SetScores { get }
}

extension Scored {
    public var trainLoss: Double? { scores[.train]?.loss }
    public var validationLoss: Double? { scores[.validation]?.loss }
    public var testLoss: Double? { scores[.test]?.loss }
    public var trainAccuracy: Double? { scores[.train]?.accuracy }
    public var testAccuracy: Double? { scores[.test]?.accuracy }
}
