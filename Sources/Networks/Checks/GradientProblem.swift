import Kernels
import RandomNumbers

/// A random network and random samples, to compare gradient engines on.
///
/// About half of the inputs are zero, so that compressed rows have something to leave out. The memory is this
/// object's: it must live as long as the engines made for its samples are used.
public final class GradientProblem {
    public let topology: Topology
    public let seed: UInt64
    /// The samples, with dense rows.
    public let samples: Samples
    /// The same with compressed rows; nil where a row is too long for them.
    public let compressedSamples: Samples?
    private let inputs: FixedCopy<UInt8>
    private let labels: FixedCopy<UInt8>
    private let compressed: FixedCopy<UInt8>
    private let offsets: FixedCopy<UInt32>
    private let numbers: FixedCopy<UInt32>
    private let parameterMemory: ScratchMemory<Double>

    /// - Precondition: `sampleCount` is positive; n_0 = n_L when the target is the input.
    public init(
        topology: Topology, seed: UInt64, sampleCount: Int, target: Target = .labels,
        initializer: Initializer = .kaiming
    ) {
        precondition(sampleCount > 0 && (target == .labels || topology.inputCount == topology.outputCount))
        let columns = topology.inputCount
        var draws = PhiloxSequence(Philox(seed: seed, purpose: .check))
        let bytes = (0..<sampleCount * columns).map { _ -> UInt8 in
            let word = draws.next()
            return word & 256 == 0 ? 0 : UInt8(truncatingIfNeeded: word)
        }
        let answers = UInt64(min(topology.outputCount, 256))
        self.topology = topology
        self.seed = seed
        inputs = FixedCopy(bytes)
        labels = FixedCopy((0..<sampleCount).map { _ in UInt8(draws.next() % answers) })
        numbers = FixedCopy((0..<UInt32(sampleCount)).map { $0 })
        samples = Samples(
            inputs: InputRows(dense: inputs.base, columns: columns), labels: labels.base,
            count: sampleCount, target: target)
        let fits = columns <= InputRows.maximumCompressedColumns
        let rows: (units: [UInt8], offsets: [UInt32]) = fits ? Self.compress(bytes, columns: columns) : ([], [])
        compressed = FixedCopy(rows.units)
        offsets = FixedCopy(rows.offsets)
        compressedSamples =
            fits
            ? Samples(
                inputs: InputRows(
                    dense: target == .inputs ? inputs.base : nil, units: compressed.base, offsets: offsets.base,
                    columns: columns),
                labels: labels.base, count: sampleCount, target: target) : nil
        parameterMemory = ScratchMemory(count: topology.parameterCount)
        initializer.fill(parameterMemory.base, of: topology, seed: seed)
    }

    /// The numbers of all samples.
    public var batch: UnsafeBufferPointer<UInt32> { UnsafeBufferPointer(start: numbers.base, count: samples.count) }

    /// In memory order, with `kernelPadding` readable bytes behind.
    public var parameters: UnsafePointer<Double> { UnsafePointer(parameterMemory.base) }

    private static func compress(_ dense: [UInt8], columns: Int) -> (units: [UInt8], offsets: [UInt32]) {
        dense.withUnsafeBufferPointer { dense in
            var units = [UInt8](repeating: 0, count: InputRows.compressedByteCount(dense, columns: columns))
            var offsets = [UInt32](repeating: 0, count: dense.count / columns + 1)
            InputRows.compress(dense, columns: columns, units: &units, offsets: &offsets)
            return (units, offsets)
        }
    }
}

/// An array's elements at an address that stays, with `kernelPadding` bytes behind.
private final class FixedCopy<Element: FixedWidthInteger> {
    private let memory: UnsafeMutableBufferPointer<Element>
    var base: UnsafePointer<Element> { UnsafePointer(memory.baseAddress!) }

    init(_ elements: [Element]) {
        memory = .allocate(capacity: elements.count + kernelPadding)
        memory.initialize(repeating: 0)
        _ = memory.update(fromContentsOf: elements)
    }

    deinit { memory.deallocate() }
}
