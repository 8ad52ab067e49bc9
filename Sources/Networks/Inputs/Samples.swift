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
    /// A weight per sample, 0 or more, where some count for more than others.
    public let weights: UnsafePointer<Double>?
    /// Of all samples; 1 where they have none.
    let meanWeight: Double

    /// - Precondition: what is asked for is there.
    public init(
        inputs: InputStore, labels: UnsafePointer<UInt8>, count: Int, target: Target, targets: NumberRows? = nil,
        weights: UnsafePointer<Double>? = nil
    ) {
        precondition(target != .numbers || targets != nil)
        self.inputs = inputs
        self.labels = labels
        self.count = count
        self.target = target
        self.targets = targets
        self.weights = weights
        meanWeight = weights.map { weights in (0..<count).reduce(0) { $0 + weights[$1] } / Double(count) } ?? 1
    }

    /// The same with other weights, or with none.
    public func weighted(by weights: UnsafePointer<Double>?) -> Samples {
        Samples(inputs: inputs, labels: labels, count: count, target: target, targets: targets, weights: weights)
    }

    /// The same, of which all count the same.
    public var unweighted: Samples { weighted(by: nil) }

    /// The mean weight of some samples, added up in their order, so that all who ask find the same; 1 where they have none.
    public func meanWeight(of samples: UnsafeBufferPointer<UInt32>) -> Double {
        guard let weights else { return 1 }
        return samples.reduce(0) { $0 + weights[Int($1)] } / Double(samples.count)
    }

    /// What a sample counts among others whose mean weight is `mean`: 1 where they have none, 0 where all of theirs are 0.
    func weight<Scalar: Real>(_ sample: UInt32, ofMean mean: Double) -> Scalar {
        guard let weights else { return 1 }
        return mean > 0 ? Scalar(weights[Int(sample)] / mean) : 0
    }

    /// What the outputs are compared with, where that is numbers: their own, or inputs that are no bytes.
    var askedNumbers: NumberRows? {
        switch (target, inputs) {
        case (.numbers, _): targets
        case (.inputs, .numbers(let rows)): rows
        default: nil
        }
    }

    /// What the network's `units` outputs are to be for these samples, units × stride, zero in the padding.
    func fillTargets<Scalar: Real>(
        _ out: UnsafeMutablePointer<Scalar>, of batch: UnsafeBufferPointer<UInt32>, units: Int, stride: Int
    ) {
        switch target {
        case .labels:
            out.update(repeating: 0, count: units * stride)
            for (s, sample) in batch.enumerated() { out[Int(labels[Int(sample)]) * stride + s] = 1 }
        case .inputs: inputs.fill(out, with: batch, stride: stride)
        case .numbers: targets.map { InputStore.numbers($0).fill(out, with: batch, stride: stride) }
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
