/// What a damped step is solved by, of P parameters and M rows of J.
public enum CurvatureForm: Sendable {
    /// JᵀJ, P × P.
    case primal
    /// J D⁻¹ Jᵀ, M × M.
    case dual
}

extension CurvatureForm {
    /// That of the fewer operations, for steps of at most so many samples. With decay D would depend on the damping, and the primal
    /// form is taken.
    public init(topology: Topology, samples: Int, decays: Bool) {
        func operations(_ form: CurvatureForm) -> Double {
            CurvatureRows.cost(topology: topology, samples: samples, form: form).operations
        }
        self = !decays && operations(.dual) < operations(.primal) ? .dual : .primal
    }

    /// Rows of what is factored.
    public func order(topology: Topology, samples: Int) -> Int {
        self == .primal ? topology.parameterCount : samples * topology.outputCount
    }
}

extension CurvatureRows {
    /// Seconds of one floating-point operation of products of tiles.
    private static var secondsPerOperation: Double { 2.5e-11 }

    /// The cost of an iteration of `samples` samples, of P parameters and M = n_L rows a sample: M·P² operations for JᵀJ, and P³/3 for
    /// its factor; of the dual form M²·P and M³/3. The matrix in words and its factor, and of the dual form J, once a node.
    public static func cost(topology: Topology, samples: Int, form: CurvatureForm) -> GradientCost {
        let count = Double(topology.parameterCount), rows = Double(samples) * Double(topology.outputCount)
        let (order, depth) = form == .primal ? (count, rows) : (rows, count)
        let operations = depth * order * order + order * order * order / 3
        return GradientCost(
            operations: operations, bytes: 12 * order * order + (form == .dual ? 8 * order * depth : 0),
            seconds: operations * secondsPerOperation)
    }
}
