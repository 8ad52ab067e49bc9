import Resources
import Storage

/// Which arrays of a file hold what is put in and what is asked for, to train with and to test with.
struct ArrayRoles {
    let inputs: String
    let targets: String?
    private(set) var test: (inputs: String, targets: String?)?

    /// - Parameters:
    ///   - asked: their names, in this order; none to go by those that are usual.
    ///   - found: the names of all.
    /// - Throws: `Failure`: `.usage` of other than one, two or four names; `.badData` where there is no such array.
    init(asked: [String], found: [String], path: String) throws {
        let list = found.isEmpty ? "no array" : found.sorted().prefix(20).joined(separator: ", ")
        guard [0, 1, 2, 4].contains(asked.count) else {
            throw Failure(
                .usage,
                "\(path): expected names of inputs and targets, or those of training and of testing, found "
                    + counted(asked.count, "name"))
        }
        if let other = asked.first(where: { !found.contains($0) }) {
            throw Failure(.badData, "\(path): it holds no array \(other), but \(list)")
        }
        func known(_ name: String) -> String? { found.contains(name) ? name : nil }
        if let first = asked.first {
            (inputs, targets) = (first, asked.dropFirst().first)
            if asked.count == 4 { test = (asked[2], asked[3]) }
        } else if let train = known("x_train") {
            (inputs, targets) = (train, known("y_train"))
            test = known("x_test").map { (inputs: $0, targets: known("y_test")) }
        } else if let inputs = known("x") ?? (found.count == 1 ? found[0] : nil) {
            (self.inputs, targets) = (inputs, known("y").flatMap { $0 == inputs ? nil : $0 })
        } else {
            throw Failure(
                .badData,
                "\(path): expected arrays x and y, or x_train, y_train, x_test and y_test, or names of others behind a "
                    + "colon (\(path):inputs,targets), found \(list)")
        }
    }

    /// The file's tables.
    ///
    /// - Parameter read: reads the array of a name, whose columns are to be called by a prefix.
    func tables(_ path: String, read: (_ array: String, _ prefix: String) throws -> [Table.Column]) throws -> TableFile
    {
        func table(_ inputs: String, _ targets: String?) throws -> (table: Table, targets: [String]) {
            let columns = try read(inputs, "x")
            let asked = try targets.map { try read($0, "y") } ?? []
            let count = columns[0].rowCount
            if let other = asked.first, other.rowCount != count {
                throw Failure(
                    .badData,
                    "\(path): \(targets!) holds \(counted(other.rowCount, "row")), \(inputs) \(count); expected as many"
                )
            }
            return (Table(name: path, columns: columns + asked, rowCount: count), asked.map(\.name))
        }
        let train = try table(inputs, targets)
        guard let test else { return TableFile(table: train.table, targets: train.targets) }
        let tested = try table(test.inputs, test.targets)
        guard tested.table.columns.map(\.name) == train.table.columns.map(\.name) else {
            throw Failure(
                .badData,
                "\(path): rows to test with have \(counted(tested.table.columns.count, "column")), those to train with "
                    + "\(train.table.columns.count); expected as many")
        }
        return TableFile(table: train.table, test: tested.table, targets: train.targets)
    }
}

/// An array's numbers as columns, read some rows at a time: [N, n], what is of a higher rank with its last sizes put together.
struct ArrayColumns {
    private let columns: NumberColumns
    private let element: NumPyHeader.Element
    /// Bytes of an element, and of a row.
    private let size: Int
    let rowSize: Int

    /// - Throws: `Failure`: `.badData` where the shape has no rows, or nothing in them; `.internalError` where there is no memory.
    init(shape: [Int], of element: NumPyHeader.Element, name: String) throws {
        let count = shape.dropFirst().reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
        guard let rows = shape.first, rows > 0, count > 0 else {
            throw Failure(.badData, "\(name): expected rows of numbers, found an array of shape \(shape)")
        }
        columns = try NumberColumns(rowCount: rows, columnCount: count, name: name)
        (self.element, size, rowSize) = (element, element.size, count * element.size)
    }

    /// Rows of so many bytes together, or one.
    func rows(in byteCount: Int) -> Int { max(1, byteCount / rowSize) }

    /// Reads all rows and turns them into columns, on all cores.
    ///
    /// - Parameters:
    ///   - atOnce: rows that are read together.
    ///   - read: reads the next rows, which begin at this one; called by one thread at a time.
    /// - Returns: the columns, called by `prefix` and their number, or one alone by it.
    func read(
        _ atOnce: Int, named prefix: String, read: (_ first: Int, UnsafeMutableRawBufferPointer) throws -> Void
    ) throws -> [Table.Column] {
        let rowCount = columns.rowCount
        let atOnce = min(atOnce, rowCount)
        var next = 0
        let results = concurrently(
            atMost: (rowCount + atOnce - 1) / atOnce, buffer: { RowBuffer(byteCount: atOnce * rowSize) },
            fill: { buffer in
                buffer.rows = next..<min(next + atOnce, rowCount)
                guard !buffer.rows.isEmpty else { return false }
                try read(next, UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[..<(buffer.rows.count * rowSize)]))
                next = buffer.rows.upperBound
                return true
            },
            work: turn)
        for result in results { try result.get() }
        return columns.finished().enumerated().map { column, numbers in
            Table.Column(name: columns.columnCount == 1 ? prefix : "\(prefix)\(column)", values: .numbers(numbers))
        }
    }

    /// Writes rows as columns, by tiles that the nearest cache holds.
    private func turn(_ buffer: RowBuffer) {
        let (height, width) = (64, 16)
        for top in stride(from: buffer.rows.lowerBound, to: buffer.rows.upperBound, by: height) {
            let count = min(height, buffer.rows.upperBound - top)
            let start = UnsafeRawPointer(buffer.bytes.baseAddress!) + (top - buffer.rows.lowerBound) * rowSize
            for left in stride(from: 0, to: columns.columnCount, by: width) {
                for column in left..<min(left + width, columns.columnCount) {
                    element.widen(count, from: start + column * size, every: rowSize, to: columns.place(column, top))
                }
            }
        }
    }
}

/// Rows as they are in a file.
private final class RowBuffer {
    let bytes: UnsafeMutableRawBufferPointer
    var rows = 0..<0

    init(byteCount: Int) { bytes = .allocate(byteCount: byteCount, alignment: 64) }

    deinit { bytes.deallocate() }
}
