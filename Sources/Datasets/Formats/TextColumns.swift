import Resources
import Storage

/// The columns of a text, put together from its pieces.
struct TextColumns {
    let name: String
    let start: TextTableStart
    let pieces: [TextPiece]

    enum Outcome {
        case table(TableFile)
        /// Columns of texts, some of whose pieces were read as numbers.
        case again(Set<Int>)
    }

    private enum Kind {
        case numbers
        case texts
        case again
    }

    private var rowCount: Int { pieces.reduce(0) { $0 + $1.rowCount } }

    /// - Throws: `Failure` with `.badData` where there are no rows, `.internalError` where there is no memory for them.
    func merged() throws -> Outcome {
        guard rowCount > 0 else {
            throw Failure(
                .badData, "\(name): expected rows, found the names of \(counted(start.names.count, "column")) alone")
        }
        let kinds = try concurrently(Array(start.names.indices)) { kind(of: $0) }
        let again = kinds.indices.filter { kinds[$0] == .again }
        guard again.isEmpty else { return .again(Set(again)) }
        let areTexts = kinds.indices.filter { kinds[$0] == .texts }
        try requireRoom(rowCount * (MemoryLayout<Int>.stride + areTexts.count * MemoryLayout<Int32>.stride), name: name)
        let areNumbers = kinds.indices.filter { kinds[$0] == .numbers }
        var faults: [String: Failure] = [:]
        for column in areNumbers { faults[start.names[column]] = fault(column) }
        var numbers = try numbers(of: areNumbers).makeIterator()
        var texts = try concurrently(areTexts) { self.texts(of: $0) }.makeIterator()
        let columns = zip(start.names, kinds).map { name, kind in
            Table.Column(name: name, values: kind == .texts ? texts.next()! : .numbers(numbers.next()!))
        }
        let table = Table(name: name, columns: columns, rowCount: rowCount, lines: lines())
        return .table(TableFile(table: table, faults: faults))
    }

    private func lines() -> [Int] {
        var lines: [Int] = []
        lines.reserveCapacity(rowCount)
        var first = start.lineCount + 1
        for piece in pieces {
            for line in piece.lines { lines.append(first + Int(line)) }
            first += piece.lineCount
        }
        return lines
    }

    private func kind(of column: Int) -> Kind {
        guard pieces.contains(where: { $0.texts[column] != nil }) else { return .numbers }
        let count = numberCount(column)
        // Of texts, unless most are numbers.
        guard count.numbers < count.others else { return .numbers }
        let isReadAsTexts = pieces.allSatisfy { piece in
            piece.texts[column] != nil || piece.numbers(column).allSatisfy(\.isNaN)
        }
        return isReadAsTexts ? .texts : .again
    }

    /// The numbers of these columns. The pieces' own are gone afterwards.
    private func numbers(of columns: [Int]) throws -> [[Double]] {
        let numbers = try NumberColumns(rowCount: rowCount, columnCount: columns.count, name: name)
        var (firstRows, row): ([Int], Int) = ([], 0)
        for piece in pieces {
            firstRows.append(row)
            row += piece.rowCount
        }
        concurrently(pieces.count) { index in
            for (place, column) in columns.enumerated() {
                pieces[index].copyNumbers(column, to: numbers.place(place, firstRows[index]))
            }
            pieces[index].numbers.release()
        }
        return numbers.finished()
    }

    /// How many of the values that are there are numbers, and how many are not.
    private func numberCount(_ column: Int) -> (numbers: Int, others: Int) {
        var (numbers, others) = (0, 0)
        for piece in pieces {
            if let texts = piece.texts[column] {
                let areNumbers = texts.names.map { DecimalParser.shared.number($0) != nil }
                for code in texts.codes where code >= 0 {
                    if areNumbers[Int(code)] { numbers += 1 } else { others += 1 }
                }
            } else {
                for number in piece.numbers(column) where !number.isNaN { numbers += 1 }
            }
        }
        return (numbers, others)
    }

    /// The first text in a column of numbers.
    private func fault(_ column: Int) -> Failure? {
        var firstLine = start.lineCount + 1
        for piece in pieces {
            if let texts = piece.texts[column] {
                let areNumbers = texts.names.map { DecimalParser.shared.number($0) != nil }
                if let row = texts.codes.firstIndex(where: { $0 >= 0 && !areNumbers[Int($0)] }) {
                    let text = texts.names[Int(texts.codes[row])]
                    let found = "expected a number, as in most rows, found \(String(text.prefix(60)).debugDescription)"
                    let fault = LineFault(line: Int(piece.lines[row]), column: column, text: found)
                    return Failure(fault, name: name, firstLine: firstLine, columns: start.names)
                }
            }
            firstLine += piece.lineCount
        }
        return nil
    }

    /// One list of names for all pieces, in the order of their bytes.
    private func texts(of column: Int) -> Table.Values {
        let texts = pieces.map { $0.texts[column] }
        let names = Set(texts.flatMap { $0?.names ?? [] }).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, Int32($0)) })
        var codes: [Int32] = []
        codes.reserveCapacity(rowCount)
        for (piece, texts) in zip(pieces, texts) {
            guard let texts else {
                codes.append(contentsOf: repeatElement(-1, count: piece.rowCount))
                continue
            }
            let ours = texts.names.map { places[$0]! }
            codes.append(contentsOf: texts.codes.lazy.map { $0 < 0 ? -1 : ours[Int($0)] })
        }
        return .texts(codes: codes, names: names)
    }
}

extension TextPiece {
    fileprivate func numbers(_ column: Int) -> UnsafeBufferPointer<Double> {
        UnsafeBufferPointer(start: numbers.column(column), count: rowCount)
    }

    /// Texts that are no numbers are missing ones.
    fileprivate func copyNumbers(_ column: Int, to place: UnsafeMutablePointer<Double>) {
        guard let texts = texts[column] else { return place.update(from: numbers.column(column), count: rowCount) }
        let values = texts.names.map { DecimalParser.shared.number($0) ?? .nan }
        for (row, code) in texts.codes.enumerated() { place[row] = code < 0 ? .nan : values[Int(code)] }
    }
}

extension DecimalParser {
    fileprivate func number(_ text: String) -> Double? {
        var text = text
        return text.withUTF8 { number($0) }
    }
}
