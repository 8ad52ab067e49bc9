import ArgumentParser
import Datasets
import Frontprop
import Training

extension TableTask: ExpressibleByArgument {}
extension InputScaling: ExpressibleByArgument {}
extension TargetScaling: ExpressibleByArgument {}
extension MissingValues: ExpressibleByArgument {}

/// What becomes of a table's columns and rows.
struct TableArguments: RunOptions {
    @Option(
        help: ArgumentHelp(
            "Of a table the columns to learn from, by name or number from 1, joined by commas (default: all others).",
            valueName: "columns"))
    var features: String?
    @Option(
        help: ArgumentHelp(
            "Of a table the column of what each row counts while the network trains (default: the same).",
            valueName: "column"))
    var weightColumn: String?
    @Option(
        help: ArgumentHelp(
            "Of a table the rows to test with: a share of them, of each class the same, or a file (default: \(Self.share(\.test)), or the file's own).",
            valueName: "file|fraction"))
    var test: HeldOut?
    @Option(
        help:
            "classification or regression (default: classification where the target is text, or whole numbers with at most \(TableTask.mostWholeClasses) values)."
    )
    var task: TableTask?
    @Option(
        help:
            "standard: mean 0, deviation 1; minmax: 0 to 1; none (default: none; modern: standard, of sparse rows none)."
    )
    var scaleInputs: InputScaling?
    @Option(
        help:
            "standard; log: of the logarithms, for positive targets over decades; none (default: none; modern: standard, for losses that take any numbers)."
    )
    var scaleTargets: TargetScaling?
    @Option(
        help:
            "Of rows with missing values; error: refuse them; drop: leave them out; mean: take the mean of the column (default: error)."
    )
    var missing: MissingValues?
    @Flag(help: "The first line of text is data (default: told by the line).")
    var noHeader = false
    @Option(
        help: ArgumentHelp(
            "balanced: as much for each class in all; or a file of classes and what a row of each counts (default: the same).",
            valueName: "balanced|file"))
    var classWeights: String?

    static var settings: [Setting<Self>] {
        [
            Setting("--features", \.features, \.table.features),
            Setting("--weight-column", \.weightColumn, \.table.weightColumn),
            Setting("--test", \.resolvedTest, \.table.test),
            Setting("--task", \.task, \.table.task), Setting("--scale-inputs", \.scaleInputs, \.table.scaleInputs),
            Setting("--scale-targets", \.scaleTargets, \.table.scaleTargets),
            Setting("--missing", \.missing, \.table.missing),
            Setting("--no-header", \.noHeader, \.table.noHeader, is: true),
            Setting("--class-weights", \.resolvedClassWeights, \.table.classWeights),
        ]
    }

    private var resolvedTest: HeldOut? { test?.resolved }
    private var resolvedClassWeights: String? {
        classWeights.map { $0 == "balanced" ? $0 : DataSource.resolved($0) }
    }

    /// What the recipe for tables that holds out such rows holds out.
    static func share(_ member: KeyPath<TableOptions, HeldOut?>) -> String {
        let options = Configuration(.modern, for: Recipe.Work(isImages: false, target: .numbers, isTable: true))
        return options.table[keyPath: member].map { "\($0)" } ?? "none"
    }
}
