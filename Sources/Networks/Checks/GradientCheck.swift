import Foundation
import Kernels

/// Engines compared with each other, with themselves in float32, and with central differences, layer by layer.
///
/// The difference of two gradients in a layer is max |a − b| over its parameters, divided by the largest |a| or |b| in
/// it: what rounding does to a parameter follows the layer's size, not its own.
public struct GradientCheck: Sendable {
    public enum Verdict: String, Sendable {
        case passed
        case failed
        /// The derivatives are so small, or a kink so near, that differences of a loss in Double cannot tell.
        case unresolved
    }

    public struct Comparison: Sendable {
        public let first: String
        public let second: String
        /// k of Wᵏ and bᵏ; nil is the loss.
        public let layer: Int?
        /// Relative; infinite if a number is not finite.
        public let difference: Double
        /// Where it is, such as `0.weight[3,12]`: the place in the file's tensor.
        public let place: String
        public let limit: Double
        public let verdict: Verdict
    }

    /// Between engines.
    public static let engineLimit = 1e-12
    /// Between an engine and itself in float32: some hundred of its roundings.
    public static let singleLimit = 1e-4
    /// Between engines and central differences.
    public static let differenceLimit = 1e-6

    public let network: Network
    public let comparisons: [Comparison]

    public var passed: Bool { comparisons.allSatisfy { $0.verdict != .failed } }

    /// Runs all engines, and compares.
    ///
    /// - Complexity: as with the engines given.
    public init(_ problem: GradientProblem) {
        func engines<Scalar: Real>(_: Scalar.Type) -> [(name: String, engine: any GradientEngine<Scalar>)] {
            GradientMethod.allCases.map { method in
                let engine = method.makeEngine(
                    problem.network, samples: problem.samples, capacity: problem.samples.count,
                    dropout: problem.dropout,
                    as: Scalar.self)
                return (method.rawValue, engine)
            }
        }
        self.init(problem, engines: engines(Double.self), singles: engines(Float.self))
    }

    /// Runs the engines, which must be made for the problem's samples, and compares.
    ///
    /// - Parameter singles: in float32, of the same engines or none.
    /// - Complexity: beside the engines, 8·B·Σ n_k n_{k+1} flops for each of up to 1024 parameters a layer.
    public init(
        _ problem: GradientProblem, engines: [(name: String, engine: any GradientEngine<Double>)],
        singles: [(name: String, engine: any GradientEngine<Float>)] = []
    ) {
        network = problem.network
        let differences = CentralDifferences(problem)
        let results = engines.map { EngineResult(name: $0.name, engine: $0.engine, problem) }
        var comparisons: [Comparison] = []
        for (index, result) in results.enumerated() {
            for other in results[(index + 1)...] { comparisons += result.compared(with: other, network.topology) }
            comparisons += result.compared(with: differences, network.topology)
        }
        for (result, single) in zip(results, singles) {
            let other = EngineResult(name: "float32", engine: single.engine, problem)
            comparisons += result.compared(with: other, network.topology, limit: Self.singleLimit)
        }
        self.comparisons = comparisons
    }
}

/// What one engine computed.
private struct EngineResult {
    let name: String
    let loss: Double
    let gradient: [Double]

    init<Scalar: Real>(name: String, engine: any GradientEngine<Scalar>, _ problem: GradientProblem) {
        let count = problem.topology.parameterCount
        let (parameters, memory) = (ScratchMemory<Scalar>(count: count), ScratchMemory<Scalar>(count: count))
        for index in 0..<count { parameters.base[index] = Scalar(problem.parameters[index]) }
        // What an engine forgets to write must not pass for a small number.
        memory.base.update(repeating: .nan, count: count)
        self.name = name
        loss = engine.gradient(
            of: problem.batch, in: problem.minibatch, parameters: parameters.base, into: memory.base)
        gradient = (0..<count).map { Double(memory.base[$0]) }
    }

