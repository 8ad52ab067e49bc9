import CZlib
import Datasets
import Storage

/// One input for the reader of gzipped IDX files.
///
/// With an even first byte the rest follows a gzip header as it is: damaged compressed data. With an odd one the rest
/// is the content of one to three well-formed members, so that the reader must agree with that of plain files.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzGzip(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = [UInt8](UnsafeRawBufferPointer(start: start, count: count))
    guard let mode = input.first, input.count > 1 else { return 0 }
    let content = Array(input[1...])
    if mode & 1 == 0 {
        _ = outcome([0x1F, 0x8B] + content)
    } else {
        let first = content.count * Int(mode >> 4) / 16
        let members = mode & 2 == 0 ? [content] : [Array(content[..<first]), Array(content[first...])]
        let packed = members.flatMap { gzip($0, level: mode & 4 == 0 ? 0 : 6) }
        // Content that begins as gzip does would be unpacked by the plain reader, which is another question.
        guard content.count < 2 || content[0] != 0x1F || content[1] != 0x8B else { return 0 }
        precondition(outcome(packed) == outcome(content), "plain and gzipped must be read alike")
    }
    return 0
}

/// The array, or nil when it is refused as it should be.
private func outcome(_ bytes: [UInt8]) -> IDXArray? {
    do {
        return try bytes.withUnsafeBytes { try IDXArray.parse($0, name: "fuzz") }
    } catch {
        precondition((error as? Failure)?.status == .badData, "unexpected error: \(error)")
        precondition((error as? Failure)?.message.hasPrefix("fuzz: ") == true, "unexpected message: \(error)")
        return nil
    }
}

private func gzip(_ bytes: [UInt8], level: Int32) -> [UInt8] {
    var stream = z_stream()
    let size = Int32(MemoryLayout<z_stream>.size)
    let status = deflateInit2_(&stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
    precondition(status == Z_OK)
    defer { deflateEnd(&stream) }
    var input = bytes
    return [UInt8](unsafeUninitializedCapacity: Int(deflateBound(&stream, UInt(bytes.count)))) { output, count in
        input.withUnsafeMutableBufferPointer { input in
            stream.next_in = input.baseAddress
            stream.avail_in = UInt32(input.count)
            stream.next_out = output.baseAddress
            stream.avail_out = UInt32(output.count)
            precondition(deflate(&stream, Z_FINISH) == Z_STREAM_END)
        }
        count = output.count - Int(stream.avail_out)
    }
}
