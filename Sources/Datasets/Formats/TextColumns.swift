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

    private enum Column {
        case whole(Table.Values, fault: Failure?)
        case again
    }

    private var rowCount: Int { pieces.reduce(0) { $0 + $1.rowCount } }

    /// - Throws: `Failure` with `.badData` where there are no rows, `.internalError` where there is no memory for them.
    func merged() throws -> Outcome {
        guard rowCount > 0 else {
            throw Failure(
                .badData, "\(name): expected rows, found the names of \(counted(start.names.count, "column")) alone")
        }
        try requireRoom(rowCount * MemoryLayout<Int>.stride * 2, name: name)
        let columns = try concurrently(Array(start.names.indices)) { try column($0) }
        var (whole, faults, again): ([Table.Column], [String: Failure], Set<Int>) = ([], [:], [])
        for (index, column) in columns.enumerated() {
            switch column {
            case .whole(let values, let fault):
                whole.append(Table.Column(name: start.names[index], values: values))
                faults[start.names[index]] = fault
            case .again: again.insert(index)
            }
        }
        guard again.isEmpty else { return .again(again) }
        let table = Table(name: name, columns: whole, rowCount: rowCount, lines: lines())
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

    private func column(_ column: Int) throws -> Column {
        guard pieces.contains(where: { $0.texts[column] != nil }) else {
            return .whole(.numbers(numbers(column)), fault: nil)
        }
        let count = numberCount(column)
        // Of texts, unless most are numbers.
        guard count.numbers < count.others else { return .whole(.numbers(numbers(column)), fault: fault(column)) }
        let isReadAsTexts = pieces.allSatisfy { piece in
            piece.texts[column] != nil || piece.numbers(column).allSatisfy(\.isNaN)
        }
        return isReadAsTexts ? .whole(texts(column), fault: nil) : .again
    }

    private func numbers(_ column: Int) -> [Double] {
        [Double](unsafeUninitializedCapacity: rowCount) { buffer, count in
            for piece in pieces {
                let place = UnsafeMutableBufferPointer(rebasing: buffer[count..<count + piece.rowCount])
                if let texts = piece.texts[column] {
                    let values = texts.names.map { Self.number($0) ?? .nan }
                    for (row, code) in texts.codes.enumerated() {
                        place.initializeElement(at: row, to: code < 0 ? .nan : values[Int(code)])
                    }
                } else {
                    _ = place.initialize(fromContentsOf: piece.numbers(column))
                    piece.numbers.release(column)
                }
                count += piece.rowCount
            }
        }
    }

    /// How many of the values that are there are numbers, and how many are not.
    private func numberCount(_ column: Int) -> (numbers: Int, others: Int) {
        var (numbers, others) = (0, 0)
        for piece in pieces {
            if let texts = piece.texts[column] {
                let areNumbers = texts.names.map { Self.number($0) != nil }
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
                let areNumbers = texts.names.map { Self.number($0) != nil }
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

    private static func number(_ text: String) -> Double? {
        var text = text
        return text.withUTF8 { DecimalParser.shared.number($0) }
    }

    /// One list of names for all pieces, in the order of their bytes.
    private func texts(_ column: Int) -> Table.Values {
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
    func numbers(_ column: Int) -> UnsafeBufferPointer<Double> {
        UnsafeBufferPointer(start: numbers.column(column), count: rowCount)
    }
}
