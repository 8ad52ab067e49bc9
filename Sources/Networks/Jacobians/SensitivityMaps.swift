import Kernels

/// What each class's answer depends on: mean Jacobians over the class's samples, and the mean inputs beside them.
///
/// For a network that names labels, the map of class c is the mean of the rows ∂a^L_c/∂a⁰. For one that is to give its
/// input back, it is the mean of Σ_q |∂a^L_q/∂a⁰_i|: how strongly the outputs follow each input.
public struct SensitivityMaps: Sendable {
    /// By class: Σ over its samples.
    private var sums: [[Double]]
    private var inputs: [[Double]]
    public private(set) var counts: [Int]
    private let topology: Topology

    /// - Parameter classes: labels are below.
    public init(topology: Topology, classes: Int) {
        self.topology = topology
        let zeros = [Double](repeating: 0, count: topology.inputCount)
        sums = Array(repeating: zeros, count: classes)
        inputs = sums
        counts = Array(repeating: 0, count: classes)
    }

    /// Adds a sample's matrix, n_L × n_0.
    public mutating func add<Scalar: Real>(
        _ matrix: UnsafeBufferPointer<Scalar>, of sample: UInt32, in samples: Samples
    ) {
        let label = Int(samples.labels[Int(sample)])
        let numbers: [Double] = samples.inputs.numbers(of: sample)
        counts[label] += 1
        for i in numbers.indices {
            inputs[label][i] += numbers[i]
            switch samples.target {
            case .labels: sums[label][i] += Double(matrix[label * numbers.count + i])
            case .inputs, .numbers:
                for q in 0..<topology.outputCount { sums[label][i] += abs(Double(matrix[q * numbers.count + i])) }
            }
        }
    }

    /// The mean map of a class, n_0 numbers; zeros where no sample was of it.
    public func map(_ label: Int) -> [Double] { mean(sums, label) }

    /// The mean input of a class, n_0 numbers in 0…1.
    public func meanInput(_ label: Int) -> [Double] { mean(inputs, label) }

    private func mean(_ sums: [[Double]], _ label: Int) -> [Double] {
        sums[label].map { $0 / Double(max(1, counts[label])) }
    }
}
