extension Safetensors {
    /// The largest header that the format's own library reads; what is larger is refused here too.
    private static let largestHeader: UInt64 = 100_000_000

    /// Reads and checks a file held in memory; `name` stands for it in messages.
    ///
    /// Every number is checked before it is used, so any bytes are safe to pass. Tensors must cover the data exactly,
    /// without a gap or an overlap, and names must differ (in Unicode's sense of equal strings).
    ///
    /// - Throws: `Failure` with `.badData`, saying what was expected and what was found.
    /// - Complexity: linear in the bytes, n log n in the tensors; memory: a copy of the data, and a small multiple of
    ///   the header.
    public static func parse(_ bytes: UnsafeRawBufferPointer, name: String) throws -> Safetensors {
        let header = try headerBytes(of: bytes, name: name)
        var parser = SafetensorsHeaderParser(header, file: name)
        try parser.parse()
        let data = UnsafeRawBufferPointer(rebasing: bytes[(8 + header.count)...])
        // The header may list tensors in any order; equal offsets (empty tensors) stay in the header's.
        let entries = parser.entries.enumerated().sorted {
            ($0.element.begin, $0.element.end, $0.offset) < ($1.element.begin, $1.element.end, $1.offset)
        }.map(\.element)
        try check(entries, dataCount: data.count, name: name)
        let tensors = entries.map {
            Tensor(
                name: $0.name, shape: $0.shape, elementType: $0.elementType,
                bytes: UnsafeRawBufferPointer(rebasing: data[$0.begin..<$0.end]))
        }
        return Safetensors(tensors: tensors, metadata: parser.metadata)
    }

    private static func headerBytes(of bytes: UnsafeRawBufferPointer, name: String) throws -> UnsafeRawBufferPointer {
        guard bytes.count >= 8 else {
            throw Failure(.badData, "\(name): expected a safetensors file, found only \(bytes.count) bytes")
        }
        let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        guard length <= min(UInt64(bytes.count - 8), largestHeader) else {
            throw Failure(
                .badData,
                "\(name): expected a safetensors header of \(length) bytes, found a file of \(bytes.count) bytes"
                    + (length > largestHeader ? " (and a header is \(largestHeader) at most)" : ""))
        }
        return UnsafeRawBufferPointer(rebasing: bytes[8..<8 + Int(length)])
    }

    /// Checks that `entries`, sorted by offset, cover the data and have the size that their shape says.
    private static func check(_ entries: [SafetensorsHeaderParser.Entry], dataCount: Int, name: String) throws {
        var end = 0
        for entry in entries {
            let tensor = "\(name): tensor \(SafetensorsHeaderParser.shown(entry.name))"
            guard entry.begin == end, entry.end >= entry.begin else {
                throw Failure(
                    .badData, "\(tensor): expected bytes from \(end) on, found [\(entry.begin), \(entry.end)]")
            }
            guard entry.end <= dataCount else {
                throw Failure(
                    .badData,
                    "\(tensor): expected bytes [\(entry.begin), \(entry.end)], found only \(dataCount) bytes of data")
            }
            guard let expected = byteCount(of: entry) else {
                throw Failure(.badData, "\(tensor): its shape \(entry.shape) is larger than any file")
            }
            guard entry.end - entry.begin == expected else {
                throw Failure(
                    .badData,
                    "\(tensor): expected \(expected) bytes for \(entry.elementType.rawValue) \(entry.shape), "
                        + "found \(entry.end - entry.begin)")
            }
            end = entry.end
        }
        guard end == dataCount else {
            throw Failure(.badData, "\(name): expected \(end) bytes of data, found \(dataCount)")
        }
    }

    /// The bytes that an entry's shape asks for; nil when they do not fit an `Int`.
    private static func byteCount(of entry: SafetensorsHeaderParser.Entry) -> Int? {
        var count = entry.elementType.byteCount
        for size in entry.shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            guard !overflow else { return nil }
            count = product
        }
        return count
    }
}
