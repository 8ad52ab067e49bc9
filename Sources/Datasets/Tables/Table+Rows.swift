import Storage

extension Table {
    /// Some of its rows, in the order given, as a table of their own; they keep their lines.
    ///
    /// - Complexity: of sparse columns what stands between the first and the last of the rows.
    public func subset(_ rows: [Int]) -> Table {
        var places: [Int32: [Int32]] = [:]
        if isSparse {
            for (place, row) in rows.enumerated() { places[Int32(row), default: []].append(Int32(place)) }
        }
        let columns = self.columns.map { column in
            let values: Values =
                switch column.values {
                case .numbers(let numbers): .numbers(rows.map { numbers[$0] })
                case .texts(let codes, let names): .texts(codes: rows.map { codes[$0] }, names: names)
                case .sparse(let sparse): .sparse(sparse.subset(places, count: rows.count))
                }
            return Column(name: column.name, values: values)
        }
        return Table(
            name: name, columns: columns, rowCount: rows.count, lines: lines.isEmpty ? [] : rows.map { lines[$0] },
            isSparse: isSparse)
    }
}

extension Table.SparseNumbers {
    /// - Parameter places: where each row that is kept stands among those that are.
    fileprivate func subset(_ places: [Int32: [Int32]], count: Int) -> Table.SparseNumbers {
        guard let first = places.keys.min(), let last = places.keys.max() else {
            return Table.SparseNumbers(rows: [], numbers: [], count: count)
        }
        var kept: [(place: Int32, number: Double)] = []
        var index = lowerBound(first)
        while index < rows.count, rows[index] <= last {
            for place in places[rows[index]] ?? [] { kept.append((place, numbers[index])) }
            index += 1
        }
        kept.sort { $0.place < $1.place }
        return Table.SparseNumbers(rows: kept.map(\.place), numbers: kept.map(\.number), count: count)
    }

    /// The first of `rows` that is not below `row`.
    private func lowerBound(_ row: Int32) -> Int {
        var (low, high) = (0, rows.count)
        while low < high {
            let middle = (low + high) / 2
            if rows[middle] < row { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension Table {
    /// A value of a table, as it is read.
    public enum Value: Sendable, Equatable, CustomStringConvertible {
        case number(Double)
        case text(String)

        /// As a table in text has it: see `DelimitedText`.
        public var description: String {
            switch self {
            case .number(let number): DelimitedText.text(number)
            case .text(let text): text
            }
        }
    }
}

extension Table.Column {
    /// The value of a row; nil where it is missing.
    public func value(ofRow row: Int) -> Table.Value? {
        switch values {
        case .numbers(let numbers): numbers[row].isNaN ? nil : .number(numbers[row])
        case .sparse(let sparse): .number(sparse[row])
        case .texts(let codes, let names): codes[row] < 0 ? nil : .text(names[Int(codes[row])])
        }
    }
}

extension Table.SparseNumbers {
    /// The number of a row.
    subscript(row: Int) -> Double {
        let index = lowerBound(Int32(row))
        return index < rows.count && rows[index] == Int32(row) ? numbers[index] : 0
    }
}

extension TableColumns {
    /// The same of which the inputs are in the columns' own units.
    public var unscaled: TableColumns {
        let plain = features.map { feature in
            guard case .number(let number) = feature.values else { return feature }
            let same = Number(
                shift: 0, scale: 1, minimum: number.minimum, maximum: number.maximum, mean: number.mean)
            return Feature(name: feature.name, values: .number(same))
        }
        return TableColumns(features: plain, target: target, constants: constants, missing: missing)
    }
}
