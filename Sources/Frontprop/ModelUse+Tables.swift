import Datasets
import Storage
import Training

/// New rows for a network that learned from a table.
extension ModelUse {
    /// The rows of a table's sets, as given in `data`; those that the run's way with missing values leaves out are not among
    /// them.
    ///
    /// - Throws: as `TableFile.read`; `.badData` with the place of a column or a value that is not there.
    func preparedTable(_ columns: TableColumns, data: String) throws -> PreparedTable {
        let sets = try files(of: data, columns).mapValues { try usable($0, columns, needsTargets: true) }
        let prepared = PreparedTable(name: data, columns: columns, sets: sets)
        return prepared.prefix(train: trainLimit, test: testLimit)
    }

    /// Chosen rows of one set of a table: of `file`, as given, or the run's. Only the run's must have what is asked for.
    ///
    /// - Parameters:
    ///   - set: of a file that keeps one table alone, all of it.
    ///   - file: a table, a folder that one was split into, or `-` for a CSV on standard input.
    /// - Throws: as `tables` and `TableFile.read`; `.usage` where `file` and `data` are given, and of a row or a set that is not
    ///   there; `.badData` with the place of a column or a value that is not as it should be.
    public func rows(_ set: SampleSet, file: String?, _ choice: SampleChoice) throws -> ChosenRows {
        guard let columns = model.columns else {
            throw Failure(.usage, "\(model.name) did not learn from a table")
        }
        guard file == nil || data == nil else { throw Failure(.usage, "FILE and --data exclude each other") }
        let sets: [SampleSet: PreparedTable.Rows]
        if let name = file ?? data {
            sets = try files(of: name, columns)
        } else if let table = try tables().table {
            sets = table.rows
        } else {
            throw Failure(.usage, "\(model.name) was not trained on a table: give FILE")
        }
        guard let found = sets.count == 1 && (file ?? data) != nil ? sets.values.first : sets[set] else {
            let names = SampleSet.allCases.filter { sets[$0] != nil }.map(\.rawValue)
            throw Failure(.usage, "there is no \(set.title) set; --set is one of \(names.joined(separator: ", "))")
        }
        let name = (file ?? data) == nil ? "the \(set.title) set" : found.table.name
        let chosen = PreparedTable.Rows(table: found.table, rows: try choice.numbers(among: found.rows, of: name))
        let kept = try usable(chosen, columns, needsTargets: false)
        if kept.rows.count < chosen.rows.count {
            warn(
                "\(found.table.name): \(counted(chosen.rows.count - kept.rows.count, "row")) left out for missing values, as "
                    + "the run does (--missing drop)")
        }
        return ChosenRows(columns, kept)
    }

    /// The tables at `path` by their sets; a lone one counts as one to test with.
    private func files(of path: String, _ columns: TableColumns) throws -> [SampleSet: PreparedTable.Rows] {
        let hasHeader = model.record?.options.table.hasHeader
        var tables: [SampleSet: Table] = [:]
        if let split = SplitFolder(path) {
            for set in try split.sets() { tables[set] = try sound(try split.read(set), columns).table }
        } else {
            let file = try sound(try TableFile.read(path, hasHeader: hasHeader), columns)
            if let test = file.test {
                tables = [.train: file.table, .test: test]
            } else {
                tables = [.test: file.table]
            }
        }
        return tables.mapValues { PreparedTable.Rows(table: $0, rows: Array(0..<$0.rowCount)) }
    }

    /// A file whose columns are as the network needs them.
    private func sound(_ file: TableFile, _ columns: TableColumns) throws -> TableFile {
        try file.requireSound(columns.features.map(\.name))
        return file
    }

    /// Those of some rows that the network can take.
    private func usable(
        _ part: PreparedTable.Rows, _ columns: TableColumns, needsTargets: Bool
    ) throws -> PreparedTable.Rows {
        let table = part.table
        let features = columns.features.map(\.name)
        let needed = needsTargets ? columns.targetColumns : []
        guard columns.missing == .drop else {
            try table.requireValues(
                in: needed + (columns.missing == .error ? features : []), of: part.rows,
                advice: "the run was trained with --missing \(columns.missing.rawValue)")
            return part
        }
        let whole = Set(table.rowsWithoutMissing(in: features + needed))
        return PreparedTable.Rows(table: table, rows: part.rows.filter(whole.contains))
    }
}

extension TableColumns {
    /// What outputs of a network with these columns stand for.
    var targetName: Configuration.TargetName {
        switch target {
        case .classes: .labels
        case .numbers: .numbers
        case .inputs: .inputs
        }
    }
}
