/// Rows of which most is zero stay so.
extension TableColumns {
    /// Rows' inputs of which only those are kept that are not zero.
    public struct SparseInputs: Sendable {
        /// Where each row begins in the arrays, and behind the last where it ends.
        public let starts: [Int]
        /// The inputs that the numbers are of, ascending within a row.
        public let places: [UInt32]
        public let numbers: [Double]
    }

    /// Whether rows of a table stay sparse: it is so, and its numbers stay what they are.
    private func keepsSparse(_ table: Table) -> Bool {
        table.isSparse
            && features.allSatisfy { feature in
                if case .number(let number) = feature.values { number.shift == 0 && number.scale == 1 } else { false }
            }
    }

    /// Bytes of the inputs of all rows of a table, sparse where they stay so.
    public func inputByteCount(of table: Table) -> Int {
        let (index, number) = (MemoryLayout<UInt32>.stride, MemoryLayout<Double>.stride)
        guard keepsSparse(table) else { return table.rowCount * inputCount * number }
        return table.columns.reduce(table.rowCount * number) { size, column in
            if case .sparse(let kept) = column.values { size + kept.numbers.count * (index + number) } else { size }
        }
    }

    /// As `inputs`, of a table that is sparse; nil where it is none, or where zeros become something else.
    ///
    /// - Complexity: by what is kept of the table, and its columns.
    public func sparseInputs(of table: Table, rows: [Int]) throws -> SparseInputs? {
        guard keepsSparse(table) else { return nil }
        let columns = ColumnPlaces(table)
        var order = [Int32](repeating: -1, count: table.rowCount)
        for (index, row) in rows.enumerated() { order[row] = Int32(index) }
        let sparse = try features.map { feature -> Table.SparseNumbers? in
            let column = try columns[feature.name]
            if case .sparse(let numbers) = column.values { return numbers }
            return nil
        }
        guard sparse.allSatisfy({ $0 != nil }) else { return nil }
        // Counted first, then put in their places.
        var starts = [Int](repeating: 0, count: rows.count + 1)
        for numbers in sparse {
            for row in numbers!.rows where order[Int(row)] >= 0 { starts[Int(order[Int(row)]) + 1] += 1 }
        }
        for index in rows.indices { starts[index + 1] += starts[index] }
        var next = starts
        var places = [UInt32](repeating: 0, count: starts[rows.count])
        var kept = [Double](repeating: 0, count: starts[rows.count])
        for (place, numbers) in sparse.enumerated() {
            for (row, number) in zip(numbers!.rows, numbers!.numbers) where order[Int(row)] >= 0 {
                let index = Int(order[Int(row)])
                (places[next[index]], kept[next[index]]) = (UInt32(place), number)
                next[index] += 1
            }
        }
        return SparseInputs(starts: starts, places: places, numbers: kept)
    }
}
