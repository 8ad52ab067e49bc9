import ArgumentParser
import Datasets
import Frontprop
import Kernels
import Networks
import Storage
import Training

/// Which of the two sets.
enum SetName: String, CaseIterable, ExpressibleByArgument {
    case train, test

    var part: Dataset.Part { self == .train ? .train : .test }
}

/// Chosen samples of one of the sets.
struct SampleOptions: ParsableArguments {
    @Option(help: "train or test: the set that the samples are of.")
    var set = SetName.test
    @Option(help: "Sample numbers and ranges, from 0, such as 0,1,5-9.")
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

    /// The chosen samples' numbers in the set; the first `defaultCount` (nil: all) where none are named.
    ///
    /// - Throws: `.usage` for a number that the set does not have.
    func numbers(in images: ImageSet, defaultCount: Int?) throws -> [Int] {
        guard let samples else { return Array(0..<min(images.count, count ?? defaultCount ?? images.count)) }
        let ranges = Self.ranges(samples)!
        if let last = ranges.map(\.upperBound).max(), last >= images.count {
            throw Failure(.usage, "there is no sample \(last): the \(set.rawValue) set has 0 to \(images.count - 1)")
        }
        let count = ranges.reduce(0) { $0.addingReportingOverflow($1.count).partialValue }
        guard samplesRange.contains(count) else {
            throw Failure(.usage, "--samples names \(count) samples: it must name at most \(samplesRange.upperBound)")
        }
        try requireMemory(count * (images.pixelCount + MemoryLayout<Int>.stride), for: "\(count) samples")
        return ranges.flatMap(Array.init)
    }
}

/// Samples of an image set in memory of this process, numbered from 0 as they were chosen.
final class ChosenSamples {
    let numbers: [Int]
    let rows: Int
    let columns: Int
    let samples: Samples
    /// Whether the labels of `samples` are known; they are 0 otherwise.
    let isLabelled: Bool
    private let memory: SampleMemory

    /// - Throws: `.badData` where the network cannot take the images, or has no output for a label.
    init(_ images: ImageSet, _ numbers: [Int], name: String, topology: Topology, target: Target) throws {
        // The file's, whichever are chosen of it.
        let all = images.values(name: "\(name): samples", labelsName: name)
        if let fault = all.fault(for: topology, target: target, limit: .infinity) { throw Failure(.badData, fault) }
        self.numbers = numbers
        isLabelled = images.isLabelled
        (rows, columns) = (images.rows, images.columns)
        let size = images.pixelCount
        let bytes = numbers.flatMap { images.images[$0 * size..<($0 + 1) * size] }
        let values = SampleValues(
            inputs: .bytes(bytes[...]), columns: size, labels: isLabelled ? numbers.map { images.labels[$0] }[...] : [],
            count: numbers.count, name: name, targetsName: name)
        memory = SampleMemory(values, target: target, form: .dense)
        samples = memory.samples
    }

    /// A sample's inputs, 0…1.
    func inputs<Scalar: Real>(_ index: Int) -> [Scalar] { samples.inputs.numbers(of: UInt32(index)) }
}
