import Foundation
import Storage

/// What a table holds, counted: what `data info` shows.
public struct TableSummary: Sendable {
    public let name: String
    public let rowCount: Int
    public let columns: [Column]
    /// Of rows that the file keeps to test with.
    public let testRowCount: Int?
    /// What is wrong with columns, as messages.
    public let faults: [String]

    /// One of its columns.
    public struct Column: Sendable {
        public let name: String
        public let isText: Bool
        public let missing: Int
        /// Of the numbers that are finite; nil where there are none, and of texts.
        public let minimum: Double?
        public let maximum: Double?
        public let mean: Double?
        /// How many different values there are.
        public let distinct: Int
        /// The values that would be classes, with how many rows have each; nil where the column would be numbers, or holds
        /// very many texts.
        public let classes: [(name: String, count: Int)]?
        /// What the column would be learned as, if it were asked for; nil where it is the same in every row.
        public let task: TableTask?

        public var isConstant: Bool { distinct < 2 }
    }

    /// - Complexity: for each column its rows, of sparse ones what is kept, those of numbers sorted.
    public init(_ file: TableFile) {
        name = file.table.name
        rowCount = file.table.rowCount
        testRowCount = file.test?.rowCount
        columns = file.table.columns.indices.map { Column(file.table, $0) }
        faults = file.table.columns.compactMap { file.faults[$0.name]?.message }
    }
}

extension TableSummary.Column {
    /// More are counted, and not listed.
    private static var mostListed: Int { 20 }

    init(_ table: Table, _ place: Int) {
        let column = table.columns[place]
        name = column.name
        let counted: [(name: String, count: Int)]
        if case .texts(let codes, let names) = column.values {
            var counts = [Int](repeating: 0, count: names.count)
            for code in codes where code >= 0 { counts[Int(code)] += 1 }
            counted = zip(names, counts).filter { $1 > 0 }.map { ($0, $1) }
            (isText, missing) = (true, codes.count { $0 < 0 })
            (minimum, maximum, mean, distinct) = (nil, nil, nil, counted.count)
        } else {
            let (numbers, zeros) = column.kept ?? ([], 0)
            let present = numbers.filter { !$0.isNaN }
            (isText, missing) = (false, numbers.count - present.count)
            counted = Self.counts(present, zeros: zeros)
            distinct = counted.isEmpty ? Set(present).union(zeros > 0 ? [0] : []).count : counted.count
            let finite = present.filter(\.isFinite)
            let summary = finite.count + zeros == 0 ? nil : NumberSummary(finite, zeros: zeros)
            (minimum, maximum, mean) = (summary?.minimum, summary?.maximum, summary?.mean)
        }
        task = distinct < 2 ? nil : TableTask(of: table, targets: [place])
        classes = task == .regression || counted.count > Self.mostListed || counted.isEmpty ? nil : counted
    }

    /// How often each number is there; empty where there are more than are listed.
    private static func counts(_ numbers: [Double], zeros: Int) -> [(name: String, count: Int)] {
        var counts: [Double: Int] = zeros > 0 ? [0: zeros] : [:]
        for number in numbers {
            counts[number, default: 0] += 1
            if counts.count > mostListed { return [] }
        }
        return counts.sorted { $0.key < $1.key }.map { (DelimitedText.text($0.key), $0.value) }
    }

    /// Its line in the table.
    fileprivate var fields: [String] {
        func figures(_ number: Double?) -> String { number.map { Self.figures($0) } ?? "" }
        let values =
            if isConstant {
                distinct == 0 ? "all missing" : "the same in every row"
            } else {
                classes?.map { "\($0.name) \($0.count)" }.joined(separator: ", ") ?? "\(distinct) values"
            }
        return [
            name, isText ? "text" : "numbers", figures(minimum), figures(maximum), figures(mean), "\(missing)",
            task?.rawValue ?? "", values,
        ]
    }

    /// As it is, where six figures are enough for that; rounded to six otherwise.
    private static func figures(_ number: Double) -> String {
        let text = DelimitedText.text(number)
        return text.count <= 8 ? text : String(format: "%.6g", number)
    }
}

extension TableSummary: CustomStringConvertible {
    private static let header = ["column", "kind", "least", "largest", "mean", "missing", "as a target", "values"]

    public var description: String {
        let lines = TextTable.lines([Self.header] + columns.map(\.fields))
        let test = testRowCount.map { " to train with, \($0) to test with" } ?? ""
        let title = "\(name): \(counted(rowCount, "row"))\(test), \(counted(columns.count, "column"))"
        return ([title] + lines + faults.map { "not as it should be: \($0)" }).joined(separator: "\n")
    }
}
