import Storage

/// Any table with these columns, whatever others it has, as a network takes it.
extension TableColumns {
    /// The inputs of some rows, [rows, n_0] row-major: computed in double, for each (x - shift) / scale or a text's 0 and 1.
    ///
    /// A text that no training row has is none of the column's, whose inputs are all 0 then.
    ///
    /// - Throws: `.badData` naming file, row and column where a column is not there or not of its kind, or a value is missing
    ///   and may not be.
    public func inputs(of table: Table, rows: [Int]) throws -> [Double] {
        let columns = ColumnPlaces(table)
        var inputs = [Double](repeating: 0, count: rows.count * inputCount)
        var first = 0
        for feature in features {
            let column = try columns[feature.name]
            switch feature.values {
            case .number(let number): try fill(&inputs, first, number, column, table, rows)
            case .texts(let texts): try fill(&inputs, first, texts, column, table, rows)
            }
            first += feature.values.inputCount
        }
        return inputs
    }

    private func fill(
        _ inputs: inout [Double], _ first: Int, _ number: Number, _ column: Table.Column, _ table: Table, _ rows: [Int]
    ) throws {
        let (numbers, step) = (try table.numbers(of: column, rows: rows), inputCount)
        for (index, row) in rows.enumerated() {
            let x = numbers[row].isNaN ? try filling(number.mean, table, row, column.name) : numbers[row]
            inputs[index * step + first] = (x - number.shift) / number.scale
        }
    }

    private func fill(
        _ inputs: inout [Double], _ first: Int, _ texts: Texts, _ column: Table.Column, _ table: Table, _ rows: [Int]
    ) throws {
        let (places, step) = (texts.places(of: column), inputCount)
        for (index, row) in rows.enumerated() {
            let start = index * step + first
            switch places(row) {
            case .text(let place): inputs[start + place] = 1
            case .none: break
            case .missing:
                for (place, share) in texts.shares.enumerated() {
                    inputs[start + place] = try filling(share, table, row, column.name)
                }
            }
        }
    }

    /// What takes a missing value's place.
    private func filling(_ mean: Double, _ table: Table, _ row: Int, _ column: String) throws -> Double {
        if missing == .mean { return mean }
        throw table.missing(row, column)
    }

    /// The class of each row.
    ///
    /// - Precondition: the target is a class.
    /// - Throws: as `inputs`; `.badData` also for a value that is none of the classes, or missing.
    public func labels(of table: Table, rows: [Int]) throws -> [UInt8] {
        guard case .classes(let name, let names) = target else { preconditionFailure("outputs are numbers") }
        let column = try ColumnPlaces(table)[name]
        let places = Texts(names: names, shares: []).places(of: column)
        return try rows.map { row in
            switch places(row) {
            case .text(let place): return UInt8(place)
            case .missing: throw table.missing(row, name)
            case .none:
                throw Failure(
                    .badData,
                    "\(table.name): \(table.place(ofRow: row)), column \(name): '\(column.text(ofRow: row))' is "
                        + "none of the classes \(names.prefix(20).joined(separator: ", "))"
                        + (names.count > 20 ? ", … (\(names.count))" : ""))
            }
        }
    }

    /// What is asked of each row, [rows, n_L] row-major, as the outputs are: see `TargetUnits`.
    ///
    /// - Precondition: the target is numbers.
    /// - Throws: as `inputs`; `.badData` also for one that is missing, or has no logarithm where that is wanted.
    public func targets(of table: Table, rows: [Int]) throws -> [Double] {
        guard case .numbers(let units) = target else { preconditionFailure("outputs are classes, or the inputs") }
        let columns = ColumnPlaces(table)
        let numbers = try units.outputs.map { output in
            let numbers = try table.numbers(of: try columns[output.name], rows: rows)
            if let row = rows.first(where: { numbers[$0].isNaN }) { throw table.missing(row, output.name) }
            if output.isLog { try table.requirePositive(numbers, of: output.name, rows: rows) }
            return numbers
        }
        return rows.flatMap { row in zip(units.outputs, numbers).map { $0.output($1[row]) } }
    }

    /// How a message begins about the number that one of a row's inputs is: with the file, the line, the column, and what is
    /// there.
    public func words(ofInput input: Int, _ number: Double, of table: Table, row: Int) -> String {
        var rest = input
        for feature in features {
            if rest < feature.values.inputCount { return words(ofColumn: feature.name, number, table, row) }
            rest -= feature.values.inputCount
        }
        preconditionFailure("there is no such input")
    }

    /// Likewise, about a number that an output of a row is to be.
    public func words(ofTarget output: Int, _ number: Double, of table: Table, row: Int) -> String {
        words(ofColumn: targetColumns[output], number, table, row)
    }

    private func words(ofColumn name: String, _ number: Double, _ table: Table, _ row: Int) -> String {
        let text = (try? ColumnPlaces(table)[name])?.text(ofRow: row) ?? ""
        let scaled = text == Self.className(number) ? "" : ", scaled \(number)"
        return "\(table.name): \(table.place(ofRow: row)), column \(name) is \(text)\(scaled)"
    }

    /// Whether the table has the columns that outputs are compared with.
    public func hasTargets(_ table: Table) -> Bool {
        let columns = ColumnPlaces(table)
        return targetColumns.allSatisfy { columns.has($0) }
    }

