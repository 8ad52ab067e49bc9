import Kernels
import RandomNumbers

/// The gradient of a problem's loss by central differences of the scalar network's.
struct CentralDifferences {
    /// Of the layers that have more parameters, this many are drawn.
    static let mostPerLayer = 1024

    /// Of the unperturbed parameters: the mean over the samples.
    let loss: Double
    /// At index k: parameters of layer k, by their index in memory, and their derivatives; without those too near a kink.
    let layers: [[(parameter: Int, derivative: Double)]]
    /// At index k: the absolute error that rounding of the loss leads to in layer k.
    let resolutions: [Double]

    /// - Complexity: 8·B·Σ n_k n_{k+1} flops a parameter, one at a time, and as many for those of each further sample.
    init(_ problem: GradientProblem) {
        let (network, topology) = (problem.network, problem.topology)
        let parameters = ScratchMemory<Double>(count: topology.parameterCount)
        parameters.base.update(from: problem.parameters, count: topology.parameterCount)
        let minibatch = problem.minibatch
        let mask = problem.dropout?.mask(step: minibatch.step)
        let samples = problem.batch.map {
            sample -> (number: UInt32, inputs: [Double], targets: [Double], weight: Double) in
            (
                sample, problem.samples.inputs.numbers(of: sample),
                problem.samples.targetNumbers(sample, units: topology.outputCount),
                problem.samples.weight(sample, ofMean: minibatch.meanWeight)
            )
        }
        let divisor = Double(network.head.divisor(outputs: topology.outputCount) * samples.count)
        func value() -> (loss: Double, pieces: [Int]) {
            var (sum, pieces): (Double, [Int]) = (0, [])
            for sample in samples {
                let network = ScalarNetwork(
                    network, parameters: parameters.base, inputs: sample.inputs,
                    dropping: mask.map { ($0, sample.number) })
                sum += sample.weight * network.losses(sample.targets).reduce(0) { $0 + $1.term }
                pieces += network.pieces(sample.targets)
            }
            return (sum / divisor, pieces)
        }
        func difference(_ parameter: Int) -> CentralDifference? {
            let unmoved = parameters.base[parameter]
            defer { parameters.base[parameter] = unmoved }
            return CentralDifference { offset in
                parameters.base[parameter] = unmoved + offset
                let (loss, pieces) = value()
                return ([loss], pieces)
            }
        }
        let loss = value().loss
        self.loss = loss
        let found = (0..<topology.depth).map { k in
            Self.chosen(of: topology.parameters(k), problem.seed, k).map { ($0, difference($0)) }
        }
        layers = found.map { layer in layer.compactMap { index, found in found.map { (index, $0.derivatives[0]) } } }
        resolutions = found.map { layer in
            CentralDifference.resolution(of: loss, step: layer.compactMap { $1?.step }.min() ?? 1)
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
