import Foundation

/// The time of a step as a sum of terms, each a count that follows from the layout times a parameter of the machine.
///
/// Docs/scaling.md has the formula. The parameters are never negative; which of them the points identify is another matter:
/// see `standing` and `objection`.
public struct StepModel: Sendable {
    public enum Parameter: Int, CaseIterable, Sendable {
        case sample, slice, contention, word, barrier, nearMessage, nearByte, farMessage, farByte, farWire

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
    public internal(set) var values: [Double]
    /// Parameters that were not measured but told: a described cluster's.
    private(set) var given: Set<Parameter> = []
    let fit: LinearFit
    /// The link rate of all that was measured between nodes, where that is one: then β has all of a byte's time at
    /// that rate, and nothing tells how much of it is the wire's.
    private(set) var onlyLinkRate: Double?

    public internal(set) subscript(parameter: Parameter) -> Double {
        get { values[parameter.rawValue] }
        set { values[parameter.rawValue] = newValue }
    }

    /// Sets a parameter that is told, not measured.
    mutating func give(_ parameter: Parameter, _ value: Double) {
        self[parameter] = value
        given.insert(parameter)
    }

    /// Takes the links between nodes for perfect: a byte takes what its bits take at the shape's link rate.
    mutating func givePerfectLinks() {
        give(.farByte, 0)
        give(.farWire, 1)
        onlyLinkRate = nil
    }

    /// How often each parameter counts in a step.
    func counts(_ shape: StepShape) -> [Double] { Self.counts(shape, onlyLinkRate: onlyLinkRate) }

    private static func counts(_ shape: StepShape, onlyLinkRate: Double?) -> [Double] {
        let perWorker = Double(shape.parameters) / shape.teamWorkers
        let barriers = shape.teams == 1 ? 2.0 : shape.isExact ? 5 : 4
        return Parameter.allCases.map { parameter in
            switch parameter {
            case .sample: shape.mostSamples
            case .slice: shape.mostSlices * Double(shape.parameters)
            case .contention: shape.mostSamples * (1 - 1 / shape.workersPerNode)
            case .word: perWorker * (shape.teamSlots + 4)
            case .barrier: barriers * log2(shape.teamWorkers)
            case .nearMessage: shape.near.messages
            case .nearByte: shape.near.linkBytes
            case .farMessage: shape.far.messages + shape.maxima.messages
            case .farByte: shape.far.linkBytes
            case .farWire: wireSeconds(shape.far.linkBytes, shape.linkRate, onlyLinkRate: onlyLinkRate)
            }
        }
    }

    /// Seconds of `bytes` on a perfect link, so far as they are counted apart from β.
    private static func wireSeconds(_ bytes: Double, _ linkRate: Double?, onlyLinkRate: Double?) -> Double {
        linkRate == onlyLinkRate ? 0 : linkRate.map { bytes * 8 / $0 } ?? 0
    }

    /// Seconds of a step by what they go into.
    public func terms(_ shape: StepShape) -> [Term: Double] {
        let counts = counts(shape)
        return Dictionary(
            uniqueKeysWithValues: Term.allCases.map { term in
                (term, term.parameters.reduce(0) { $0 + counts[$1.rawValue] * self[$1] })
            })
    }

    public func stepSeconds(_ shape: StepShape) -> Double { counts(shape).dot(values) }
}

// MARK: Fitting

extension StepModel {
    /// What the model is fitted to: a layout's step, or an all-reduce loop.
    public enum Observation: Sendable {
        /// `computeSeconds`, of the slowest worker, where it was measured apart.
        /// `variance`: of the seconds, relative, as repeats have it.
        case step(StepShape, seconds: Double, computeSeconds: Double?, variance: LeastSquares.Equation.Repeats?)
        case call(
            members: Int, betweenNodes: Bool, bytes: Double, seconds: Double, linkRate: Double?,
            variance: LeastSquares.Equation.Repeats?)

        /// Of the network between nodes, where it is one that was used; nil inside where it is not known.
        var linkRate: Double?? {
            switch self {
            case .step(let shape, _, _, _): shape.nodes > 1 ? .some(shape.linkRate) : nil
            case .call(_, let betweenNodes, _, _, let linkRate, _): betweenNodes ? .some(linkRate) : nil
            }
        }
    }

    /// Fits the parameters by least squares of relative errors, none negative.
    ///
    /// Each step counts once, or twice where its computing was measured apart: that, and the rest, relative to
    /// the whole step. A loop of all-reduces counts a tenth, for inside a step the same call takes longer than in a loop: so it decides
    /// only what the steps leave open.
    public init(fittedTo observations: [Observation]) {
        let rates = Set(observations.compactMap(\.linkRate))
        let onlyLinkRate = rates.count == 1 ? rates.first! : nil
        fit = LinearFit(
            observations.flatMap { Self.equations($0, onlyLinkRate: onlyLinkRate) }, unknowns: Parameter.allCases.count)
        values = fit.values
        self.onlyLinkRate = onlyLinkRate
    }

    private static func equations(_ observation: Observation, onlyLinkRate: Double?) -> [LeastSquares.Equation] {
        switch observation {
        case .step(let shape, let seconds, let computeSeconds, let variance):
            let counts = counts(shape, onlyLinkRate: onlyLinkRate)
            func equation(_ seconds: Double, of whole: Double, _ isIn: (Parameter) -> Bool) -> LeastSquares.Equation {
                LeastSquares.Equation(
                    coefficients: Parameter.allCases.map { isIn($0) ? counts[$0.rawValue] : 0 }, value: seconds,
                    weight: 1 / whole)
            }
            var equations =
                computeSeconds.map {
                    [
                        equation($0, of: seconds, \.isCompute),
                        equation(max(0, seconds - $0), of: seconds) { !$0.isCompute },
                    ]
                } ?? [equation(seconds, of: seconds) { _ in true }]
            equations[0].repeats = variance
            return equations
        case .call(let members, let betweenNodes, let bytes, let seconds, let linkRate, let variance):
            let call = AllReduce(members: members, bytes: bytes)
            var counts = [Double](repeating: 0, count: Parameter.allCases.count)
            let (message, byte): (Parameter, Parameter) =
                betweenNodes ? (.farMessage, .farByte) : (.nearMessage, .nearByte)
            counts[message.rawValue] = call.messages
            counts[byte.rawValue] = call.linkBytes
            if betweenNodes {
                counts[Parameter.farWire.rawValue] = wireSeconds(call.linkBytes, linkRate, onlyLinkRate: onlyLinkRate)
            }
            var equation = LeastSquares.Equation(
                coefficients: counts, value: seconds, weight: 0.1 / seconds, errorClass: betweenNodes ? 2 : 1)
            equation.repeats = variance.map { .init(variance: 0.01 * $0.variance, freedom: $0.freedom) }
            return [equation]
        }
    }
}
