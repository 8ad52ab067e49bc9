/// Rows of named columns, as a file has them.
public struct Table: Sendable, Equatable {
    /// What messages call it: the file.
    public let name: String
    public let columns: [Column]
    public let rowCount: Int
    /// The line of its file that a row begins on, from 1, where rows are lines of text; empty elsewhere.
    public let lines: [Int]
    /// Whether zeros are left out, so that a column that it has not is one of zeros: where it has sparse columns, or would
    /// have them if it were not all zeros.
    public let isSparse: Bool

    /// - Parameter isSparse: as of the format, where columns may not tell.
    /// - Precondition: columns of `rowCount` rows; no lines, or as many.
    public init(name: String, columns: [Column], rowCount: Int, lines: [Int] = [], isSparse: Bool = false) {
        precondition(columns.allSatisfy { $0.rowCount == rowCount } && (lines.isEmpty || lines.count == rowCount))
        self.name = name
        self.columns = columns
        self.rowCount = rowCount
        self.lines = lines
        self.isSparse = isSparse || columns.contains { if case .sparse = $0.values { true } else { false } }
    }

    /// Where a row, from 0, is in its file: `line 17`, or `row 16` where the file has no lines.
    public func place(ofRow row: Int) -> String { lines.isEmpty ? "row \(row)" : "line \(lines[row])" }

    /// Where each column stands, by its name; of columns of one name the first.
    var places: [String: Int] {
        Dictionary(columns.enumerated().map { ($1.name, $0) }) { first, _ in first }
    }

    /// The columns' names, the first of very many.
    var columnList: String {
        let shown = columns.prefix(20).map(\.name).joined(separator: ", ")
        return shown + (columns.count > 20 ? ", … (\(columns.count) columns)" : "")
    }

    /// A column of a table.
    public struct Column: Sendable, Equatable {
        public let name: String
        public let values: Values

        public init(name: String, values: Values) { (self.name, self.values) = (name, values) }

        public var rowCount: Int {
            switch values {
            case .numbers(let numbers): numbers.count
            case .sparse(let numbers): numbers.count
            case .texts(let codes, _): codes.count
            }
        }

        /// Its numbers as they are kept, and how many zeros there are besides; nil of texts.
        var kept: (numbers: [Double], zeros: Int)? {
            switch values {
            case .numbers(let numbers): (numbers, 0)
            case .sparse(let sparse): (sparse.numbers, sparse.count - sparse.numbers.count)
            case .texts: nil
            }
        }

        /// Its numbers, written out where they are sparse; nil of texts.
        public var numbers: [Double]? {
            switch values {
            case .numbers(let numbers): numbers
            case .sparse(let numbers): numbers.dense
            case .texts: nil
            }
        }
    }

    public enum Values: Sendable, Equatable {
        /// Correctly rounded; a missing one is no number.
        case numbers([Double])
        /// The same where most are zero.
        case sparse(SparseNumbers)
        /// Texts by their index among those that occur, which stand in their order as bytes; -1 for one that is missing.
        case texts(codes: [Int32], names: [String])
    }

    /// Numbers of which only those are kept that are not zero.
    public struct SparseNumbers: Sendable, Equatable {
        /// Where they are, ascending.
        public let rows: [Int32]
        /// As many as `rows`.
        public let numbers: [Double]
        /// Of all rows.
        public let count: Int

        /// - Precondition: as many rows as numbers, ascending, below `count`.
        public init(rows: [Int32], numbers: [Double], count: Int) {
            precondition(rows.count == numbers.count && rows.last.map { Int($0) < count } ?? true)
            (self.rows, self.numbers, self.count) = (rows, numbers, count)
        }

        public var dense: [Double] {
            var dense = [Double](repeating: 0, count: count)
            for (row, number) in zip(rows, numbers) { dense[Int(row)] = number }
            return dense
        }
    }
}
