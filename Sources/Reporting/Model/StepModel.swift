import Foundation

/// The time of a step as a sum of terms, each a count that follows from the layout times a parameter of the machine.
///
/// Docs/scaling.md has the formula. The parameters are never negative; which of them the points identify is another matter:
/// see `standing` and `objection`.
public struct StepModel: Sendable {
    public enum Parameter: Int, CaseIterable, Sendable {
        case sample, slice, contention, word, barrier, nearMessage, nearByte, farMessage, farByte, farWire, factor,
            pivot

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
            case .factor: "factor"
            case .pivot: "pivot"
            }
        }

        public var meaning: String {
            switch self {
            case .sample: "computing a sample: its gradient, and its part of JᵀJ where that is made"
            case .slice: "beginning a slice, per parameter"
            case .contention: "a sample, more, for each worker more on its node"
            case .word: "summing and updating, per parameter and slot"
            case .barrier: "a barrier, per doubling of the workers of a node"
            case .nearMessage: "α within a node: a message"
            case .nearByte: "β within a node: a byte"
            case .farMessage: "α between nodes: a message"
            case .farByte: "β between nodes: a byte, besides the wire"
            case .farWire: "wire: time of a byte ÷ (8 ÷ link rate)"
            case .factor: "factoring JᵀJ: an operation that the workers of a node share"
            case .pivot: "factoring JᵀJ, and solving: an operation that one worker does alone"
            }
        }

        public var isRatio: Bool { self == .farWire }
        /// Whether only steps with a JᵀJ depend on it.
        var isOfFactors: Bool { self == .factor || self == .pivot }
    }

    /// What a term is called in the report.
    public enum Term: String, CaseIterable, Sendable {
        case compute, factor, pivot, sum, barrier, latency, bandwidth

        var parameters: [Parameter] {
            switch self {
            case .compute: [.sample, .slice, .contention]
            case .factor: [.factor]
            case .pivot: [.pivot]
            case .sum: [.word]
            case .barrier: [.barrier]
            case .latency: [.nearMessage, .farMessage]
            case .bandwidth: [.nearByte, .farByte, .farWire]
            }
        }

        /// Those that a step of this work has.
        static func all(of work: StepWork) -> [Term] {
            allCases.filter { work.factors > 0 || !$0.parameters.contains(where: \.isOfFactors) }
        }

        public var meaning: String {
            switch self {
            case .compute: "computing samples"
            case .factor: "factoring JᵀJ together"
            case .pivot: "factoring JᵀJ by one worker"
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
        let (work, parameters) = (shape.work, Double(shape.parameters))
        let samples = shape.mostSamples * work.samplePasses
        let farBytes = shape.far.linkBytes * work.gradients + shape.words.linkBytes
        return Parameter.allCases.map { parameter in
            switch parameter {
            case .sample: samples
            // Beside JᵀJ it is nothing, and would not be told from a sample.
            case .slice: work.factors > 0 ? 0 : shape.mostSlices * parameters * work.gradients
            case .contention: samples * (shape.workersPerNode - 1)
            case .word: parameters / shape.teamWorkers * (shape.teamSlots + 4) * work.gradients
            case .barrier: barriers(shape) * log2(shape.teamWorkers)
            case .nearMessage: shape.near.messages * work.gradients
            case .nearByte: shape.near.linkBytes * work.gradients
            case .farMessage: (shape.far.messages + shape.maxima.messages) * work.gradients + shape.words.messages
            case .farByte: farBytes
            case .farWire: wireSeconds(farBytes, shape.linkRate, onlyLinkRate: onlyLinkRate)
            case .factor: work.factors * StepWork.factorOperations(order: shape.order) / shape.teamWorkers
            case .pivot: work.factors * StepWork.pivotOperations(order: shape.order)
            }
        }
    }

    /// Of a gradient; and of each factor, whose blocks have three.
    private static func barriers(_ shape: StepShape) -> Double {
        let ofGradient = shape.teams == 1 ? 2.0 : shape.isExact ? 5 : 4
        return ofGradient * shape.work.gradients
            + shape.work.factors * 3 * (shape.order / StepWork.blockRows).rounded(.up)
    }

    /// Seconds of `bytes` on a perfect link, so far as they are counted apart from β.
    private static func wireSeconds(_ bytes: Double, _ linkRate: Double?, onlyLinkRate: Double?) -> Double {
        linkRate == onlyLinkRate ? 0 : linkRate.map { bytes * 8 / $0 } ?? 0
    }

    /// Seconds of a step by what they go into.
    public func terms(_ shape: StepShape) -> [Term: Double] {
        let counts = counts(shape)
        return Dictionary(
            uniqueKeysWithValues: Term.all(of: shape.work).map { term in
                (term, term.parameters.reduce(0) { $0 + counts[$1.rawValue] * self[$1] })
            })
    }

    public func stepSeconds(_ shape: StepShape) -> Double { counts(shape).dot(values) }
}

// MARK: Fitting

extension StepModel {
    /// What the model is fitted to: a layout's step, or an all-reduce loop.
    public enum Observation: Sendable {
        /// `phases`, each the slowest worker's, where they were measured.
        /// `variance`: of the seconds, relative, as repeats have it.
        case step(StepShape, seconds: Double, phases: Phases?, variance: LeastSquares.Equation.Repeats?)
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
    /// Each step counts once, or where its phases were measured as often as they tell of different terms: the computing, the
    /// factoring if there is any, and the rest, relative to the whole step. A loop of all-reduces counts a tenth, for inside a step the same call takes longer than in a loop: so it decides
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
        case .step(let shape, let seconds, let phases, let variance):
            let counts = counts(shape, onlyLinkRate: onlyLinkRate)
            var parts: [(seconds: Double, terms: [Term])] = []
            if let phases {
                parts.append((phases.compute, [.compute]))
                if shape.work.factors > 0 { parts.append((phases.update, [.factor, .pivot])) }
            }
            let rest = seconds - parts.reduce(0) { $0 + $1.seconds }
            parts.append((max(0, rest), Term.allCases.filter { term in !parts.contains { $0.terms.contains(term) } }))
            // Of a step with a factor the parts are of different sizes, and each is known as well as it repeats.
            var equations = parts.enumerated().map { index, part in
                let own = part.terms.flatMap(\.parameters)
                return LeastSquares.Equation(
                    coefficients: Parameter.allCases.map { own.contains($0) ? counts[$0.rawValue] : 0 },
                    value: part.seconds, weight: 1 / seconds,
                    errorClass: shape.work.factors > 0 && index > 0 ? 2 + index : 0)
            }
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
