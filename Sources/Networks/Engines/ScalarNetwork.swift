import Kernels

/// A network run on one sample, unit by unit, and the article's equation (2): the reference for everything faster.
///
/// As in the article a layer's biases are the weights of one more unit, the last, whose activation is always 1. In
/// memory they already lie so: bᵏ behind Wᵏ is row n_k of one (n_k + 1) × n_{k+1} matrix.
struct ScalarNetwork<Scalar: Real> {
    private let network: Network
    let topology: Topology
    let parameters: UnsafePointer<Scalar>
    /// aˡ, l in 0…L, each with the bias unit's 1 behind.
    let activations: [[Scalar]]
    /// g'(hˡ), l in 0…L; none for the inputs. Ones of outputs whose errors are by h^L.
    let derivatives: [[Scalar]]
    /// g'(h^L), or what the loss needs.
    private let besideOutputs: [Scalar]
    /// For every unit and kink of its activation whether its pre-activation is above: two runs that differ here are on
    /// different pieces of the network's function.
    let pieces: [Int]

    /// Runs the network on any real inputs; those of a sample, where units are left out.
    init(
        _ network: Network, parameters: UnsafePointer<Scalar>, inputs: [Scalar],
        dropping dropped: (mask: DropoutMask, sample: UInt32)? = nil
    ) {
        let topology = network.topology
        precondition(inputs.count == topology.inputCount)
        var activations = [inputs + [1]]
        var derivatives: [[Scalar]] = [[]]
        var besideOutputs: [Scalar] = []
        var pieces: [Int] = []
        for l in 1...topology.depth {
            let matrix = parameters + topology.weights(l - 1)
            let units = topology.sizes[l]
            let sums = (0..<units).map { q in
                var h: Scalar = 0
                for (r, a) in activations[l - 1].enumerated() { h += matrix[r * units + q] * a }
                return h
            }
            let activation = network.layer(l)
            pieces += activation.pieces(sums)
            var (outputs, beside) = activation.function.layer(sums)
            if let dropped, l < topology.depth {
                let factors: [Scalar] = dropped.mask.factors(layer: l, units: units, sample: dropped.sample)
                outputs = zip(outputs, factors).map { $0 * $1 }
                beside = zip(beside, factors).map { $0 * $1 }
            }
            derivatives.append(activation.isElementwise ? beside : Array(repeating: 1, count: units))
            activations.append(outputs + [1])
            besideOutputs = beside
        }
        self.network = network
        self.topology = topology
        self.parameters = parameters
        self.activations = activations
        self.derivatives = derivatives
        self.besideOutputs = besideOutputs
        self.pieces = pieces
    }

    var outputs: ArraySlice<Scalar> { activations[topology.depth].dropLast() }

    /// The loss's terms of each output, and its derivatives by them: see `LossFunction`.
    func losses(_ targets: [Scalar]) -> [(term: Double, error: Scalar)] {
        let loss = network.head.form.function
        return zip(zip(outputs, besideOutputs), targets).map { loss(output: $0.0, beside: $0.1, target: $1) }
    }

    /// As `pieces`, and of the loss with these targets.
    func pieces(_ targets: [Scalar]) -> [Int] {
        pieces + network.head.form.pieces(Array(outputs), targets)
    }

    /// w^k_ij, from unit i of layer k to unit j of layer k + 1; i = n_k is the bias.
    func weight(_ k: Int, _ i: Int, _ j: Int) -> Scalar {
        parameters[topology.weights(k) + i * topology.sizes[k + 1] + j]
    }

    /// ∂aˡ_q/∂w^k_ij for k < l, by equation (2); of outputs whose errors are by h^L, ∂h^L_q/∂w^k_ij.
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
