/// What changes the weights, by the name that users give it.
public struct Optimizer: RawRepresentable, CaseIterable, Hashable, Codable, Sendable {
    /// Those that step by gradients of minibatches, the default first.
    private static let stepping: [any GradientOptimizer.Type] = [MomentumSGD.self, Adam.self, AdamW.self]
    /// Those whose step is one of the whole set.
    private static let ofWholeSets: [any WholeSetOptimizer.Type] = [LevenbergMarquardt.self, LBFGS.self]
    private static let named: [any NamedOptimizer.Type] = stepping + ofWholeSets

    public static let sgd = Optimizer(MomentumSGD.self)
    public static let adam = Optimizer(Adam.self)
    public static let lm = Optimizer(LevenbergMarquardt.self)
    public static let lbfgs = Optimizer(LBFGS.self)
    /// A population of networks and no gradient.
    public static let genetic = Optimizer("genetic")
    public static let allCases = named.map { Optimizer($0) } + [genetic]

    public let rawValue: String

    /// nil where there is none of that name.
    public init?(rawValue: String) {
        self.init(rawValue)
        guard Self.allCases.contains(self) else { return nil }
    }

    private init(_ name: String) { rawValue = name }
    private init(_ type: any NamedOptimizer.Type) { rawValue = type.name }

    /// nil of the genetic search.
    private var type: (any NamedOptimizer.Type)? { Self.named.first { $0.name == rawValue } }
    /// nil where a step is one of a minibatch.
    var ofWholeSet: (any WholeSetOptimizer.Type)? { Self.ofWholeSets.first { $0.name == rawValue } }

    /// Whether it steps by gradients of minibatches.
    public var isOfMinibatches: Bool { type is any GradientOptimizer.Type }

    /// What it keeps beside the weights; see `NamedOptimizer.state`.
    func state(_ options: OptimizerOptions) -> [String] { type?.state(options) ?? [] }

    /// Its options where none is given. A genetic search has no use for any; its records hold those of sgd.
    public var defaults: OptimizerOptions { (type ?? MomentumSGD.self).defaults }

    /// The optimiser by these options; nil where it does not step by minibatches.
    func make(_ options: OptimizerOptions) -> (any GradientOptimizer)? {
        (type as? any GradientOptimizer.Type)?.init(options)
    }

    /// Why these cannot be its options; nil where they can.
    func fault(in options: OptimizerOptions) -> String? {
        for option in OptimizerOptions.list where option.value(options) != nil && option.value(defaults) == nil {
            let others = Self.named.filter { option.value($0.defaults) != nil }.map { $0.name }
            return "\(option.name) goes with --optimizer \(others.joined(separator: " or ")), not with \(rawValue)"
        }
        return options.fault ?? type?.fault(in: options)
    }

    /// All, each with what it is, for the help.
    public static let summaries =
        named.map { "\($0.name): \($0.summary)" }.joined(separator: "; ") + "; genetic: a population and no gradient"

    /// Those whose step is one of the whole set, for the help.
    public static let namesOfWholeSets = ofWholeSets.map { $0.name }.joined(separator: ", ")

    /// The defaults of an option, for the help: `default: 10.0; adam, adamw: 0.001`, sgd's first.
    public static func defaults<Value: Equatable>(of option: (OptimizerOptions) -> Value?) -> String {
        let all = named.compactMap { type in option(type.defaults).map { (name: type.name, value: $0) } }
        guard let first = all.first?.value else { return "default: none" }
        let others = all.filter { $0.value != first }
        var values: [Value] = []
        for (_, value) in others where !values.contains(value) { values.append(value) }
        return "default: \(first)"
            + values.map { value in
                "; \(others.filter { $0.value == value }.map(\.name).joined(separator: ", ")): \(value)"
            }.joined()
    }
}
