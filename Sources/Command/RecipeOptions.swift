import ArgumentParser
import Training

extension Recipe: ExpressibleByArgument {
    public init?(argument: String) { self.init(named: argument) }
    public static var allValueStrings: [String] { list.map(\.name) }
    fileprivate static let summaries = list.map { "\($0): \($0.summary)" }.joined(separator: "; ")
}

/// How it is learned.
struct RecipeOptions: TitledOptions {
    static let title = "Recipe"
    static let example = "train --recipe modern --learning-rate 0.003 --epochs 10"

    @Option(
        help:
            "What is as it is where it is not given; \(Recipe.summaries) (default: \(Self.standard(isTable: false)); of tables \(Self.standard(isTable: true)))."
    )
    var recipe: Recipe?
    @Option(help: "\(Optimizer.summaries) (\(Recipe.defaults { $0.optimizer.rawValue })).")
    var optimizer: Optimizer?
    @OptionGroup var descent: DescentOptions
    @Option(help: "Seed of the first weights and of the shuffling (default: 1).")
    var seed: UInt64?
    @OptionGroup var genetic: GeneticArguments

    private static func standard(isTable: Bool) -> Recipe { isTable ? .modern : .article }

    func chosen(isTable: Bool) -> Recipe { recipe ?? Self.standard(isTable: isTable) }

    static var settings: [Setting<Self>] {
        [
            Setting("--recipe", \.recipe, \.recipe), Setting("--optimizer", \.optimizer, \.withOptions),
            Setting("--seed", \.seed, \.seed),
        ]
    }
}

extension Configuration {
    /// The optimiser; another brings its options.
    fileprivate var withOptions: Optimizer {
        get { optimizer }
        set { choose(newValue) }
    }
}
