import Foundation

/// The time of a step as a sum of terms, each a count that follows from the layout times a parameter of the machine.
///
/// Docs/scaling.md has the formula. The parameters are never negative; one that nothing measured tells of is zero.
public struct StepModel: Sendable {
    public enum Parameter: Int, CaseIterable, Sendable {
        // Of two that the points cannot tell apart the first takes all: so the wire, where link rates are known.
        case sample, slice, contention, word, barrier, nearMessage, nearByte, farMessage, farWire, farByte

        /// As in model.json.
        public var name: String {
            switch self {
            case .sample: "sample"
            case .slice: "slice"
            case .contention: "contention"
            case .word: "word"
            case .barrier: "barrier"
            case .nearMessage: "alpha_within_node"
            case .nearByte: "beta_within_node"
            case .farMessage: "alpha"
            case .farByte: "beta"
            case .farWire: "wire"
            }
        }

        public var meaning: String {
            switch self {
            case .sample: "computing the gradient of a sample"
            case .slice: "beginning a slice, per parameter"
            case .contention: "a sample, more, when all cores of a node are busy"
            case .word: "summing and updating, per parameter and slot"
            case .barrier: "a barrier, per doubling of the workers of a node"
            case .nearMessage: "α within a node: a message"
            case .nearByte: "β within a node: a byte"
            case .farMessage: "α between nodes: a message"
            case .farByte: "β between nodes: a byte, besides the wire"
            case .farWire: "wire: time of a byte ÷ (8 ÷ link rate)"
            }
        }

        public var isRatio: Bool { self == .farWire }
        var isCompute: Bool { rawValue <= Parameter.contention.rawValue }
    }

    /// What a term is called in the report.
    public enum Term: String, CaseIterable, Sendable {
        case compute, sum, barrier, latency, bandwidth

        var parameters: [Parameter] {
            switch self {
            case .compute: [.sample, .slice, .contention]
            case .sum: [.word]
            case .barrier: [.barrier]
            case .latency: [.nearMessage, .farMessage]
            case .bandwidth: [.nearByte, .farByte, .farWire]
            }
        }

        public var meaning: String {
            switch self {
            case .compute: "computing gradients"
            case .sum: "summing and updating"
            case .barrier: "barriers"
            case .latency: "the network's latency"
            case .bandwidth: "the network's bandwidth"
            }
        }
    }

    /// By `Parameter.rawValue`: seconds, but for ratios.
    public var values: [Double]
    /// Parameters that something measured depended on.
    public var known: Set<Parameter>

    public subscript(parameter: Parameter) -> Double {
        get { values[parameter.rawValue] }
        set { values[parameter.rawValue] = newValue }
    }

    /// How often each parameter counts in a step.
    static func counts(_ shape: StepShape) -> [Double] {
        let perWorker = Double(shape.parameters) / shape.teamWorkers
        let barriers = shape.teams == 1 ? 2.0 : 4.0
        return Parameter.allCases.map { parameter in
            switch parameter {
            case .sample: shape.mostSamples
            case .slice: shape.mostSlices * Double(shape.parameters)
            case .contention: shape.mostSamples * (1 - 1 / shape.workersPerNode)
            case .word: perWorker * (shape.teamSlots + 4)
            case .barrier: barriers * log2(shape.teamWorkers)
            case .nearMessage: shape.near.messages
            case .nearByte: shape.near.linkBytes
            case .farMessage: shape.far.messages
            case .farByte: shape.far.linkBytes
            case .farWire: shape.linkRate.map { shape.far.linkBytes * 8 / $0 } ?? 0
            }
        }
    }

    /// Seconds of a step by what they go into.
    public func terms(_ shape: StepShape) -> [Term: Double] {
        let counts = Self.counts(shape)
        return Dictionary(
            uniqueKeysWithValues: Term.allCases.map { term in
                (term, term.parameters.reduce(0) { $0 + counts[$1.rawValue] * self[$1] })
            })
    }

    public func stepSeconds(_ shape: StepShape) -> Double {
        zip(Self.counts(shape), values).reduce(0) { $0 + $1.0 * $1.1 }
    }

    /// Whether all that the step's time depends on was measured.
    public func knows(_ shape: StepShape) -> Bool {
        let counts = Self.counts(shape)
        return Parameter.allCases.allSatisfy { counts[$0.rawValue] == 0 || known.contains($0) }
    }
}

// MARK: Fitting

extension StepModel {
    /// What the model is fitted to: a layout's step, or an all-reduce loop.
    public enum Observation: Sendable {
        /// `computeSeconds`, of the slowest worker, where it was measured apart.
        case step(StepShape, seconds: Double, computeSeconds: Double?)
        case call(members: Int, betweenNodes: Bool, bytes: Double, seconds: Double, linkRate: Double?)
    }

    /// Fits the parameters by least squares of relative errors, none negative.
    ///
    /// Each step counts once, or twice where its computing was measured apart: that, and the rest, relative to
    /// the whole step. A loop of all-reduces counts a tenth, for inside a step the same call takes longer than in a loop: so it decides
    /// only what the steps leave open.
    public init(fittedTo observations: [Observation]) {
        let equations = observations.flatMap(Self.equations)
        values = LeastSquares.nonNegative(equations, unknowns: Parameter.allCases.count)
        known = Set(
            Parameter.allCases.filter { parameter in
                equations.contains { $0.coefficients[parameter.rawValue] > 0 }
            })
    }

    private static func equations(_ observation: Observation) -> [LeastSquares.Equation] {
        switch observation {
        case .step(let shape, let seconds, let computeSeconds):
            let counts = counts(shape)
            guard let computeSeconds else {
                return [LeastSquares.Equation(coefficients: counts, value: seconds, weight: 1 / seconds)]
            }
            let compute = Parameter.allCases.map { $0.isCompute ? counts[$0.rawValue] : 0 }
            let rest = Parameter.allCases.map { $0.isCompute ? 0 : counts[$0.rawValue] }
            return [
                LeastSquares.Equation(coefficients: compute, value: computeSeconds, weight: 1 / seconds),
                LeastSquares.Equation(
                    coefficients: rest, value: max(0, seconds - computeSeconds), weight: 1 / seconds),
            ]
        case .call(let members, let betweenNodes, let bytes, let seconds, let linkRate):
            let call = AllReduce(members: members, bytes: bytes)
            var counts = [Double](repeating: 0, count: Parameter.allCases.count)
            let (message, byte): (Parameter, Parameter) =
                betweenNodes ? (.farMessage, .farByte) : (.nearMessage, .nearByte)
            counts[message.rawValue] = call.messages
            counts[byte.rawValue] = call.linkBytes
            if betweenNodes, let linkRate { counts[Parameter.farWire.rawValue] = call.linkBytes * 8 / linkRate }
            return [LeastSquares.Equation(coefficients: counts, value: seconds, weight: 0.1 / seconds)]
        }
    }
}
