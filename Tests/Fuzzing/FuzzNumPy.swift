import Storage

@testable import Datasets

/// One input for the readers of NumPy's files: a `Failure` with `.badData`, or a table with rows.
///
/// With an even first byte the rest is an array, with an odd one an archive of such.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzNumPy(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let start, count > 1 else { return 0 }
    let content = UnsafeRawBufferPointer(start: start + 1, count: count - 1)
    do {
        let isArray = start[0].isMultiple(of: 2)
        let file = try isArray ? NumPyFile.parse(content, name: "fuzz") : NumPyArchive.parse(content, name: "fuzz")
        precondition(file.table.rowCount > 0 && !file.table.columns.isEmpty, "rows of numbers")
    } catch {
        precondition((error as? Failure)?.status == .badData, "unexpected error: \(error)")
        precondition((error as? Failure)?.message.hasPrefix("fuzz") == true, "unexpected message: \(error)")
    }
    return 0
}
