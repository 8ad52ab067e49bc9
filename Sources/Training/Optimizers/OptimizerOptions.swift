/// The options of all optimisers; those that an optimiser has not are nil.
///
/// A number more is a property here and a line in the list below it. Records have it by the property's name, the command
/// line by the list's.
public struct OptimizerOptions: Sendable, Equatable, Codable {
    public var learningRate: Double?
    public var momentum: Double?
    public var nesterov: Bool?
    public var beta1: Double?
    public var beta2: Double?
    /// λ: of the weights, biases too.
    public var weightDecay: Double?
    /// Of a second-order step: the first damping, as a part of each parameter's curvature.
    public var damping: Double?
    /// The magnitude to which the gradient's largest element has to fall for the run to end.
    public var gradientTolerance: Double?
    /// The steps that a direction goes by.
    public var history: Int?

    static let list = [
        OptimizerOption("--learning-rate") { $0.learningRate },
        OptimizerOption("--momentum") { $0.momentum },
        OptimizerOption("--nesterov") { $0.nesterov.map { $0 ? 1 : 0 } },
        OptimizerOption("--beta1", .fraction) { $0.beta1 },
        OptimizerOption("--beta2", .fraction) { $0.beta2 },
        OptimizerOption("--weight-decay", .notNegative) { $0.weightDecay },
        OptimizerOption("--damping", .positive) { $0.damping },
        OptimizerOption("--gradient-tolerance", .notNegative) { $0.gradientTolerance },
        OptimizerOption("--history") { $0.history.map(Double.init) },
    ]

    /// Those that there are, by their names on the command line, with their values.
    public var named: [(name: String, value: Double)] {
        Self.list.compactMap { option in option.value(self).map { (option.name, $0) } }
    }

    /// Why one of them is beyond its limits; nil where none is.
    var fault: String? {
        for option in Self.list {
            guard let value = option.value(self), !option.limit.holds(value) else { continue }
            return "\(option.name) must be \(option.limit), not \(value)"
        }
        return nil
    }
}

/// One of an optimiser's options.
struct OptimizerOption: Sendable {
    /// What it may be, beside finite.
    enum Limit: CustomStringConvertible {
        case none, positive, notNegative, fraction

        func holds(_ value: Double) -> Bool {
            switch self {
            case .none: true
            case .positive: value > 0
            case .notNegative: value >= 0
            case .fraction: value >= 0 && value < 1
            }
        }

        var description: String {
            switch self {
            case .none: "any number"
            case .positive: "above 0"
            case .notNegative: "at least 0"
            case .fraction: "at least 0 and below 1"
            }
        }
    }

    /// On the command line.
    let name: String
    let limit: Limit
    /// nil where an optimiser has it not.
    let value: @Sendable (OptimizerOptions) -> Double?

    init(_ name: String, _ limit: Limit = .none, value: @escaping @Sendable (OptimizerOptions) -> Double?) {
        (self.name, self.limit, self.value) = (name, limit, value)
    }
}
