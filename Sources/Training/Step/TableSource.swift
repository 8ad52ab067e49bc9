import Datasets
import Networks
import Storage

/// A table that a run learns from, before anything is fitted: what its columns are for, and which rows are whose.
struct TableSource {
    let table: Table
    let roles: TableRoles
    /// nil where the inputs are asked for.
    let task: TableTask?
    private let files: TableFiles
    private let options: TableOptions

    init(_ files: TableFiles, target: Configuration.TargetName, options: TableOptions) throws {
        (self.files, self.options, table) = (files, options, files.main.table)
        roles = try TableRoles(
            of: table, options: options, asksForInputs: target == .inputs, usual: files.main.targets)
        try files.main.requireSound(roles.all.map { [table] in table.columns[$0].name })
        task = target == .inputs ? nil : options.task ?? TableTask(of: table, targets: roles.targets)
    }

    /// As given; columns most of which are zero stay so.
    var scaleInputs: InputScaling { options.scaleInputs ?? .none }

    // MARK: Rows

    /// The rows of each set, and what is to be said of them.
    func sets(seed: UInt64) throws -> (rows: [SampleSet: PreparedTable.Rows], warnings: [String]) {
        var warnings: [String] = []
        var train = try usable(files.main, table)
        var sets: [SampleSet: PreparedTable.Rows] = [:]
        for (set, heldOut, file) in [
            (SampleSet.test, options.test, files.test), (.validation, options.validation, files.validation),
        ] {
            if let file {
                warnings += strangers(in: file.table)
                sets[set] = PreparedTable.Rows(table: file.table, rows: try usable(file, file.table))
            } else if case .share(let share)? = heldOut {
                let rows = Split.heldOut(
                    share, of: train, strata: try strata(train), seed: seed, for: set == .test ? .test : .validation)
                let held = Set(rows)
                train.removeAll(where: held.contains)
                sets[set] = PreparedTable.Rows(table: table, rows: rows)
            } else if set == .test, let own = files.main.test {
                sets[set] = PreparedTable.Rows(table: own, rows: try usable(files.main, own))
            }
        }
        sets[.train] = PreparedTable.Rows(table: table, rows: train)
        return (sets, warnings)
    }

    /// Says so where a sparse table has numbers in columns that are zero in all rows of the one that is learned from.
    private func strangers(in other: Table) -> [String] {
        guard table.isSparse, other.isSparse else { return [] }
        let known = Set(table.columns.map(\.name))
        let names = other.columns.map(\.name).filter { !known.contains($0) }
        guard !names.isEmpty else { return [] }
        let some = names.prefix(5).joined(separator: ", ") + (names.count > 5 ? ", …" : "")
        return [
            "\(other.name): \(counted(names.count, "column")) (\(some)) left out, for \(table.name) has only zeros there"
        ]
    }

    /// The classes of rows, which keep their shares in every set; nil where there are none.
    private func strata(_ rows: [Int]) throws -> [Int]? {
        guard task == .classification, let place = roles.targets.first else { return nil }
        return table.columns[place].strata(rows)
    }

    /// The rows of a file that are not left out for a value that is missing.
    ///
    /// - Throws: `.badData` with the first place where one is, and may not be.
    private func usable(_ file: TableFile, _ table: Table) throws -> [Int] {
        let names = roles.all.map { self.table.columns[$0].name }
        try file.requireSound(names)
        switch options.missing ?? .error {
        case .drop: return table.rowsWithoutMissing(in: names)
        case .mean:
            let needed = (roles.targets + [roles.weight].compactMap(\.self)).map { self.table.columns[$0].name }
            try table.requireValues(in: needed, advice: "--missing drop leaves out such rows")
        case .error:
            try table.requireValues(
                in: names, advice: "--missing drop leaves out such rows, --missing mean takes the column's mean")
        }
        return Array(0..<table.rowCount)
    }

    // MARK: Weights

    /// What each of the training rows counts: its own weight times its class's.
    func weights(
        of rows: [Int], _ columns: TableColumns, _ classWeights: ClassWeights?
    ) throws -> (values: [Double], name: String)? {
        guard roles.weight != nil || classWeights != nil else { return nil }
        var weights = try roles.weight.map { try rowWeights(table.columns[$0], rows) } ?? rows.map { _ in 1 }
        if let classWeights, let classes = columns.classes {
            let labels = try columns.labels(of: table, rows: rows)
            var counts = [Int](repeating: 0, count: classes.count)
            for label in labels { counts[Int(label)] += 1 }
            let ofClasses = try classWeights.weights(of: classes, counts: counts)
            for (index, label) in labels.enumerated() { weights[index] *= ofClasses[Int(label)] }
        }
        return (weights, "\(table.name): the training rows")
    }

    private func rowWeights(_ column: Table.Column, _ rows: [Int]) throws -> [Double] {
        guard let numbers = column.numbers else {
            throw Failure(.badData, "\(table.name), column \(column.name) holds texts; --weight-column expects numbers")
        }
        let range = SampleValues.weightRange
        if let row = rows.first(where: { numbers[$0] != 0 && !range.contains(numbers[$0]) }) {
            throw Failure(
                .badData,
                "\(table.name): \(table.place(ofRow: row)), column \(column.name) is \(numbers[row]); expected a weight, 0 or "
                    + "from \(range.lowerBound) to \(range.upperBound)")
        }
        return rows.map { numbers[$0] }
    }
}
