import Kernels
import RandomNumbers

/// How a network's first weights are drawn.
public enum Initializer: String, CaseIterable, Sendable, Codable {
    /// Weights and biases uniform in ±1/√fan_in: PyTorch's default for `Linear`, after He et al. (arXiv 1502.01852).
    case kaiming
    /// Weights and biases normal with deviation 1/√fan_in: the article's other initialiser.
    case normal

    /// Fills `parameters` (in memory order).
    ///
    /// The draw for a parameter depends on the seed, its tensor and its place in the file's order alone. Both
    /// precisions draw the same numbers in Double and round them.
    public func fill<Scalar: Real>(
        _ parameters: UnsafeMutablePointer<Scalar>, of topology: Topology, seed: UInt64
    ) {
        for (index, tensor) in topology.tensors.enumerated() {
            let scale = 1 / Double(topology.sizes[index / 2]).squareRoot()
            var numbers = PhiloxSequence(Philox(seed: seed, purpose: .weight, stream: UInt32(index)))
            let values = (0..<tensor.count).map { _ in
                switch self {
                case .kaiming: Scalar((2 * numbers.uniform() - 1) * scale)
                case .normal: Scalar(numbers.normal() * scale)
                }
            }
            tensor.place(values, into: parameters)
        }
    }
}
