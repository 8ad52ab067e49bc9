/// The sets of samples that a run has.
public enum SampleSet: String, CaseIterable, Sendable, Codable {
    /// Learned from.
    case train
    /// Measured after every epoch, and by which a run can decide when it ends and with which weights.
    case validation
    /// Measured, and nothing decided by it.
    case test

    /// What messages call it, before `set`.
    public var title: String { self == .train ? "training" : rawValue }
}

extension Dataset.Part {
    /// The files that a set is in; nil where there are none of it.
    public init?(_ set: SampleSet) {
        switch set {
        case .train: self = .train
        case .test: self = .test
        case .validation: return nil
        }
    }
}
