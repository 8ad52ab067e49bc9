import ArgumentParser
import Datasets
import Frontprop

extension SampleSet: ExpressibleByArgument {}

/// Chosen samples of one of the sets.
struct SampleOptions: ParsableArguments {
    @Option(help: "train, validation or test: the set that the samples are of.")
    var set = SampleSet.test
    @Option(help: "Sample numbers and ranges, from 0, such as 0,1,5-9; of a table the rows' in their file.")
    var samples: String?
    @Option(help: "The first N samples instead.")
    var count: Int?

    func validate() throws {
        if let count, count < 1 { throw ValidationError("--count must be at least 1, not \(count).") }
        guard samples == nil || count == nil else { throw ValidationError("--samples and --count exclude each other.") }
        if let samples, Self.ranges(samples) == nil {
            throw ValidationError("'\(samples)' names no samples: expected numbers and ranges such as 0,1,5-9.")
        }
    }

    private static func ranges(_ text: String) -> [ClosedRange<Int>]? {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { part -> ClosedRange<Int>? in
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard let first = ends[0], let last = ends[ends.count - 1], ends.count <= 2, first <= last else {
                return nil
            }
            return first...last
        }
        return parts.contains(nil) ? nil : parts.compactMap { $0 }
    }

    /// What was chosen; `standard` where nothing was.
    func choice(standard: SampleChoice) -> SampleChoice {
        samples.flatMap(Self.ranges).map { .ranges($0) } ?? count.map { .first($0) } ?? standard
    }
}
