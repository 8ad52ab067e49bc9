import Storage

/// Sparse rows, `target place:number …`, places from 1; what is zero is left out.
enum SVMLightWriter: TableWriter {
    static let suffixes = [".svm", ".libsvm"]

    static func bytes(of table: Table, targets: [Int], path: String) throws -> [UInt8] {
        guard targets.count == 1 else {
            throw Failure(
                .usage, "\(path): a row of this format has one target; --target says which column it is")
        }
        let inputs = table.columns.indices.filter { !targets.contains($0) }
        let asked = try table.matrix(targets, path: path)
        var rows = [[(place: Int, number: Double)]](repeating: [], count: table.rowCount)
        for (index, place) in inputs.enumerated() {
            for (row, number) in try table.nonzeros(place, path: path) { rows[row].append((index + 1, number)) }
        }
        var text: [UInt8] = []
        for (row, target) in asked.enumerated() {
            try table.requirePresent(target, row, targets[0], path: path)
            text.append(contentsOf: DelimitedText.text(target).utf8)
            for (place, number) in rows[row] {
                try table.requirePresent(number, row, inputs[place - 1], path: path)
                text.append(contentsOf: " \(place):\(DelimitedText.text(number))".utf8)
            }
            text.append(UInt8(ascii: "\n"))
        }
        return text
    }
}

extension Table {
    /// A column's numbers that are not zero, with their rows.
    fileprivate func nonzeros(_ place: Int, path: String) throws -> [(row: Int, number: Double)] {
        if case .sparse(let sparse) = columns[place].values {
            return zip(sparse.rows, sparse.numbers).map { (Int($0), $1) }
        }
        return try matrix([place], path: path).enumerated().compactMap { $1 == 0 ? nil : ($0, $1) }
    }

    fileprivate func requirePresent(_ number: Double, _ row: Int, _ column: Int, path: String) throws {
        guard number.isNaN else { return }
        throw Failure(
            .badData,
            "\(name): \(place(ofRow: row)), column \(columns[column].name): a value is missing, which \(path) has no way "
                + "to say")
    }
}
