/// What changes the weights, by the name that users give it.
public struct Optimizer: RawRepresentable, CaseIterable, Hashable, Codable, Sendable {
    /// Those that step by gradients, the default first.
    private static let stepping: [any GradientOptimizer.Type] = [MomentumSGD.self, Adam.self]

    public static let sgd = Optimizer(MomentumSGD.self)
    /// A population of networks and no gradient.
    public static let genetic = Optimizer("genetic")
    public static let allCases = stepping.map { Optimizer($0) } + [genetic]

    public let rawValue: String

    /// nil where there is none of that name.
    public init?(rawValue: String) {
        self.init(rawValue)
        guard Self.allCases.contains(self) else { return nil }
    }

    private init(_ name: String) { rawValue = name }
    private init(_ type: any GradientOptimizer.Type) { rawValue = type.name }

    /// nil of the genetic search.
    private var type: (any GradientOptimizer.Type)? { Self.stepping.first { $0.name == rawValue } }

    /// What it keeps beside the weights; see `GradientOptimizer.state`.
    var state: [String] { type?.state ?? [] }

    /// Its options where none is given. A genetic search has no use for any; its records hold those of sgd.
    public var defaults: OptimizerOptions { (type ?? MomentumSGD.self).defaults }

    /// The optimiser by these options; nil of the genetic search.
    func make(_ options: OptimizerOptions) -> (any GradientOptimizer)? { type?.init(options) }

    /// Why these cannot be its options; nil where they can.
    func fault(in options: OptimizerOptions) -> String? {
        for (index, option) in options.own.enumerated()
        where option.value != nil && defaults.own[index].value == nil {
            let others = Self.stepping.filter { $0.defaults.own[index].value != nil }.map { $0.name }
            return "\(option.name) goes with --optimizer \(others.joined(separator: " or ")), not with \(rawValue)"
        }
        return type?.fault(in: options)
    }

    /// All, each with what it is, for the help.
    public static let summaries =
        stepping.map { "\($0.name): \($0.summary)" }.joined(separator: "; ") + "; genetic: a population and no gradient"

    /// The defaults of an option, for the help: sgd's, and where there are several whose the others are.
    public static func defaults(of option: (OptimizerOptions) -> Double?) -> String {
        let all = stepping.compactMap { type in option(type.defaults).map { (type.name, $0) } }
        let first = all.first.map { "\($0.1)" } ?? "none"
        return all.dropFirst().reduce("default: \(first)") { "\($0); \($1.0): \($1.1)" }
    }
}
