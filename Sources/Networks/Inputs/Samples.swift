import Kernels

/// What a run makes of a set of samples: their inputs, and what is asked for. Memory that someone else owns.
public struct Samples: @unchecked Sendable {
    public let inputs: InputStore
    /// A label per sample, below n_L where the target is the label; zeros where nobody knows them.
    public let labels: UnsafePointer<UInt8>
    public let count: Int
    public let target: Target
    /// n_L numbers per sample, where they are the target.
    public let targets: NumberRows?

    /// - Precondition: what is asked for is there.
    public init(
        inputs: InputStore, labels: UnsafePointer<UInt8>, count: Int, target: Target, targets: NumberRows? = nil
    ) {
        precondition(target != .numbers || targets != nil)
        self.inputs = inputs
        self.labels = labels
        self.count = count
        self.target = target
        self.targets = targets
    }

    /// What the outputs are compared with, where that is numbers: their own, or inputs that are no bytes.
    var askedNumbers: NumberRows? {
        switch (target, inputs) {
        case (.numbers, _): targets
        case (.inputs, .numbers(let rows)): rows
        default: nil
        }
    }

    /// What the network's `units` outputs are to be for one sample, t.
    func targetNumbers<Scalar: Real>(_ sample: UInt32, units: Int) -> [Scalar] {
        switch target {
        case .labels: (0..<units).map { $0 == Int(labels[Int(sample)]) ? 1 : 0 }
        case .inputs: inputs.numbers(of: sample)
        case .numbers: targets.map { InputStore.numbers($0).numbers(of: sample) } ?? []
        }
    }
}