    func compared(
        with other: EngineResult, _ topology: Topology, limit: Double = GradientCheck.engineLimit
    ) -> [GradientCheck.Comparison] {
        let layers = (0..<topology.depth).map { k in
            let difference = LargestDifference(topology.parameters(k).map { ($0, gradient[$0], other.gradient[$0]) })
            return comparison(
                other.name, k, difference, at: topology.parameterName(difference.index), limit: limit)
        }
        return [comparedLoss(other.name, other.loss, limit: limit)] + layers
    }

    func compared(with other: CentralDifferences, _ topology: Topology) -> [GradientCheck.Comparison] {
        let layers = other.layers.enumerated().map { k, derivatives in
            let scale = topology.parameters(k).reduce(0) { max($0, gradient[$1].magnitude) }
            let difference = LargestDifference(derivatives.map { ($0, gradient[$0], $1) }, scale: scale)
            return comparison(
                "central differences", k, difference, at: topology.parameterName(difference.index),
                limit: GradientCheck.differenceLimit, resolution: other.resolutions[k])
        }
        return [comparedLoss("central differences", other.loss, limit: GradientCheck.engineLimit)] + layers
    }

    private func comparedLoss(_ name: String, _ other: Double, limit: Double) -> GradientCheck.Comparison {
        comparison(name, nil, LargestDifference([(0, loss, other)]), at: "loss", limit: limit)
    }

    /// `resolution` is the smallest absolute difference that means something.
    private func comparison(
        _ other: String, _ layer: Int?, _ difference: LargestDifference, at place: String, limit: Double,
        resolution: Double = 0
    ) -> GradientCheck.Comparison {
        let verdict: GradientCheck.Verdict =
            difference.isEmpty
            ? .unresolved
            : difference.relative <= limit ? .passed : difference.absolute <= resolution ? .unresolved : .failed
        return GradientCheck.Comparison(
            first: name, second: other, layer: layer, difference: difference.relative, place: place, limit: limit,
            verdict: verdict)
    }
}

/// The largest difference of pairs of numbers, relative to the largest number among them.
private struct LargestDifference {
    private(set) var index = 0
    private(set) var absolute = -1.0
    private var scale: Double

    /// `scale`: a number that is known to be among them already.
    init(_ pairs: [(index: Int, a: Double, b: Double)], scale: Double = 0) {
        self.scale = scale
        for (index, a, b) in pairs {
            let difference = a.isFinite && b.isFinite ? (a - b).magnitude : .infinity
            self.scale = max(self.scale, a.magnitude, b.magnitude)
            if difference > absolute { (self.index, absolute) = (index, difference) }
        }
    }

    /// Whether there were no pairs.
    var isEmpty: Bool { absolute < 0 }

    var relative: Double { absolute <= 0 ? 0 : absolute.isFinite ? absolute / scale : .infinity }
}

extension GradientCheck: CustomStringConvertible {
    /// A table, a line per comparison, and the verdict.
    public var description: String {
        let header = ["verdict", "engine", "against", "layer", "limit", "difference", "at"]
        let rows = comparisons.map { row in
            [
                row.verdict.rawValue, row.first, row.second, row.layer.map(String.init) ?? "loss",
                Self.scientific(row.limit), Self.scientific(row.difference), row.place,
            ]
        }
        return (Self.columns([header] + rows) + ["\(network): \(passed ? "passed" : "failed")"]).joined(separator: "\n")
    }

    /// Rows of words as lines, their columns under each other.
    static func columns(_ rows: [[String]]) -> [String] {
        let widths = rows[0].indices.dropLast().map { column in rows.map { $0[column].count }.max()! }
        return rows.map { row in
            let padded = zip(row, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }
            return (padded + row.suffix(1)).joined(separator: "  ")
        }
    }

    static func scientific(_ value: Double) -> String { String(format: "%.1e", value) }
}
