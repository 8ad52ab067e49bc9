import Storage

extension Table.Column {
    /// Whether there can be rows that miss a value here: what sparse rows leave out is zero.
    fileprivate var canMiss: Bool { if case .sparse = values { false } else { true } }

    /// Whether a row misses a value here.
    func isMissing(_ row: Int) -> Bool {
        switch values {
        case .numbers(let numbers): numbers[row].isNaN
        case .sparse: false
        case .texts(let codes, _): codes[row] < 0
        }
    }

    /// A number for each of some rows, the same for those with the same value.
    public func strata(_ rows: [Int]) -> [Int] {
        if case .texts(let codes, _) = values { return rows.map { Int(codes[$0]) + 1 } }
        let numbers = numbers!
        let places = Dictionary(uniqueKeysWithValues: Set(numbers).sorted().enumerated().map { ($1, $0) })
        return rows.map { places[numbers[$0]] ?? 0 }
    }
}

extension Table {
    /// The values that are missing in some columns, those of a table that has not all of them in the others.
    private func missing(in columns: [String], of rows: [Int]? = nil) -> [(column: Column, rows: [Int])] {
        let (wanted, all) = (Set(columns), rows ?? Array(0..<rowCount))
        return self.columns.filter { wanted.contains($0.name) && $0.canMiss }.compactMap { column in
            let rows = all.filter(column.isMissing)
            return rows.isEmpty ? nil : (column, rows)
        }
    }

    /// The rows that miss no value in some columns.
    public func rowsWithoutMissing(in columns: [String]) -> [Int] {
        let missing = Set(missing(in: columns).flatMap(\.rows))
        return (0..<rowCount).filter { !missing.contains($0) }
    }

    /// - Parameter rows: nil for all.
    /// - Throws: `.badData` with the places of values that are missing in some columns.
    public func requireValues(in columns: [String], of rows: [Int]? = nil, advice: String) throws {
        let missing = missing(in: columns, of: rows)
        guard let first = missing.first else { return }
        let count = missing.reduce(0) { $0 + $1.rows.count }
        let places = first.rows.prefix(5).map(place(ofRow:)).joined(separator: ", ")
        let others = count > min(5, first.rows.count) ? " and elsewhere, \(count) in all" : ""
        throw Failure(
            .badData,
            "\(name): \(places), column \(first.column.name)\(others): a value is missing; \(advice)")
    }
}
