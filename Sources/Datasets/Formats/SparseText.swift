import Foundation
import Storage

/// Sparse rows as text, as svmlight and libsvm have them: `label index:value index:value … # comment`.
///
/// The label is the column `y`, the number at index i that of the column `x{i}`, for those that occur. Indices ascend within a
/// line; `qid:` is passed over.
enum SparseText: TableFormat {
    static let suffixes = [".svm", ".libsvm", ".svmlight"]

    static func read(_ request: TableRequest) throws -> TableFile {
        try table(try FileSource(path: request.path), name: request.path)
    }

    /// Reads a file that is in memory; `name` stands for it in messages.
    static func parse(_ bytes: UnsafeRawBufferPointer, name: String) throws -> TableFile {
        try table(MemorySource(bytes), name: name)
    }

    private static func table<Source: ByteSource>(_ source: Source, name: String) throws -> TableFile {
        var blocks = LineBlocks(source, name: name, quotesLines: false)
        let block = LineBlock(capacity: blocks.capacity)
        var rows = SparseRows()
        repeat {
            try blocks.fill(block)
            do throws(LineFault) {
                try TextPiece.requireText(block.bytes)
                try rows.append(block.bytes)
            } catch {
                throw Failure(error, name: name, firstLine: rows.lineCount + 1, columns: [])
            }
        } while !blocks.isAtEnd
        guard !rows.labels.isEmpty else { throw Failure(.badData, "\(name): expected rows, found none") }
        try requireRoom(2 * rows.numbers.count * 16, name: name)
        return rows.tableFile(name: name)
    }
}

/// Rows of which only those numbers are kept that are not zero, one row behind the other.
private struct SparseRows {
    private(set) var labels: [Double] = []
    private(set) var lines: [Int] = []
    /// Lines before what is appended next.
    private(set) var lineCount = 0
    private(set) var numbers: [Double] = []
    /// The number of each of them in the file, and its row.
    private var indices: [UInt32] = []
    private var rows: [Int32] = []

    mutating func append(_ text: UnsafeBufferPointer<UInt8>) throws(LineFault) {
        var line = 0
        for content in text.split(separator: ASCII.newline, omittingEmptySubsequences: false) {
            try append(line: content.prefix { $0 != ASCII.hash }, number: line)
            line += 1
        }
        // What is behind the last end of a line is the next block's first.
        lineCount += line - 1
    }

    private mutating func append(line: Slice<UnsafeBufferPointer<UInt8>>, number: Int) throws(LineFault) {
        var words = SparseWords(rest: line)
        guard let first = words.next() else { return }
        guard let label = DecimalParser.shared.number(first) else {
            throw LineFault(line: number, text: "expected a label that is a number, found \(Self.quoted(first))")
        }
        var last = -1
        while let word = words.next() {
            guard let colon = word.firstIndex(of: ASCII.colon),
                let value = DecimalParser.shared.number(UnsafeBufferPointer(rebasing: word[(colon + 1)...]))
            else { throw LineFault(line: number, text: "expected index:value, found \(Self.quoted(word))") }
            let name = String(decoding: word[..<colon], as: UTF8.self)
            if name == "qid" { continue }
            guard let index = UInt32(name) else {
                throw LineFault(line: number, text: "expected index:value, found \(Self.quoted(word))")
            }
            guard Int(index) > last else {
                throw LineFault(line: number, text: "expected indices that ascend, found \(index) behind \(last)")
            }
            last = Int(index)
            guard value != 0 else { continue }
            numbers.append(value)
            indices.append(index)
            rows.append(Int32(labels.count))
        }
        labels.append(label)
        lines.append(lineCount + number + 1)
    }

    private static func quoted(_ word: UnsafeBufferPointer<UInt8>) -> String {
        String(decoding: word.prefix(60), as: UTF8.self).debugDescription
    }

    func tableFile(name: String) -> TableFile {
        var counts: [UInt32: Int] = [:]
        for index in indices { counts[index, default: 0] += 1 }
        let names = counts.keys.sorted()
        let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        var columns = names.map { index in
            var column: (rows: [Int32], numbers: [Double]) = ([], [])
            column.rows.reserveCapacity(counts[index]!)
            column.numbers.reserveCapacity(counts[index]!)
            return column
        }
        for (entry, index) in indices.enumerated() {
            let place = places[index]!
            columns[place].rows.append(rows[entry])
            columns[place].numbers.append(numbers[entry])
        }
        var all = zip(names, columns).map { index, column in
            let values = Table.SparseNumbers(rows: column.rows, numbers: column.numbers, count: labels.count)
            return Table.Column(name: "x\(index)", values: .sparse(values))
        }
        all.append(Table.Column(name: "y", values: .numbers(labels)))
        let table = Table(name: name, columns: all, rowCount: labels.count, lines: lines, isSparse: true)
        return TableFile(table: table, targets: ["y"])
    }
}

/// What stands between spaces.
private struct SparseWords {
    var rest: Slice<UnsafeBufferPointer<UInt8>>

    mutating func next() -> UnsafeBufferPointer<UInt8>? {
        func isSpace(_ byte: UInt8) -> Bool {
            byte == ASCII.space || byte == ASCII.tab || byte == ASCII.carriageReturn
        }
        rest = rest.drop(while: isSpace)
        guard !rest.isEmpty else { return nil }
        let word = rest.prefix { !isSpace($0) }
        rest = rest.dropFirst(word.count)
        return UnsafeBufferPointer(rebasing: word)
    }
}
