extension CurvatureRows {
    /// Seconds of one floating-point operation of products of tiles.
    private static var secondsPerOperation: Double { 2.5e-11 }

    /// The cost of an iteration by the normal equations of `samples` samples: n_L·P² operations a sample for JᵀJ, and P³/3 for its
    /// factor, of P parameters; JᵀJ in words and the factor, once a node.
    public static func cost(topology: Topology, samples: Int) -> GradientCost {
        let count = Double(topology.parameterCount)
        let operations =
            Double(samples) * Double(topology.outputCount) * count * count + count * count * count / 3
        return GradientCost(
            operations: operations, bytes: 12 * count * count, seconds: operations * secondsPerOperation)
    }
}
