import Foundation
import Storage

/// The rows of some lines of a text of separated values.
struct TextPiece: Sendable {
    let rowCount: Int
    let lineCount: Int
    /// On which line each row begins, from 0 where the piece does.
    let lines: [Int32]
    /// Numbers of all columns but those of `texts`, where missing ones are no numbers.
    let numbers: NumberPages
    /// Columns with a text in them, by their number.
    let texts: [Int: Texts]

    struct Texts: Sendable {
        let codes: [Int32]
        let names: [String]
    }

    /// How the text is to be read.
    struct Layout: Sendable {
        let separator: UInt8
        let columnCount: Int
        /// Columns of texts, as far as they are known.
        var texts: Set<Int> = []
    }

    /// - Parameter memory: that of the thread, for the numbers.
    /// - Throws: `LineFault` with what is wrong first; `Failure` where there is no memory.
    init(_ bytes: UnsafeBufferPointer<UInt8>, _ layout: Layout, in memory: NumberMemory) throws {
        try Self.requireText(bytes)
        // A row takes a byte for each of its fields; one more may have begun.
        let rows = bytes.isEmpty ? 0 : min(bytes.count(of: ASCII.newline), bytes.count / layout.columnCount) + 1
        numbers = try NumberPages(rows: rows, columns: layout.columnCount, in: memory)
        var layout = layout
        var reading = TextPieceReading(bytes, layout, numbers)
        try reading.run()
        // A column that was thought to be of numbers is read again with its texts.
        if !reading.found.isEmpty {
            layout.texts.formUnion(reading.found)
            reading = TextPieceReading(bytes, layout, numbers)
            try reading.run()
        }
        rowCount = reading.lines.count
        lineCount = reading.scanner?.line ?? 0
        lines = reading.lines
        var texts: [Int: Texts] = [:]
        for (column, values) in reading.texts {
            let names = values.names
            if let code = names.firstIndex(of: nil), let row = values.codes.firstIndex(of: Int32(code)) {
                throw LineFault(line: Int(lines[row]), column: column, text: "text that is not UTF-8")
            }
            texts[column] = Texts(codes: values.codes, names: names.map { $0! })
        }
        self.texts = texts
    }
}

extension TextPiece {
    /// - Throws: where a byte is zero, as none is in a text.
    static func requireText(_ bytes: UnsafeBufferPointer<UInt8>) throws(LineFault) {
        guard let start = bytes.baseAddress, let zero = memchr(start, 0, bytes.count) else { return }
        let before = UnsafeBufferPointer(start: start, count: UnsafeRawPointer(zero) - UnsafeRawPointer(start))
        throw LineFault(line: before.count(of: ASCII.newline), text: "a byte that is zero: this is no text")
    }
}

/// One pass over the lines.
private struct TextPieceReading {
    private let numbers: NumberPages
    private let layout: TextPiece.Layout
    private let isText: [Bool]
    private let plain = PlainTexts()
    /// Nil where there are no bytes.
    private(set) var scanner: FieldScanner?
    private(set) var lines: [Int32] = []
    private(set) var texts: [Int: TextColumn]
    /// Columns of numbers with a text in them.
    private(set) var found: Set<Int> = []

    init(_ bytes: UnsafeBufferPointer<UInt8>, _ layout: TextPiece.Layout, _ numbers: NumberPages) {
        (self.layout, self.numbers) = (layout, numbers)
        isText = (0..<layout.columnCount).map(layout.texts.contains)
        texts = Dictionary(uniqueKeysWithValues: layout.texts.map { ($0, TextColumn()) })
        lines.reserveCapacity(numbers.rows)
        scanner = bytes.isEmpty ? nil : FieldScanner(bytes, separator: layout.separator, plain: plain)
    }

    mutating func run() throws(LineFault) {
        guard var scanner else { return }
        defer { self.scanner = scanner }
        let parser = DecimalParser.shared
        let (count, stride, out) = (layout.columnCount, numbers.rows, numbers.start)
        while scanner.findLine() {
            let row = lines.count
            lines.append(Int32(truncatingIfNeeded: scanner.line))
            for column in 0..<count {
                if !isText[column], let number = scanner.number(parser) {
                    out[column * stride + row] = number
                } else {
                    try readOther(&scanner, column, row, parser)
                }
                if try scanner.endsRow() != (column == count - 1) { throw ragged(&scanner, column) }
            }
        }
    }

    /// A field that is no number as it stands.
    private mutating func readOther(
        _ scanner: inout FieldScanner, _ column: Int, _ row: Int, _ parser: DecimalParser
    ) throws(LineFault) {
        let text = try scanner.text()
        if MissingValue.contains(text) {
            texts[column]?.appendMissing()
            numbers.start[column * numbers.rows + row] = .nan
        } else if isText[column] {
            texts[column]!.append(text)
        } else if let number = parser.number(text) {
            numbers.start[column * numbers.rows + row] = number
        } else {
            found.insert(column)
        }
    }

    /// What is said of a row that ended behind `column`, or goes on.
    private func ragged(_ scanner: inout FieldScanner, _ column: Int) -> LineFault {
        let line = Int(lines.last!)
        var found = column + 1
        if found == layout.columnCount {
            repeat {
                found += 1
                guard (try? scanner.text()) != nil else { break }
            } while (try? scanner.endsRow()) == false
        }
        let expected = "expected \(counted(layout.columnCount, "value")), as in the first line"
        return LineFault(line: line, text: "\(expected), found \(found)")
    }
}

extension DecimalParser {
    /// The finite number that the text is; nil where it is none.
    func number(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
        let text = FieldScanner.trimmed(text)
        guard let start = text.baseAddress, let (value, end) = parse(start, upTo: start + text.count),
            end == start + text.count, value.isFinite
        else { return nil }
        return value
    }
}
