import Kernels

/// A network run on one sample, unit by unit, and the article's equation (2): the reference for everything faster.
///
/// As in the article a layer's biases are the weights of one more unit, the last, whose activation is always 1. In
/// memory they already lie so: bᵏ behind Wᵏ is row n_k of one (n_k + 1) × n_{k+1} matrix.
struct ScalarNetwork<Scalar: Real> {
    let topology: Topology
    let parameters: UnsafePointer<Scalar>
    /// aˡ, l in 0…L, each with the bias unit's 1 behind.
    let activations: [[Scalar]]
    /// g'(hˡ), l in 0…L; none for the inputs.
    let derivatives: [[Scalar]]

    /// Runs the network on any real inputs.
    init(topology: Topology, parameters: UnsafePointer<Scalar>, inputs: [Scalar]) {
        precondition(inputs.count == topology.inputCount)
        var activations = [inputs + [1]]
        var derivatives: [[Scalar]] = [[]]
        for l in 1...topology.depth {
            let matrix = parameters + topology.weights(l - 1)
            let units = topology.sizes[l]
            var outputs: [Scalar] = []
            for q in 0..<units {
                var h: Scalar = 0
                for (r, a) in activations[l - 1].enumerated() { h += matrix[r * units + q] * a }
                outputs.append(Self.sigmoid(h))
            }
            derivatives.append(outputs.map { $0 * (1 - $0) })
            activations.append(outputs + [1])
        }
        self.topology = topology
        self.parameters = parameters
        self.activations = activations
        self.derivatives = derivatives
    }

    /// g(h), computed in Double and rounded.
    private static func sigmoid(_ h: Scalar) -> Scalar { Scalar(1 / (1 + Functions.exp(-Double(h)))) }

    var outputs: ArraySlice<Scalar> { activations[topology.depth].dropLast() }

    /// Σ_q (a^L_q − t_q)².
    func squaredError(_ targets: [Scalar]) -> Double {
        zip(outputs, targets).reduce(0) { sum, pair in
            let error = Double(pair.0 - pair.1)
            return sum + error * error
        }
    }

    /// w^k_ij, from unit i of layer k to unit j of layer k + 1; i = n_k is the bias.
    func weight(_ k: Int, _ i: Int, _ j: Int) -> Scalar {
        parameters[topology.weights(k) + i * topology.sizes[k + 1] + j]
    }

    /// ∂aˡ_q/∂w^k_ij for k < l, by equation (2).
    ///
    /// Like the article's, it has a case of its own for k = l − 2, where one term of the sum alone is not zero.
    ///
    /// - Complexity: about n_{l-1}·n_{l-2}·…·n_{k+2} calls, one where k ≥ l − 2.
    func derivative(_ l: Int, _ q: Int, _ k: Int, _ i: Int, _ j: Int) -> Scalar {
        if k == l - 1 {
            return j == q ? derivatives[l][q] * activations[k][i] : 0
        }
        if k == l - 2 {
            return derivatives[l][q] * weight(l - 1, j, q) * derivatives[l - 1][j] * activations[k][i]
        }
        var sum: Scalar = 0
        for r in 0..<topology.sizes[l - 1] {
            sum += weight(l - 1, r, q) * derivative(l - 1, r, k, i, j)
        }
        return derivatives[l][q] * sum
    }
}