    /// Which rows are outside of what the network was trained on: a number beyond the training rows' least and largest, or a text
    /// that none of them has.
    ///
    /// - Throws: as `inputs`.
    public func areOutside(_ table: Table, rows: [Int]) throws -> [Bool] {
        let columns = ColumnPlaces(table)
        var areOutside = [Bool](repeating: false, count: rows.count)
        // Of sparse columns whose zeros are inside: rows of the table.
        var outside: Set<Int32> = []
        for feature in features {
            let column = try columns[feature.name]
            switch feature.values {
            case .number(let number):
                if case .sparse(let kept) = column.values, !number.isOutside(0) {
                    outside.formUnion(zip(kept.rows, kept.numbers).lazy.filter { number.isOutside($1) }.map(\.0))
                    continue
                }
                let numbers = try table.numbers(of: column, rows: rows)
                for (index, row) in rows.enumerated() where number.isOutside(numbers[row]) { areOutside[index] = true }
            case .texts(let texts):
                let places = texts.places(of: column)
                for (index, row) in rows.enumerated() { if case .none = places(row) { areOutside[index] = true } }
            }
        }
        return zip(areOutside, rows).map { $0 || outside.contains(Int32($1)) }
    }
}

extension TableColumns.Number {
    /// Whether `x` is beyond the training rows'; what is missing is not.
    fileprivate func isOutside(_ x: Double) -> Bool { x < minimum || x > maximum }
}

/// A table's columns by their names.
struct ColumnPlaces {
    private let table: Table
    private let places: [String: Int]
    /// Columns that such a table has not are zeros.
    private let isSparse: Bool

    init(_ table: Table) {
        self.table = table
        isSparse = table.isSparse
        places = table.places
    }

    func has(_ name: String) -> Bool { places[name] != nil }

    /// - Throws: `.badData` with the names that there are.
    subscript(name: String) -> Table.Column {
        get throws {
            if let place = places[name] { return table.columns[place] }
            if isSparse {
                let zeros = Table.SparseNumbers(rows: [], numbers: [], count: table.rowCount)
                return Table.Column(name: name, values: .sparse(zeros))
            }
            throw Failure(.badData, "\(table.name): expected a column \(name), found \(table.columnList)")
        }
    }
}

/// Where a value stands among the texts of a column.
private enum TextPlace {
    case text(Int)
    case none
    case missing
}

extension TableColumns.Texts {
    /// Of each row; a number is the text that stands for it.
    fileprivate func places(of column: Table.Column) -> (Int) -> TextPlace {
        switch column.values {
        case .texts(let codes, let all):
            let own = Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
            let places = all.map { own[$0].map { TextPlace.text($0) } ?? .none }
            return { row in codes[row] < 0 ? .missing : places[Int(codes[row])] }
        case .numbers, .sparse:
            let numbers = column.numbers!
            let own = Dictionary(names.enumerated().compactMap { place, name in Double(name).map { ($0, place) } }) {
                first, _ in first
            }
            return { row in numbers[row].isNaN ? .missing : own[numbers[row]].map { .text($0) } ?? .none }
        }
    }
}

extension Table {
    /// The column's numbers, of which those in `rows` are finite or missing.
    ///
    /// - Throws: `.badData` with the place of what is no number.
    fileprivate func numbers(of column: Column, rows: [Int]) throws -> [Double] {
        if let numbers = column.numbers {
            try requireFinite(numbers, of: column.name, rows: rows)
            return numbers
        }
        guard case .texts(let codes, let names) = column.values else { return [] }
        // A column that misses all its values may be one of texts as well.
        guard let row = rows.first(where: { codes[$0] >= 0 && Double(names[Int(codes[$0])]) == nil }) else {
            return codes.map { $0 < 0 ? .nan : Double(names[Int($0)]) ?? .nan }
        }
        throw Failure(
            .badData,
            "\(name): \(place(ofRow: row)), column \(column.name): expected a number, found "
                + "'\(names[Int(codes[row])])'")
    }

    func requireFinite(_ numbers: [Double], of column: String, rows: [Int]) throws {
        guard let row = rows.first(where: { numbers[$0].isInfinite }) else { return }
        throw Failure(
            .badData, "\(name): \(place(ofRow: row)), column \(column): expected a finite number, found \(numbers[row])"
        )
    }

    func requirePositive(_ numbers: [Double], of column: String, rows: [Int]) throws {
        guard let row = rows.first(where: { numbers[$0] <= 0 }) else { return }
        throw Failure(
            .badData,
            "\(name): \(place(ofRow: row)), column \(column) is \(numbers[row]); --scale-targets log expects "
                + "numbers above 0")
    }

    fileprivate func missing(_ row: Int, _ column: String) -> Failure {
        Failure(.badData, "\(name): \(place(ofRow: row)), column \(column): a value is missing")
    }
}

extension Table.Column {
    /// As messages show it.
    func text(ofRow row: Int) -> String {
        switch values {
        case .texts(let codes, let names): codes[row] < 0 ? "" : names[Int(codes[row])]
        case .numbers, .sparse: TableColumns.className(numbers![row])
        }
    }
}
