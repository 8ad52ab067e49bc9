import Storage

@testable import Datasets

/// One input for the reader of separated values: a `Failure` with `.badData`, or a table that can be written and read again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSeparatedValues(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = UnsafeRawBufferPointer(start: start, count: count)
    // What is compressed is the question of another.
    guard !GzipSource.recognises(input) else { return 0 }
    do {
        let file = try SeparatedValues.parse(input, name: "fuzz")
        precondition(file.table.rowCount > 0 && file.table.lines.count == file.table.rowCount, "rows with their lines")
        precondition(zip(file.table.lines, file.table.lines.dropFirst()).allSatisfy { $0 < $1 }, "lines ascend")
        let text = Array(written(file.table).utf8)
        let again = try text.withUnsafeBytes { try SeparatedValues.parse($0, name: "again", hasHeader: true) }
        precondition(same(again.table, file.table), "written and read again, the table differs")
    } catch {
        precondition((error as? Failure)?.status == .badData, "unexpected error: \(error)")
        precondition((error as? Failure)?.message.hasPrefix("fuzz") == true, "unexpected message: \(error)")
    }
    return 0
}

/// Every value between quotes.
private func written(_ table: Table) -> String {
    // By scalars: a mark may join a quote to one character.
    func quoted(_ text: String) -> String {
        "\"" + text.unicodeScalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
    }
    func value(_ column: Table.Column, _ row: Int) -> String {
        switch column.values {
        case .numbers(let numbers): numbers[row].isNaN ? "" : "\(numbers[row])"
        case .texts(let codes, let names): codes[row] < 0 ? "" : names[Int(codes[row])]
        case .sparse: preconditionFailure("no sparse columns here")
        }
    }
    let rows = (0..<table.rowCount).map { row in table.columns.map { quoted(value($0, row)) } }
    return ([table.columns.map { quoted($0.name) }] + rows).map { $0.joined(separator: ",") }.joined(separator: "\n")
}

/// Missing numbers are the same, and a zero's sign counts.
private func same(_ a: Table, _ b: Table) -> Bool {
    a.rowCount == b.rowCount && a.columns.count == b.columns.count
        && zip(a.columns, b.columns).allSatisfy { a, b in
            guard a.name == b.name, case .numbers(let a) = a.values, case .numbers(let b) = b.values else {
                return a == b
            }
            return zip(a, b).allSatisfy { $0.isNaN && $1.isNaN || $0.bitPattern == $1.bitPattern }
        }
}
