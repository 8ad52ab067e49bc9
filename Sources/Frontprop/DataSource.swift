import Datasets
import Foundation
import Networks
import Resources
import Storage
import Training

/// Samples by the name that the command line has for them: `synthetic`, `mnist`, a folder, or a table's file.
public struct DataSource: Equatable {
    public let name: String
    /// What is asked for of each row, where `name` is a file of numbers.
    public let targets: String?
    /// A file of what each row counts while a network trains; nil where all count the same.
    public let rowWeights: String?
    /// The first so many; nil for all.
    public let trainLimit: Int?
    public let testLimit: Int?
    /// Of a table: what becomes of its columns and rows; nil of other samples.
    private var table: TableUse?
    /// Of other samples: what of those to train with is held out to decide by; nil for nothing.
    private var validation: Validation?

    /// What a run makes of a table.
    private struct TableUse: Equatable {
        var options: TableOptions
        var target: Configuration.TargetName
        var seed: UInt64
    }

    private struct Validation: Equatable {
        var heldOut: HeldOut
        var seed: UInt64
    }

    public init(name: String, targets: String? = nil, rowWeights: String? = nil, trainLimit: Int?, testLimit: Int?) {
        (self.name, self.targets, self.rowWeights) = (name, targets, rowWeights)
        (self.trainLimit, self.testLimit) = (trainLimit, testLimit)
    }

    /// What a run of these options learns from.
    init(of options: Configuration) {
        self.init(
            name: options.data, targets: options.targets, rowWeights: options.rowWeights,
            trainLimit: options.trainLimit, testLimit: options.testLimit)
        if options.isTable {
            table = TableUse(options: options.table, target: options.target, seed: options.seed)
        } else {
            validation = options.table.validation.map { Validation(heldOut: $0, seed: options.seed) }
        }
    }

    /// The samples, whatever they are; for the first rank alone.
    ///
    /// - Parameter files: a table's, where they are read already.
    /// - Throws: as `load`, `NumPyDataset.init`, `RowWeights.init`, `WeightedTables.init`, `TableFiles.init` and
    ///   `PreparedTable.init`.
    public func tables(files: TableFiles? = nil) throws -> any SampleTables {
        if let table {
            let files = try files ?? TableFiles(path: name, options: table.options)
            let prepared = try PreparedTable(
                files, target: table.target, options: table.options, seed: table.seed,
                limits: (trainLimit, testLimit))
            let (rows, inputs) = (files.main.table.rowCount, prepared.shape.inputs)
            // As they are made, and as they are held.
            try requireMemory(
                2 * prepared.inputByteCount(of: files.main.table),
                for: "\(counted(rows, "row")) of \(counted(inputs, "input"))")
            return try weighted(prepared, rows: rows)
        }
        guard let targets else {
            let whole = try whole()
            let rows = max(whole.train.count, folder == nil ? SyntheticDigits.trainCount : 0)
            return try held(weighted(whole.prefix(train: trainLimit, test: testLimit), rows: rows))
        }
        let rows = try NumPyDataset(inputs: name, targets: targets, trainLimit: trainLimit, testLimit: testLimit)
        return try held(weighted(rows, rows: rows.inputs.shape[0]))
    }

    private func held(_ tables: any SampleTables) throws -> any SampleTables {
        guard let validation, case .share(let share) = validation.heldOut, share > 0 else { return tables }
        return try HeldOutTables(tables, share: share, seed: validation.seed)
    }

    private func weighted(_ tables: any SampleTables, rows: Int) throws -> any SampleTables {
        guard let rowWeights else { return tables }
        return try WeightedTables(tables, RowWeights(path: rowWeights), rows: rows)
    }

    /// Samples that are images; for the first rank alone.
    ///
    /// - Throws: as `Dataset.load`; `.internalError` where there is too little memory; `.usage` of a file of numbers.
    public func load() throws -> Dataset {
        try whole().prefix(train: trainLimit, test: testLimit)
    }

    /// Before the limits; of generated samples as many as they ask for.
    private func whole() throws -> Dataset {
        guard targets == nil, !TableFile.isTable(name) else {
            throw Failure(.usage, "\(name) holds no images")
        }
        guard let folder else {
            return try Self.synthetic(
                seed: 1, trainCount: trainLimit ?? SyntheticDigits.trainCount,
                testCount: testLimit ?? SyntheticDigits.testCount)
        }
        return try Dataset.load(directory: folder)
    }

    /// One of the two sets alone, without labels where they are not there; for the first rank alone.
    ///
    /// - Throws: as `load`.
    public func load(_ part: Dataset.Part) throws -> ImageSet {
        guard let folder else { return try load()[part] }
        let images = try Dataset.load(part, directory: folder, needsLabels: false)
        return images.prefix((part == .train ? trainLimit : testLimit) ?? images.count)
    }

    /// Where the samples' files are; nil where they are generated.
    private var folder: String? {
        switch name {
        case "synthetic": nil
        case "mnist": DataFolders.mnist
        default: name
        }
    }

    /// `name` as it means the same wherever the program runs: a folder's path from the root.
    public static func resolved(_ name: String) -> String {
        guard !["synthetic", "mnist", "-"].contains(name), !name.hasPrefix("/") else { return name }
        let current = FileManager.default.currentDirectoryPath
        return current.isEmpty ? name : current + "/" + name
    }

    /// Synthetic digits, as many as there is memory for.
    ///
    /// - Throws: `.internalError` where there is too little.
    public static func synthetic(seed: UInt64, trainCount: Int, testCount: Int) throws -> Dataset {
        let bytes = (trainCount + testCount) * (SyntheticDigits.rows * SyntheticDigits.columns + 1)
        try requireMemory(bytes, for: "\(trainCount) + \(testCount) synthetic digits")
        return SyntheticDigits(seed: seed).dataset(trainCount: trainCount, testCount: testCount)
    }
}

/// Refuses what takes more memory than there is.
///
/// - Throws: `.internalError` with what it takes.
public func requireMemory(_ bytes: Int, for what: String) throws {
    guard let shortage = Memory.shortage(of: bytes) else { return }
    throw Failure(
        .internalError, "no memory for \(what), which take \(GradientCost.size(Double(bytes))): \(shortage)")
}

/// Where fetched datasets are kept.
public enum DataFolders {
    /// `$FRONTPROP_DATA/mnist`, or `mnist` in the user's cache folder. A variable that is empty is as one that is not set.
    public static var mnist: String {
        if let folder = variable("FRONTPROP_DATA") { return folder + "/mnist" }
        let cache = variable("XDG_CACHE_HOME") ?? (variable("HOME") ?? NSHomeDirectory()) + "/.cache"
        return cache + "/frontprop/mnist"
    }

    private static func variable(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
