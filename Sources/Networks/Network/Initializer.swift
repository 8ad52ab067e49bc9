import Kernels
import RandomNumbers

/// How a network's first weights are drawn.
public enum Initializer: String, CaseIterable, Sendable, Codable {
    /// Weights and biases uniform in ±1/√fan_in: PyTorch's default for `Linear`, after He et al. (arXiv 1502.01852).
    case kaiming
    /// Weights and biases normal with deviation 1/√fan_in: the article's other initialiser.
    case normal
    /// Weights uniform in ±√(6/(fan_in + fan_out)), biases zero: Glorot and Bengio (AISTATS 2010).
    case glorot

    /// For people.
    public var formula: String {
        switch self {
        case .kaiming: "U(±1/√fan_in)"
        case .normal: "N(0,1)/√fan_in"
        case .glorot: "U(±√(6/(fan_in + fan_out))), biases 0"
        }
    }

    /// Fills `parameters` (in memory order).
    ///
    /// The draw for a parameter depends on the seed, its tensor and its place in the file's order alone. Both
    /// precisions draw the same numbers in Double and round them.
    public func fill<Scalar: Real>(
        _ parameters: UnsafeMutablePointer<Scalar>, of topology: Topology, seed: UInt64
    ) {
        for (index, tensor) in topology.tensors.enumerated() {
            let (inputs, outputs) = (Double(topology.sizes[index / 2]), Double(topology.sizes[index / 2 + 1]))
            let scale = self == .glorot ? (6 / (inputs + outputs)).squareRoot() : 1 / inputs.squareRoot()
            let isBias = tensor.shape.count == 1
            var numbers = PhiloxSequence(Philox(seed: seed, purpose: .weight, stream: UInt32(index)))
            let values = (0..<tensor.count).map { _ -> Scalar in
                switch self {
                case .glorot where isBias: 0
                case .kaiming, .glorot: Scalar((2 * numbers.uniform() - 1) * scale)
                case .normal: Scalar(numbers.normal() * scale)
                }
            }
            tensor.place(values, into: parameters)
        }
    }
}
