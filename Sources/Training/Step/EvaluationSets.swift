import Datasets
import Kernels
import Networks

/// The sets that a network is measured on, and the blocks that they are cut into.
struct EvaluationSets {
    /// A set with its blocks of all.
    struct Part {
        let set: SampleSet
        let samples: Samples
        let blocks: Range<Int>

        /// The samples of one of its blocks.
        func samples(ofBlock block: Int) -> Range<Int> {
            EvaluationSets.samples(ofBlock: block - blocks.lowerBound, count: samples.count)
        }
    }

    let parts: [Part]
    private let dataset: NodeDataset
    /// n_L.
    let outputs: Int
    /// What numbers of the outputs mean; nil where they are what they are.
    private let units: TargetUnits?
    /// Names of the classes, where they have names.
    var classes: [String]? { dataset.columns?.classes }

    init(_ dataset: NodeDataset, outputs: Int) {
        var first = 0
        parts = SampleSet.allCases.compactMap { set in
            dataset[set].map { samples in
                let blocks = first..<first + Self.blocks(samples.count)
                first = blocks.upperBound
                return Part(set: set, samples: samples, blocks: blocks)
            }
        }
        self.outputs = outputs
        self.dataset = dataset
        units = dataset.columns?.units
    }

    static var blockSize: Int { 250 }

    /// Of all sets.
    var blockCount: Int { parts.last?.blocks.upperBound ?? 0 }

    /// What is asked for, of all sets alike.
    var target: Target { parts[0].samples.target }

    /// Numbers that a block is measured with: its loss, of labels also the sum of their log-losses, and of numbers what
    /// `OutputErrors` has.
    var blockWidth: Int {
        switch target {
        case .inputs: 1
        case .labels: 2
        case .numbers: 1 + OutputErrors.width(outputs: outputs)
        }
    }

    /// What one worker's `ClassCounts` take, those of each set after the other.
    var countWidth: Int { target == .labels ? parts.count * ClassCounts.width(classes: outputs) : 0 }

    /// Blocks of `count` samples.
    static func blocks(_ count: Int) -> Int { (count + blockSize - 1) / blockSize }

    /// The samples of a block, of `count`; the last may have fewer than the others.
    static func samples(ofBlock block: Int, count: Int) -> Range<Int> {
        block * blockSize..<min((block + 1) * blockSize, count)
    }

    /// As `NodeDataset.row`.
    func row(of sample: Int, in part: Part) -> Int { dataset.row(of: sample, in: part.set) }

    /// What the number `value` of an output means.
    func value(_ value: Double, output: Int) -> Double { units?.outputs[output].value(value) ?? value }

    /// Of each output, Σ(t - mean)² of what is asked for, in the units of the outputs' meaning; blocks added in their order.
    func spread(of part: Part) -> [Double] {
        guard let targets = part.samples.targets else { return [] }
        return (0..<outputs).map { output in
            func total(_ term: (Double) -> Double) -> Double {
                part.blocks.reduce(0) { sum, block in
                    sum
                        + part.samples(ofBlock: block).reduce(0) {
                            $0 + term(value(targets.number(row: $1, column: output), output: output))
                        }
                }
            }
            let mean = total { $0 } / Double(part.samples.count)
            return total { ($0 - mean) * ($0 - mean) }
        }
    }
}
