import Storage

/// One input for the safetensors reader: a `Failure` with `.badData`, or tensors that can be written and read again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSafetensors(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do {
        let file = try Safetensors.parse(UnsafeRawBufferPointer(start: start, count: count), name: "fuzz")
        let again = try file.encoded().withUnsafeBytes { try Safetensors.parse($0, name: "again") }
        precondition(again == file, "written and read again, the tensors differ")
    } catch {
        precondition((error as? Failure)?.status == .badData, "unexpected error: \(error)")
        precondition((error as? Failure)?.message.hasPrefix("fuzz: ") == true, "unexpected message: \(error)")
    }
    return 0
}
