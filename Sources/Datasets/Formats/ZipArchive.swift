import Storage

/// What a zip file holds: files that are stored as they are or deflated; also of more than 4 GiB (zip64).
///
/// The format: PKWARE's APPNOTE, 6.3. The directory at the end is what counts; names say which file is meant.
struct ZipArchive {
    struct Entry {
        let name: String
        let isDeflated: Bool
        let checksum: UInt32
        let compressedSize: Int
        let size: Int
        /// Where its own header begins.
        let place: Int
    }

    let name: String
    let bytes: any PlacedBytes
    let entries: [Entry]

    /// - Throws: `Failure` with `.badData` where it is no zip file, is cut, or holds what is encrypted or compressed otherwise.
    init(_ bytes: any PlacedBytes, name: String) throws {
        (self.name, self.bytes) = (name, bytes)
        let directory = try ZipDirectory(bytes, name: name)
        var fields = ZipFields(try bytes.read(directory.size, at: directory.place), name: name)
        var entries: [Entry] = []
        while entries.count < directory.count { entries.append(try Entry(&fields, fileSize: bytes.byteCount)) }
        self.entries = entries
    }

    /// What an entry holds, decompressed.
    func source(of entry: Entry) throws -> ZipEntrySource {
        let headerSize = 30
        guard entry.place <= bytes.byteCount - headerSize else { throw Self.truncated(name) }
        var header = ZipFields(try bytes.read(headerSize, at: entry.place), name: name)
        guard try header.number(4) == 0x0403_4B50 else {
            throw Failure(.badData, "\(name): \(entry.name) is not where the directory says")
        }
        try header.skip(22)
        let start = entry.place + headerSize + Int(try header.number(2)) + Int(try header.number(2))
        guard start <= bytes.byteCount - entry.compressedSize else { throw Self.truncated(name) }
        return try ZipEntrySource(entry, at: start, of: self)
    }

    static func truncated(_ name: String) -> Failure {
        Failure(.badData, "\(name): truncated: its directory tells of more than is there")
    }
}

extension ZipArchive.Entry {
    fileprivate init(_ fields: inout ZipFields, fileSize: Int) throws {
        let name = fields.name
        guard try fields.number(4) == 0x0201_4B50 else { throw Failure(.badData, "\(name): a broken zip directory") }
        try fields.skip(4)
        let flags = try fields.number(2)
        let method = try fields.number(2)
        try fields.skip(4)
        checksum = UInt32(try fields.number(4))
        var sizes = [try fields.number(4), try fields.number(4)]
        let (nameSize, extraSize, commentSize) = (
            Int(try fields.number(2)), Int(try fields.number(2)), Int(try fields.number(2))
        )
        try fields.skip(8)
        sizes.append(try fields.number(4))
        self.name = String(decoding: try fields.bytes(nameSize), as: UTF8.self)
        var extra = ZipFields(try fields.bytes(extraSize), name: name)
        try fields.skip(commentSize)
        try extra.widen(&sizes)
        guard flags & 1 == 0, method == 0 || method == 8 else {
            throw Failure(
                .badData,
                "\(name): \(self.name) is \(flags & 1 == 0 ? "compressed by method \(method)" : "encrypted"); expected "
                    + "stored or deflated")
        }
        isDeflated = method == 8
        let most = isDeflated ? GzipSource.greatestRatio : 1
        guard sizes.allSatisfy({ $0 <= UInt64(Int.max / 2) }), sizes[0] <= UInt64(fileSize),
            sizes[1] <= sizes[0].multipliedReportingOverflow(by: UInt64(most)).partialValue,
            isDeflated || sizes[0] == sizes[1]
        else { throw ZipArchive.truncated(name) }
        (compressedSize, size, place) = (Int(sizes[0]), Int(sizes[1]), Int(sizes[2]))
    }
}

/// Where a zip file's directory is, as its end tells.
private struct ZipDirectory {
    let count: Int
    let size: Int
    let place: Int

    init(_ bytes: any PlacedBytes, name: String) throws {
        // Behind the record of 22 bytes there may be a comment of 64 KiB.
        let endSize = 22
        let tailStart = max(0, bytes.byteCount - endSize - 0xFFFF)
        let tail = try bytes.read(bytes.byteCount - tailStart, at: tailStart)
        let mark: [UInt8] = [0x50, 0x4B, 5, 6]
        let last = stride(from: tail.count - endSize, through: 0, by: -1).first { start in
            tail[start..<start + 4].elementsEqual(mark)
                && start + endSize + Int(tail[start + 20]) + Int(tail[start + 21]) << 8 == tail.count
        }
        guard let last else {
            throw Failure(.badData, "\(name): not a zip file, or truncated: expected its directory at the end")
        }
        var end = ZipFields(Array(tail[last...]), name: name)
        try end.skip(10)
        var values = [try end.number(2), try end.number(4), try end.number(4)]
        let locatorSize = 20
        if values.contains(0xFFFF) || values.contains(0xFFFF_FFFF), tailStart + last >= locatorSize {
            var locator = ZipFields(try bytes.read(locatorSize, at: tailStart + last - locatorSize), name: name)
            if try locator.number(4) == 0x0706_4B50 {
                try locator.skip(4)
                values = try Self.wide(bytes, at: try locator.number(8), name: name)
            }
        }
        let room = UInt64(bytes.byteCount)
        guard values[2] <= room, values[1] <= room - values[2], values[0] <= values[1] / 46 else {
            throw ZipArchive.truncated(name)
        }
        (count, size, place) = (Int(values[0]), Int(values[1]), Int(values[2]))
    }

    /// Zip64's: entries, size and place.
    private static func wide(_ bytes: any PlacedBytes, at place: UInt64, name: String) throws -> [UInt64] {
        let size = 56
        guard bytes.byteCount >= size, place <= UInt64(bytes.byteCount - size) else {
            throw ZipArchive.truncated(name)
        }
        var fields = ZipFields(try bytes.read(size, at: Int(place)), name: name)
        guard try fields.number(4) == 0x0606_4B50 else { throw Failure(.badData, "\(name): a broken zip directory") }
        try fields.skip(28)
        return [try fields.number(8), try fields.number(8), try fields.number(8)]
    }
}

/// Little-endian numbers, one after the other.
private struct ZipFields {
    let name: String
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8], name: String) { (rest, self.name) = (bytes[...], name) }

    mutating func bytes(_ count: Int) throws -> [UInt8] {
        guard count <= rest.count else {
            throw Failure(.badData, "\(name): truncated: its zip directory ends too early")
        }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    mutating func skip(_ count: Int) throws { _ = try bytes(count) }

    mutating func number(_ size: Int) throws -> UInt64 {
        try bytes(size).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Replaces those of the numbers that did not fit 32 bits by zip64's, in an entry's extra fields.
    ///
    /// - Parameter sizes: compressed, uncompressed, place; zip64 has the second first.
    mutating func widen(_ sizes: inout [UInt64]) throws {
        while rest.count >= 4 {
            let (kind, size) = (try number(2), Int(try number(2)))
            guard kind == 1 else {
                try skip(size)
                continue
            }
            for index in [1, 0, 2] where sizes[index] == 0xFFFF_FFFF { sizes[index] = try number(8) }
            return
        }
    }
}
