import Kernels
import RandomNumbers

/// A random network and random samples, to compare gradient engines on.
///
/// About half of the inputs are zero, so that compressed rows have something to leave out. The memory is this
/// object's: it must live as long as the engines made for its samples are used.
public final class GradientProblem {
    public let network: Network
    public var topology: Topology { network.topology }
    public let seed: UInt64
    /// What the gradient's step leaves out.
    public let dropout: Dropout?
    /// The samples, with dense rows.
    public let samples: Samples
    /// The same with compressed rows; nil where a row is too long for them.
    public let compressedSamples: Samples?
    /// The same with inputs that are numbers, each what its byte stands for.
    public let numberSamples: Samples
    private let memories: [SampleMemory]
    /// All samples: what a gradient is computed of.
    public var minibatch: Minibatch { Minibatch(size: samples.count, meanWeight: samples.meanWeight(of: batch)) }
    /// The numbers of all samples.
    public let batch: UnsafeBufferPointer<UInt32>
    private let parameterMemory: ScratchMemory<Double>

    /// - Parameters:
    ///   - weighted: whether some samples count for more than others.
    ///   - rate: of dropout; nil for none.
    /// - Precondition: `sampleCount` is positive; n_0 = n_L when the target is the input.
    public init(
        _ network: Network, seed: UInt64, sampleCount: Int, target: Target = .labels,
        initializer: Initializer = .kaiming, weighted: Bool = false, dropout rate: Double? = nil
    ) {
        let topology = network.topology
        precondition(sampleCount > 0 && (target != .inputs || topology.inputCount == topology.outputCount))
        let columns = topology.inputCount
        var draws = PhiloxSequence(Philox(seed: seed, purpose: .check))
        let bytes = (0..<sampleCount * columns).map { _ -> UInt8 in
            let word = draws.next()
            return word & 256 == 0 ? 0 : UInt8(truncatingIfNeeded: word)
        }
        let answers = UInt64(min(topology.outputCount, 256))
        self.network = network
        self.seed = seed
        dropout = Dropout(rate: rate, seed: seed)
        let labels = (0..<sampleCount).map { _ in UInt8(draws.next() % answers) }
        let asked = (0..<(target == .numbers ? sampleCount * topology.outputCount : 0)).map { _ in draws.uniform() }
        // The second counts for nothing.
        let weights = (0..<(weighted ? sampleCount : 0)).map { $0 == 1 ? 0 : 3 * draws.uniform() }
        let numbers = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: sampleCount)
        _ = numbers.initialize(from: 0..<UInt32(sampleCount))
        batch = UnsafeBufferPointer(numbers)
        func memory(_ inputs: SampleValues.Inputs, _ form: SampleLayout.Form) -> SampleMemory {
            let values = SampleValues(
                inputs: inputs, columns: columns, labels: labels[...],
                targets: target == .numbers ? .float64(asked[...]) : nil, count: sampleCount, name: "", targetsName: "")
            return SampleMemory(
                weighted ? values.weighted(by: weights[...], name: "") : values, target: target, form: form)
        }
        let fits = columns <= ByteRows.maximumCompressedColumns
        memories = [
            memory(.bytes(bytes[...]), .dense), memory(.bytes(bytes[...]), .compressed),
            memory(.numbers(.float64(bytes.map { Double($0) / 255 }[...])), .dense),
        ]
        samples = memories[0].samples
        compressedSamples = fits ? memories[1].samples : nil
        numberSamples = memories[2].samples
        parameterMemory = ScratchMemory(count: topology.parameterCount)
        initializer.fill(parameterMemory.base, of: topology, seed: seed)
    }

    deinit { batch.deallocate() }

    /// In memory order, with `kernelPadding` readable bytes behind.
    public var parameters: UnsafePointer<Double> { UnsafePointer(parameterMemory.base) }
}

extension Topology {
    /// Two to six layers of one to eight units, by a seed and a number.
    public static func random(seed: UInt64, stream: Int) -> Topology {
        var numbers = PhiloxSequence(Philox(seed: seed, purpose: .check, stream: UInt32(stream)))
        let layers = Int.random(in: 2...6, using: &numbers)
        return Topology(sizes: (0..<layers).map { _ in Int.random(in: 1...8, using: &numbers) })!
    }
}
