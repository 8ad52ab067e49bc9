import Kernels

/// What a network is to answer.
public enum Target: Sendable {
    /// One at the label's output, zero at the others.
    case labels
    /// The input itself: an autoencoder.
    case inputs
}

/// A set of samples: inputs in bytes, labels, and what is asked for. Memory that someone else owns.
public struct Samples: @unchecked Sendable {
    /// Dense at least where they are the target, too.
    public let inputs: InputRows
    /// A label per sample, below n_L where the target is the label.
    public let labels: UnsafePointer<UInt8>
    public let count: Int
    public let target: Target

    public init(inputs: InputRows, labels: UnsafePointer<UInt8>, count: Int, target: Target) {
        precondition(target == .labels || inputs.dense != nil)
        self.inputs = inputs
        self.labels = labels
        self.count = count
        self.target = target
    }
}
