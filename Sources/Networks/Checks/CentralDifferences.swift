import Kernels
import RandomNumbers

/// The gradient of a problem's loss by central differences in Double: what no derivation can get wrong.
///
///     ∂E/∂w ≈ (8 (E(w + h) − E(w − h)) − (E(w + 2h) − E(w − 2h))) ÷ 12 h
///
/// The truncation error is h⁴/30 · ∂⁵E/∂w⁵, 8·10⁻¹² ∂⁵E/∂w⁵ with this step.
struct CentralDifferences {
    /// Of the layers that have more parameters, this many are drawn.
    static let mostPerLayer = 1024
    private static let step = 0x1p-8

    /// Of the unperturbed parameters: the mean over the samples.
    let loss: Double
    /// At index k: parameters of layer k, by their index in memory, and their derivatives.
    let layers: [[(parameter: Int, derivative: Double)]]

    /// The absolute error that rounding of the loss leads to: 8 roundings of the loss, over the step.
    var resolution: Double { 8 * loss * Double.ulpOfOne / Self.step }

    /// - Complexity: 8·B·Σ n_k n_{k+1} flops a parameter, one at a time, and as many for those of each further sample.
    init(_ problem: GradientProblem) {
        let topology = problem.topology
        let parameters = ScratchMemory<Double>(count: topology.parameterCount)
        parameters.base.update(from: problem.parameters, count: topology.parameterCount)
        let samples = problem.batch.map { sample -> (inputs: [Double], targets: [Double]) in
            (
                problem.samples.inputs.numbers(of: sample),
                problem.samples.targetNumbers(sample, units: topology.outputCount)
            )
        }
        func loss() -> Double {
            let squares = samples.reduce(0.0) { sum, sample in
                let network = ScalarNetwork(topology: topology, parameters: parameters.base, inputs: sample.inputs)
                return sum + network.squaredError(sample.targets)
            }
            return squares / Double(topology.outputCount * samples.count)
        }
        func loss(_ parameter: Int, _ steps: Double) -> Double {
            let value = parameters.base[parameter]
            defer { parameters.base[parameter] = value }
            parameters.base[parameter] = value + steps * Self.step
            return loss()
        }
        self.loss = loss()
        layers = (0..<topology.depth).map { k in
            Self.chosen(of: topology.parameters(k), problem.seed, k).map { parameter in
                let near = loss(parameter, 1) - loss(parameter, -1)
                let far = loss(parameter, 2) - loss(parameter, -2)
                return (parameter, (8 * near - far) / (12 * Self.step))
            }
        }
    }

    private static func chosen(of range: Range<Int>, _ seed: UInt64, _ layer: Int) -> [Int] {
        guard range.count > mostPerLayer else { return Array(range) }
        var draws = PhiloxSequence(Philox(seed: seed, purpose: .check, stream: UInt32(layer + 1)))
        return (0..<mostPerLayer).map { _ in range.lowerBound + Int(draws.next() % UInt64(range.count)) }
    }
}

extension Topology {
    /// Where Wᵏ and bᵏ lie.
    func parameters(_ k: Int) -> Range<Int> { weights(k)..<(biases(k) + sizes[k + 1]) }

    /// A parameter's name and place in its file's tensor: `0.weight[3,12]`.
    func parameterName(_ index: Int) -> String {
        let k = layer(ofParameter: index)
        let (i, j) = (index - weights(k)).quotientAndRemainder(dividingBy: sizes[k + 1])
        return i < sizes[k] ? "\(2 * k).weight[\(j),\(i)]" : "\(2 * k).bias[\(j)]"
    }
}
