import ArgumentParser
import Training

/// How it is learned.
struct RecipeOptions: TitledOptions {
    static let title = "Recipe"
    static let example = "train --optimizer adam --learning-rate 0.003 --batch-size 128 --epochs 20"

    @Option(help: "\(Optimizer.summaries) (default: \(Optimizer.sgd.rawValue)).")
    var optimizer: Optimizer?
    @OptionGroup var descent: DescentOptions
    @Option(help: "Seed of the first weights and of the shuffling (default: 1).")
    var seed: UInt64?
    @OptionGroup var genetic: GeneticArguments

    static var settings: [Setting<Self>] {
        [Setting("--optimizer", \.optimizer, \.withDefaults), Setting("--seed", \.seed, \.seed)]
    }
}

extension Configuration {
    /// The optimiser; another brings its defaults.
    fileprivate var withDefaults: Optimizer {
        get { optimizer }
        set {
            guard newValue != optimizer else { return }
            optimizer = newValue
            optimizerOptions = newValue.defaults
        }
    }
}
