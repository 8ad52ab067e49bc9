import Kernels

/// The article's `PyNet`: equations (1) and (2) written out, one ∂a/∂w at a time. The oracle; never optimised.
///
///     ∂E/∂w^k_ij = 2/n_L · Σ_q (a^L_q − t_q) ∂a^L_q/∂w^k_ij
///
/// - Complexity: see `cost`; exponential in the depth.
/// - SeeAlso: `ScalarNetwork.derivative`.
public final class ScalarEngine<Scalar: Real>: GradientEngine {
    private let topology: Topology
    private let samples: Samples

    public init(topology: Topology, samples: Samples) {
        self.topology = topology
        self.samples = samples
    }

    // The caller knows no type either; generic code was seen to take eight times as long and more.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    public func gradient(
        of batch: UnsafeBufferPointer<UInt32>, minibatchSize: Int, parameters: UnsafePointer<Scalar>,
        into gradient: UnsafeMutablePointer<Scalar>
    ) -> Double {
        gradient.update(repeating: 0, count: topology.parameterCount)
        let share = 1 / Double(topology.outputCount * minibatchSize)
        var squares = 0.0
        for sample in batch {
            let network = ScalarNetwork(
                topology: topology, parameters: parameters, inputs: samples.inputs.numbers(of: sample))
            let targets: [Scalar] = samples.targetNumbers(sample, units: topology.outputCount)
            squares += network.squaredError(targets)
            add(Scalar(2 * share), gradientOf: network, targets: targets, to: gradient)
        }
        return squares * share
    }

    /// Adds coefficient · Σ_q (a^L_q − t_q) ∂a^L_q/∂w to each parameter's place.
    private func add(
        _ coefficient: Scalar, gradientOf network: ScalarNetwork<Scalar>, targets: [Scalar],
        to gradient: UnsafeMutablePointer<Scalar>
    ) {
        let errors = zip(network.outputs, targets).map { $0 - $1 }
        for k in 0..<topology.depth {
            let units = topology.sizes[k + 1]
            for i in 0...topology.sizes[k] {
                for j in 0..<units {
                    var sum: Scalar = 0
                    for (q, error) in errors.enumerated() {
                        sum += error * network.derivative(topology.depth, q, k, i, j)
                    }
                    gradient[topology.weights(k) + i * units + j] += coefficient * sum
                }
            }
        }
    }
}
