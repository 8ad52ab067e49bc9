import Datasets
import Networks
import Storage

/// A table's rows as a network takes them: those of each set, and what becomes of the columns.
public struct PreparedTable: SampleTables {
    public let name: String
    private let fitted: TableColumns
    /// Those that there are, with one row at least.
    private var sets: [SampleSet: Rows]
    /// What each training row counts; nil where all count the same.
    private let weights: (values: [Double], name: String)?
    /// What is left out of rows that are measured, as messages.
    public let warnings: [String]

    /// Some of a table's rows.
    public struct Rows: Sendable {
        public let table: Table
        public let rows: [Int]

        public init(table: Table, rows: [Int]) { (self.table, self.rows) = (table, rows) }
    }

    /// Rows as a network takes them that is there already: nothing is fitted.
    public init(name: String, columns: TableColumns, sets: [SampleSet: Rows]) {
        self.init(name: name, fitted: columns, sets: sets, weights: nil, warnings: [])
    }

    private init(
        name: String, fitted: TableColumns, sets: [SampleSet: Rows], weights: (values: [Double], name: String)?,
        warnings: [String]
    ) {
        (self.name, self.fitted, self.weights, self.warnings) = (name, fitted, weights, warnings)
        self.sets = sets.filter { !$1.rows.isEmpty }
    }

    public var columns: TableColumns? { fitted }
    public var table: PreparedTable? { self }
    /// Of each set that there is.
    public var rows: [SampleSet: Rows] { sets }
    public var images: Dataset? { nil }

    public var shape: SampleShape {
        var numbers = 0
        if case .numbers(let units) = fitted.target { numbers = units.outputs.count }
        return SampleShape(inputs: fitted.inputCount, classes: fitted.classes?.count ?? 0, numbers: numbers)
    }

    public func values(of set: SampleSet) throws -> SampleValues? {
        guard let part = sets[set] else { return nil }
        let (table, rows) = (part.table, part.rows)
        var labels: [UInt8] = []
        var targets: [Double]?
        switch fitted.target {
        case .classes: labels = try fitted.labels(of: table, rows: rows)
        case .numbers: targets = try fitted.targets(of: table, rows: rows)
        case .inputs: break
        }
        let name = "\(table.name): the \(set.title) rows"
        let values = SampleValues(
            inputs: try fitted.sampleInputs(of: table, rows: rows), columns: fitted.inputCount, labels: labels[...],
            targets: targets.map { .float64($0[...]) }, count: rows.count, name: name,
            targetsName: "\(name)' \(fitted.targetColumns.joined(separator: ", "))"
        )
        .numbered(by: rows).worded(by: fitted, of: table)
        guard set == .train, let weights else { return values }
        return values.weighted(by: weights.values.prefix(rows.count), name: weights.name)
    }

    /// The rows of one set alone, as those of another.
    public func renamed(_ set: SampleSet, as other: SampleSet) -> PreparedTable {
        PreparedTable(name: name, columns: fitted, sets: sets[set].map { [other: $0] } ?? [:])
    }

    /// Bytes of the inputs of all rows of a table.
    public func inputByteCount(of table: Table) -> Int { fitted.inputByteCount(of: table) }

    public func prefix(train: Int?, test: Int?) -> PreparedTable {
        var kept = self
        kept.sets = Self.prefix(sets, train: train, test: test)
        return kept
    }

    private static func prefix(_ sets: [SampleSet: Rows], train: Int?, test: Int?) -> [SampleSet: Rows] {
        var kept = sets
        for (set, limit) in [(SampleSet.train, train), (.test, test)] {
            guard let limit, let part = sets[set] else { continue }
            kept[set] = Rows(table: part.table, rows: Array(part.rows.prefix(limit)))
        }
        return kept
    }
}

extension TableColumns {
    /// Inputs of some rows of a table, sparse where they stay so and are not what outputs are compared with.
    ///
    /// - Throws: as `inputs`.
    public func sampleInputs(of table: Table, rows: [Int]) throws -> SampleValues.Inputs {
        guard target != .inputs, let sparse = try sparseInputs(of: table, rows: rows) else {
            return .numbers(.float64(try inputs(of: table, rows: rows)[...]))
        }
        return .sparse(SampleValues.Sparse(starts: sparse.starts[...], places: sparse.places, numbers: sparse.numbers))
    }
}

extension SampleValues {
    /// Samples that are rows of a table, of which messages name lines and columns.
    public func worded(by columns: TableColumns, of table: Table) -> SampleValues {
        worded(
            input: { row, input, number in columns.words(ofInput: input, number, of: table, row: row) },
            target: { row, output, number in columns.words(ofTarget: output, number, of: table, row: row) })
    }
}

extension PreparedTable {
    /// Rows for a run to learn from, whose columns are fitted on those that it trains with.
    ///
    /// - Parameters:
    ///   - target: what the network answers; numbers or labels as the table's task is.
    ///   - limits: the first so many of the training and the test rows; nil for all.
    /// - Throws: `.usage` where the options do not go with the columns, `.badData` with the place of a value that is missing or
    ///   not as it should be, and where there are too few rows.
    public init(
        _ files: TableFiles, target: Configuration.TargetName, options: TableOptions, seed: UInt64,
        limits: (train: Int?, test: Int?) = (nil, nil)
    ) throws {
        let source = try TableSource(files, target: target, options: options)
        let (all, warnings) = try source.sets(seed: seed)
        let sets = Self.prefix(all, train: limits.train, test: limits.test)
        guard let train = sets[.train], !train.rows.isEmpty else {
            throw Failure(.badData, "\(source.table.name): there are no rows to train with")
        }
        let columns = try TableColumns(
            fitting: source.table, roles: source.roles, rows: train.rows, task: source.task,
            scaleInputs: source.scaleInputs, scaleTargets: options.scaleTargets ?? .none,
            missing: options.missing ?? .error)
        self.init(
            name: source.table.name, fitted: columns, sets: sets,
            weights: try source.weights(of: train.rows, columns, files.classWeights), warnings: warnings)
    }

    /// What the table is to teach; nil where the inputs are asked for.
    ///
    /// - Throws: as `init`.
    public static func task(
        _ files: TableFiles, target: Configuration.TargetName, options: TableOptions
    ) throws -> TableTask? {
        try TableSource(files, target: target, options: options).task
    }
}
