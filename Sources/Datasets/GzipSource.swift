import CZlib
import Storage

/// What a gzip file holds, decompressed piece by piece into where it is wanted; one member or several.
///
/// Checks what the format offers: headers, the CRC-32 and length of every member, and that nothing but members
/// follows, or the zeros that tapes and block devices fill up with. Holds 64 KiB of it beside zlib's own window (about 40 KB).
final class GzipSource: ByteSource {
    /// Deflate's best case: 258 bytes from two bits (RFC 1951); zlib documents 1032 to 1.
    static let greatestRatio = 1032

    private let name: String
    private let stream: UnsafeMutablePointer<z_stream>
    private let compressed: any PlacedBytes
    /// Where in them zlib's next piece begins, and the piece that it has.
    private var place = 0
    private let input: UnsafeMutableRawBufferPointer
    /// Between two members: all that was read so far is whole.
    private var atMemberEnd = false

    static var knowsItsSize: Bool { false }

    private(set) var maximumRemaining: Int

    /// Whether `bytes` begin as a gzip file does.
    static func recognises(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.count >= 2 && bytes[0] == 0x1F && bytes[1] == 0x8B
    }

    /// - Precondition: `compressed` stays valid and unchanged for the life of the source.
    convenience init(_ compressed: UnsafeRawBufferPointer, name: String) throws {
        try self.init(MemoryBytes(bytes: compressed), name: name)
    }

    init(_ compressed: any PlacedBytes, name: String) throws {
        self.name = name
        self.compressed = compressed
        input = .allocate(byteCount: min(compressed.byteCount, 1 << 16), alignment: 16)
        let (limit, overflow) = compressed.byteCount.multipliedReportingOverflow(by: Self.greatestRatio)
        maximumRemaining = overflow ? .max : limit
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15: the largest window; 16: a gzip header and trailer, nothing else.
        let status = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            throw Failure(.internalError, "zlib cannot start (code \(status)) on \(name)")
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        input.deallocate()
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        var filled = 0
        while filled < buffer.count {
            let room = min(buffer.count - filled, Int(UInt32.max))
            stream.pointee.next_out = (buffer.baseAddress! + filled).assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_out = UInt32(room)
            let more = try step()
            filled += room - Int(stream.pointee.avail_out)
            if !more { break }
        }
        maximumRemaining -= filled
        return filled
    }

    /// One call of zlib; false at the end of the last member.
    private func step() throws -> Bool {
        try refill()
        if atMemberEnd { try skipPadding() }
        let left = Int(stream.pointee.avail_in)
        if atMemberEnd {
            if left == 0 { return false }
            guard stream.pointee.next_in[0] == 0x1F else {
                throw Failure(.badData, "\(name): something that is not gzip follows the compressed data")
            }
            inflateReset(stream)
            atMemberEnd = false
        }
        guard left > 0 || stream.pointee.total_in > 0 else {
            throw Failure(.badData, "\(name): empty, where gzip data was expected")
        }
        switch inflate(stream, Z_NO_FLUSH) {
        case Z_OK:
            return true
        case Z_STREAM_END:
            atMemberEnd = true
            return true
        case Z_BUF_ERROR:
            throw Failure(.badData, "\(name): the compressed data ends too early; the file is truncated")
        case Z_MEM_ERROR:
            throw Failure(.internalError, "\(name): no memory to decompress it")
        default:
            let reason = stream.pointee.msg.map { String(cString: $0) } ?? "not gzip data"
            throw Failure(.badData, "\(name): broken gzip data: \(reason)")
        }
    }

    /// Passes over zeros behind a member, as gzip does; a member begins with another byte.
    private func skipPadding() throws {
        while stream.pointee.avail_in > 0, stream.pointee.next_in[0] == 0 {
            stream.pointee.next_in += 1
            stream.pointee.avail_in -= 1
            try refill()
        }
    }

    /// Hands zlib the next piece of the input, where it has none.
    private func refill() throws {
        guard stream.pointee.avail_in == 0, place < compressed.byteCount else { return }
        let count = min(input.count, compressed.byteCount - place)
        try compressed.read(into: UnsafeMutableRawBufferPointer(rebasing: input[..<count]), at: place)
        place += count
        stream.pointee.next_in = input.baseAddress!.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_in = UInt32(count)
    }
}
