import Resources
import Storage

/// Text, a row a line, with the columns' names in the first; see `DelimitedText`.
enum DelimitedWriter: TableWriter {
    static let suffixes = SeparatedValues.suffixes

    /// Rows that a thread writes at a time.
    private static var blockSize: Int { 4096 }

    static func bytes(of table: Table, targets: [Int], path: String) throws -> [UInt8] {
        let separator = SeparatedValues.separator(of: path)
        let delimiter = Character(Unicode.Scalar(separator))
        let fields = table.columns.map { Fields($0, delimiter: delimiter) }
        let blocks = Array(stride(from: 0, to: table.rowCount, by: blockSize))
        let texts = try concurrently(blocks) { first in
            var text: [UInt8] = []
            for row in first..<min(first + blockSize, table.rowCount) {
                let start = text.count
                for (index, field) in fields.enumerated() {
                    if index > 0 { text.append(separator) }
                    text.append(contentsOf: field.text(row).utf8)
                }
                // A line of nothing is no row.
                if text.count == start { text.append(contentsOf: "\"\"".utf8) }
                text.append(UInt8(ascii: "\n"))
            }
            return text
        }
        let header = DelimitedText.line(table.columns.map(\.name), delimiter: delimiter)
        return Array(([Array(header.utf8)] + texts).joined())
    }

    /// A column's values as they stand in a line.
    private enum Fields {
        case numbers([Double])
        case texts([Int32], [String])

        init(_ column: Table.Column, delimiter: Character) {
            switch column.values {
            case .texts(let codes, let names):
                self = .texts(codes, names.map { DelimitedText.field($0, delimiter: delimiter) })
            case .numbers, .sparse: self = .numbers(column.numbers ?? [])
            }
        }

        func text(_ row: Int) -> String {
            switch self {
            case .numbers(let numbers): DelimitedText.text(numbers[row])
            case .texts(let codes, let names): codes[row] < 0 ? "" : names[Int(codes[row])]
            }
        }
    }
}
