import ArgumentParser
import Datasets
import Frontprop
import Networks
import Storage
import Training

extension HeldOut: ExpressibleByArgument {
    /// A file by its path from the root.
    var resolved: HeldOut { if case .file(let path) = self { .file(DataSource.resolved(path)) } else { self } }
}

extension Configuration {
    /// What is held out to decide by; without any there is nothing to be patient about.
    fileprivate var validationWithPatience: HeldOut? {
        get { table.validation }
        set {
            table.validation = newValue
            if newValue == .share(0) { patience = nil }
        }
    }
}

/// What is learned.
struct WhatOptions: TitledOptions {
    static let title = "What"
    static let example = "train --data concrete.csv --target compressive_strength --test 0.2"

    @Option(
        help:
            "synthetic, mnist, a folder with the four IDX files, plain or .gz, or a table: \(TableFile.suffixes) (default: synthetic)."
    )
    var data: String?
    @Option(
        help: ArgumentHelp(
            "Of a table the columns that are asked for, by name or number from 1, joined by commas; labels: an output for each class; inputs: an autoencoder (default: labels; of --model autoencoder: inputs; of a table what the file names).",
            valueName: "columns|labels|inputs"))
    var target: String?
    @OptionGroup var table: TableArguments
    @Option(help: .hidden)
    var targets: String?
    @Option(help: .hidden)
    var rowWeights: String?
    @Option(
        help: ArgumentHelp(
            "Samples to decide by, see --patience: a share of those to train with, or of a table a file (default: none; of a table in modern: \(TableArguments.share(\.validation))).",
            valueName: "file|fraction"))
    var validation: HeldOut?
    @Option(help: "Use the first N training samples.")
    var trainLimit: Int?
    @Option(help: "Use the first N test samples.")
    var testLimit: Int?

    static var settings: [Setting<Self>] {
        [
            Setting("--data", \.resolvedData, \.data), Setting("--targets", \.resolvedTargets, \.targets),
            Setting("--row-weights", \.resolvedRowWeights, \.rowWeights),
            Setting("--validation", \.resolvedValidation, \.validationWithPatience),
            Setting("--train-limit", \.trainLimit, \.trainLimit),
            Setting("--test-limit", \.testLimit, \.testLimit),
        ]
    }

    func validate() throws {
        for (name, heldOut) in [("--test", table.test), ("--validation", validation)] {
            if let fault = Configuration.heldOutFault(name, heldOut) { throw ValidationError(fault + ".") }
        }
    }

    private var resolvedData: String? { (split?.file(of: .train) ?? data).map(DataSource.resolved) }
    private var resolvedValidation: HeldOut? { validation?.resolved }
    private var resolvedTargets: String? { targets.map(DataSource.resolved) }
    private var resolvedRowWeights: String? { rowWeights.map(DataSource.resolved) }

    /// Whether `--data` is a table, or a folder that one was split into.
    var isTable: Bool { targets == nil && data.map(TableFile.isTable) == true || split != nil }

    private var split: SplitFolder? { targets == nil ? data.flatMap(SplitFolder.init) : nil }

    var asksForInputs: Bool { target == Configuration.TargetName.inputs.rawValue }

    /// Puts what is given of the target, and of a table's columns and rows, in place of what is there.
    ///
    /// - Throws: `.usage` where that goes with other data.
    func applyOfData(to options: inout Configuration) throws {
        try split.map { try apply($0, to: &options) }
        table.apply(to: &options)
        if !options.isTable, let given = table.given.first(where: { $0 != "--validation" }) {
            throw Failure(.usage, "\(given) goes with --data of a table: \(TableFile.suffixes)")
        }
        guard let target else { return }
        if options.isTable, !asksForInputs {
            options.table.targetColumns = target
        } else {
            options.target = try targetName(target)
        }
    }

    /// The sets of a table that was split.
    private func apply(_ split: SplitFolder, to options: inout Configuration) throws {
        let sets = try split.sets()
        func file(_ set: SampleSet) -> HeldOut? {
            sets.contains(set) ? .file(DataSource.resolved(split.file(of: set))) : nil
        }
        options.table.test = file(.test) ?? .share(0)
        if validation == nil, let file = file(.validation) { options.table.validation = file }
        options.table.noHeader = false
    }

    /// What is given of the target, where the data are no table.
    ///
    /// - Throws: `.usage` for what is none.
    func targetName() throws -> Configuration.TargetName? { try target.map(targetName) }

    private func targetName(_ text: String) throws -> Configuration.TargetName {
        if let name = Configuration.TargetName(rawValue: text) { return name }
        throw Failure(
            .usage,
            "--target: '\(text)' is not one of labels, inputs; columns are a table's, which --data names: "
                + TableFile.suffixes)
    }

    /// What the file of `--targets` makes the outputs stand for; nil where there is none.
    ///
    /// - Throws: `.usage` where that is not what `--target` says, and as `NumPyArray.holdsIntegers`.
    func targetOfFile() throws -> Configuration.TargetName? {
        guard let targets else { return nil }
        let found: Configuration.TargetName = try NumPyArray.holdsIntegers(path: targets) ? .labels : .numbers
        guard try targetName() != .labels || found == .labels else {
            throw Failure(.usage, "--target labels: \(targets) holds no integers")
        }
        return found
    }
}
