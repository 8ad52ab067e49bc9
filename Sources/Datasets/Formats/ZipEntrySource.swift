import CZlib
import Storage

/// A file within a zip file, decompressed piece by piece into where it is wanted, and held against its checksum at its end.
final class ZipEntrySource: ByteSource {
    private let name: String
    private let bytes: any PlacedBytes
    private let entry: ZipArchive.Entry
    /// What was not yet handed on, of the bytes in the zip file.
    private var compressed: Range<Int>
    private var checksum: UInt
    /// Nil where the file is stored as it is.
    private var stream: UnsafeMutablePointer<z_stream>?
    private let input: UnsafeMutableRawBufferPointer

    static var knowsItsSize: Bool { true }
    private(set) var maximumRemaining: Int

    init(_ entry: ZipArchive.Entry, at start: Int, of archive: ZipArchive) throws {
        name = "\(archive.name), \(entry.name)"
        (bytes, self.entry) = (archive.bytes, entry)
        compressed = start..<start + entry.compressedSize
        maximumRemaining = entry.size
        checksum = crc32(0, nil, 0)
        input = .allocate(byteCount: entry.isDeflated ? 1 << 16 : 0, alignment: 16)
        guard entry.isDeflated else { return }
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        self.stream = stream
        // Deflate's data alone, which a negative size of the window stands for.
        let status = inflateInit2_(stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else { throw Failure(.internalError, "zlib cannot start (code \(status)) on \(name)") }
    }

    deinit {
        input.deallocate()
        guard let stream else { return }
        inflateEnd(stream)
        stream.deallocate()
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let wanted = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(maximumRemaining))
        if let stream {
            try inflate(stream, into: wanted)
        } else {
            try bytes.read(into: wanted, at: compressed.lowerBound)
            compressed = compressed.lowerBound + wanted.count..<compressed.upperBound
        }
        maximumRemaining -= wanted.count
        checksum = crc32_z(checksum, wanted.baseAddress?.assumingMemoryBound(to: UInt8.self), wanted.count)
        guard maximumRemaining > 0 || checksum == UInt(entry.checksum) else {
            throw Failure(.badData, "\(name): its checksum is not that of the zip file's directory: it is damaged")
        }
        return wanted.count
    }

    private func inflate(_ stream: UnsafeMutablePointer<z_stream>, into buffer: UnsafeMutableRawBufferPointer) throws {
        var filled = 0
        while filled < buffer.count {
            try refill(stream)
            let room = min(buffer.count - filled, Int(UInt32.max))
            stream.pointee.next_out = (buffer.baseAddress! + filled).assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_out = UInt32(room)
            let status = CZlib.inflate(stream, Z_NO_FLUSH)
            let count = room - Int(stream.pointee.avail_out)
            filled += count
            if status == Z_MEM_ERROR { throw Failure(.internalError, "\(name): no memory to decompress it") }
            guard status == Z_OK || status == Z_STREAM_END && filled == buffer.count else {
                let reason = status == Z_STREAM_END || status == Z_BUF_ERROR ? "they end too early" : nil
                throw Failure(
                    .badData,
                    "\(name): broken compressed data: "
                        + (reason ?? stream.pointee.msg.map { String(cString: $0) } ?? "no deflate data"))
            }
        }
    }

    private func refill(_ stream: UnsafeMutablePointer<z_stream>) throws {
        guard stream.pointee.avail_in == 0, !compressed.isEmpty else { return }
        let piece = UnsafeMutableRawBufferPointer(rebasing: input.prefix(compressed.count))
        try bytes.read(into: piece, at: compressed.lowerBound)
        compressed = compressed.lowerBound + piece.count..<compressed.upperBound
        stream.pointee.next_in = piece.baseAddress!.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_in = UInt32(piece.count)
    }
}
