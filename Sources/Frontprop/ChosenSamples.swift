import Datasets
import Kernels
import Networks
import Storage
import Training

/// Which samples of a set.
public enum SampleChoice: Sendable, Equatable {
    case all
    /// The first so many; all where there are not so many.
    case first(Int)
    /// By their numbers, from 0, in this order; one may come twice.
    case ranges([ClosedRange<Int>])

    /// The chosen samples' numbers in a set of images.
    ///
    /// - Parameter set: what messages call it.
    /// - Throws: `.usage` for a number that the set does not have, and for more samples than any set has; `.internalError`
    ///   where there is too little memory for them.
    func numbers(in images: ImageSet, set: String) throws -> [Int] {
        switch self {
        case .all: return Array(0..<images.count)
        case .first(let count): return Array(0..<min(count, images.count))
        case .ranges(let ranges):
            if let last = ranges.map(\.upperBound).max(), last >= images.count {
                throw Failure(.usage, "there is no sample \(last): the \(set) set has 0 to \(images.count - 1)")
            }
            return try Self.all(ranges, bytes: images.pixelCount * images.element.size)
        }
    }

    /// The chosen rows of a table, of which there are `rows`; as `numbers(in:set:)`.
    func numbers(among rows: [Int], of name: String) throws -> [Int] {
        switch self {
        case .all: return rows
        case .first(let count): return Array(rows.prefix(count))
        case .ranges(let ranges):
            let (first, last) = (rows.min() ?? 0, rows.max() ?? 0)
            if let far = ranges.first(where: { $0.upperBound > last }) {
                throw Failure(
                    .usage, "there is no row \(far.upperBound): those of \(name) are from \(first) to \(last)")
            }
            let chosen = try Self.all(ranges, bytes: 0)
            let there = Set(rows)
            if let other = chosen.first(where: { !there.contains($0) }) {
                throw Failure(.usage, "row \(other) is not one of the \(counted(rows.count, "row")) of \(name)")
            }
            return chosen
        }
    }

    /// All numbers of some ranges, for each of which there are some bytes beside.
    private static func all(_ ranges: [ClosedRange<Int>], bytes: Int) throws -> [Int] {
        let count = ranges.reduce(0) { $0.addingReportingOverflow($1.count).partialValue }
        guard (1...Configuration.mostSamples).contains(count) else {
            throw Failure(
                .usage, "--samples names \(count) samples: it must name at most \(Configuration.mostSamples)")
        }
        try requireMemory(count * (bytes + MemoryLayout<Int>.stride), for: "\(count) samples")
        return ranges.flatMap(Array.init)
    }
}

/// Samples of an image set in memory of this process, numbered from 0 as they were chosen.
public final class ChosenSamples {
    /// What the set is called: where it is from.
    public let name: String
    /// By the set.
    public let numbers: [Int]
    public let rows: Int
    public let columns: Int
    public let samples: Samples
    /// Whether the labels of `samples` are known; they are 0 otherwise.
    public let isLabelled: Bool
    private let memory: SampleMemory

    /// - Throws: `.badData` where the network cannot take the images, or has no output for a label, or where a pixel is beyond
    ///   `limit`.
    init(
        _ images: ImageSet, _ numbers: [Int], name: String, network: Network, target: Target, limit: Double
    ) throws {
        // The file's, whichever are chosen of it.
        let all = images.values(name: "\(name): samples", labelsName: name)
        if let fault = all.fault(for: network, target: target, limit: limit) { throw Failure(.badData, fault) }
        self.name = name
        self.numbers = numbers
        isLabelled = images.isLabelled
        (rows, columns) = (images.rows, images.columns)
        memory = SampleMemory(all.choosing(numbers), target: target, form: .dense)
        samples = memory.samples
    }

    public var count: Int { samples.count }

    /// A sample's class; nil where nobody knows it.
    public func label(_ index: Int) -> Int? { isLabelled ? Int(samples.labels[index]) : nil }

    /// A sample's inputs; of bytes 0…1.
    public func inputs<Scalar: Real>(_ index: Int) -> [Scalar] { samples.inputs.numbers(of: UInt32(index)) }
}
