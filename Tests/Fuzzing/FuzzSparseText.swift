import Storage

@testable import Datasets

/// One input for the reader of sparse rows: a `Failure` with `.badData`, or a table that can be written and read again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSparseText(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do {
        let file = try SparseText.parse(UnsafeRawBufferPointer(start: start, count: count), name: "fuzz")
        precondition(file.table.isSparse && file.table.rowCount > 0, "sparse rows")
        let text = Array(written(file.table).utf8)
        let again = try text.withUnsafeBytes { try SparseText.parse($0, name: "again") }
        precondition(again.table.columns == file.table.columns, "written and read again, the table differs")
    } catch {
        precondition((error as? Failure)?.status == .badData, "unexpected error: \(error)")
        precondition((error as? Failure)?.message.hasPrefix("fuzz") == true, "unexpected message: \(error)")
    }
    return 0
}

private func written(_ table: Table) -> String {
    var rows = (table.columns.last?.numbers ?? []).map { "\($0)" }
    for column in table.columns.dropLast() {
        guard case .sparse(let values) = column.values else { preconditionFailure("a column that is not sparse") }
        for (row, number) in zip(values.rows, values.numbers) {
            rows[Int(row)] += " \(column.name.dropFirst()):\(number)"
        }
    }
    return rows.joined(separator: "\n")
}
