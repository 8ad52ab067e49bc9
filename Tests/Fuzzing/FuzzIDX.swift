import Datasets
import Storage

/// One input for the IDX reader: a `Failure` with `.badData`, or an array that can be written and read again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzIDX(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do {
        let array = try IDXArray.parse(UnsafeRawBufferPointer(start: start, count: count), name: "fuzz")
        precondition(array.bytes.count == array.dimensions.reduce(1, *), "as many elements as declared")
        let again = try array.fileBytes().withUnsafeBytes { try IDXArray.parse($0, name: "again") }
        precondition(again == array, "written and read again, the array differs")
    } catch {
        precondition((error as? Failure)?.status == .badData, "unexpected error: \(error)")
        precondition((error as? Failure)?.message.hasPrefix("fuzz: ") == true, "unexpected message: \(error)")
    }
    return 0
}
