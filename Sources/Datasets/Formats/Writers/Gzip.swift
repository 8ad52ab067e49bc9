import CZlib
import Storage

/// The writing side of `GzipSource`.
enum Gzip {
    /// `bytes` as a gzip file of one member, which says nothing of when it was made.
    ///
    /// - Throws: `.internalError` where there is no memory for it.
    static func compressed(_ bytes: [UInt8], name: String) throws -> [UInt8] {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        defer { stream.deallocate() }
        // 15: the largest window; 16: a gzip header and trailer; 8: the usual memory.
        let status = deflateInit2_(
            stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else { throw Failure(.internalError, "zlib cannot start (code \(status)) on \(name)") }
        defer { deflateEnd(stream) }
        var compressed: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 18)
        try bytes.withUnsafeBytes { input in
            // zlib's counter has 32 bits.
            for first in stride(from: 0, to: max(1, input.count), by: 1 << 30) {
                let part = UnsafeRawBufferPointer(rebasing: input[first..<min(first + 1 << 30, input.count)])
                let isLast = first + part.count == input.count
                stream.pointee.next_in = UnsafeMutableRawPointer(mutating: part.baseAddress)?
                    .assumingMemoryBound(to: UInt8.self)
                stream.pointee.avail_in = UInt32(part.count)
                repeat {
                    let result = piece.withUnsafeMutableBufferPointer { buffer in
                        stream.pointee.next_out = buffer.baseAddress
                        stream.pointee.avail_out = UInt32(buffer.count)
                        return deflate(stream, isLast ? Z_FINISH : Z_NO_FLUSH)
                    }
                    guard result != Z_STREAM_ERROR else {
                        throw Failure(.internalError, "\(name): zlib does not pack it (code \(result))")
                    }
                    compressed += piece.prefix(piece.count - Int(stream.pointee.avail_out))
                } while stream.pointee.avail_out == 0
            }
        }
        return compressed
    }
}
