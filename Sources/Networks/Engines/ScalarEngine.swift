import Kernels

/// The article's `PyNet`: equations (1) and (2) written out, one ∂a/∂w at a time. The oracle; never optimised.
///
///     ∂E/∂w^k_ij = Σ_q ∂E/∂a^L_q ∂a^L_q/∂w^k_ij
///
/// Softmax mixes the outputs. With it and its loss, as with sigmoids and theirs, the loss has a simple derivative by h^L: there the
/// sum is of ∂E/∂h^L_q ∂h^L_q/∂w^k_ij.
///
/// - Complexity: see `cost`; exponential in the depth.
/// - SeeAlso: `ScalarNetwork.derivative`.
public final class ScalarEngine<Scalar: Real>: GradientEngine {
    private let network: Network
    private let samples: Samples
    private let dropout: Dropout?

    public init(_ network: Network, samples: Samples, dropout: Dropout? = nil) {
        self.dropout = dropout
        self.network = network
        self.samples = samples
    }

    // The caller knows no type either; generic code was seen to take eight times as long and more.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    public func gradient(
        of batch: UnsafeBufferPointer<UInt32>, in minibatch: Minibatch, parameters: UnsafePointer<Scalar>,
        into gradient: UnsafeMutablePointer<Scalar>
    ) -> Double {
        let topology = network.topology
        gradient.update(repeating: 0, count: topology.parameterCount)
        let share = 1 / Double(network.head.divisor(outputs: topology.outputCount) * minibatch.size)
        let mask = dropout?.mask(step: minibatch.step)
        var sum = 0.0
        for sample in batch {
            let weight: Scalar = samples.weight(sample, ofMean: minibatch.meanWeight)
            guard weight > 0 else { continue }
            let network = ScalarNetwork(
                self.network, parameters: parameters, inputs: samples.inputs.numbers(of: sample),
                dropping: mask.map { ($0, sample) })
            let losses = network.losses(samples.targetNumbers(sample, units: topology.outputCount))
            sum += Double(weight) * losses.reduce(0) { $0 + $1.term }
            add(Scalar(share), gradientOf: network, errors: losses.map { weight * $0.error }, to: gradient)
        }
        return sum * share
    }

    /// Adds share · Σ_q errors[q] ∂a^L_q/∂w to each parameter's place.
    private func add(
        _ share: Scalar, gradientOf network: ScalarNetwork<Scalar>, errors: [Scalar],
        to gradient: UnsafeMutablePointer<Scalar>
    ) {
        let topology = network.topology
        for k in 0..<topology.depth {
            let units = topology.sizes[k + 1]
            for i in 0...topology.sizes[k] {
                for j in 0..<units {
                    var sum: Scalar = 0
                    for (q, error) in errors.enumerated() {
                        sum += error * network.derivative(topology.depth, q, k, i, j)
                    }
                    gradient[topology.weights(k) + i * units + j] += share * sum
                }
            }
        }
    }
}
