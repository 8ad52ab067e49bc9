/// Seconds by what they went into.
public struct Phases: Codable, Sendable, Equatable {
    public var compute: Double
    public var wait: Double
    public var reduce: Double
    public var update: Double

    public init(compute: Double, wait: Double, reduce: Double, update: Double) {
        (self.compute, self.wait, self.reduce, self.update) = (compute, wait, reduce, update)
    }

    public var values: [Double] { [compute, wait, reduce, update] }

    /// Each phase's median, times `factor`; nil of none.
    public static func medians(_ all: [Phases], times factor: Double) -> Phases? {
        guard !all.isEmpty else { return nil }
        let medians = (0..<4).map { phase in Statistics.median(all.map { $0.values[phase] }) * factor }
        return Phases(compute: medians[0], wait: medians[1], reduce: medians[2], update: medians[3])
    }
}
