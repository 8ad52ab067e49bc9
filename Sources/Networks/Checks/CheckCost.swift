extension GradientCheck {
    /// Why a check is hopeless, with an estimate; nil when it is not.
    public static func refusal(topology: Topology, samples: Int, memoryBytes: Double) -> String? {
        let engines = GradientMethod.allCases.lazy.compactMap {
            $0.refusal(
                topology: topology, samples: samples, workers: 1, memoryBytes: memoryBytes, as: Double.self)
        }
        return engines.first
            ?? CentralDifferences.cost(topology: topology, samples: samples).refusal(
                of: "central differences of \(topology) with \(samples) samples", workers: 1, memoryBytes: memoryBytes)
    }
}

extension CentralDifferences {
    /// Seconds of one floating-point operation of the plain loops.
    private static var secondsPerOperation: Double { 2e-9 }

    /// The cost of the differences and of the problem's own memory: 8·B·Σ n_k n_{k+1} operations a parameter.
    static func cost(topology: Topology, samples: Int) -> GradientCost {
        let products = zip(topology.sizes, topology.sizes.dropFirst()).map { Double($0 * $1) }.reduce(0, +)
        let parameters = (0..<topology.depth).map { min(topology.parameters($0).count, mostPerLayer) }.reduce(0, +)
        let operations = 8 * Double(samples) * products * Double(parameters)
        // Of a sample: its bytes twice, its numbers, and the engines' matrices of every unit.
        let sampleBytes = 10 * Double(topology.inputCount) + 100 * Double(topology.sizes.reduce(0, +))
        return GradientCost(
            operations: operations, bytes: Double(samples) * sampleBytes + 100 * Double(topology.parameterCount),
            seconds: operations * secondsPerOperation)
    }
}
