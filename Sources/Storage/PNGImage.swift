import CZlib

/// A picture as a PNG file: 8 bits, grey or red-green-blue, without interlacing.
///
/// - SeeAlso: *Portable Network Graphics*, W3C Recommendation, sections 5 and 11.
public struct PNGImage: Sendable, Equatable {
    public let width: Int
    public let height: Int
    /// Bytes of a pixel: 1 for grey, 3 for red, green, blue.
    public let channels: Int
    /// height × width × channels, from the upper left corner.
    public private(set) var pixels: [UInt8]

    /// A picture of one colour.
    ///
    /// - Precondition: sides of 1 to 2²⁰ pixels; one or three channels.
    public init(width: Int, height: Int, background: [UInt8]) {
        precondition((1...1 << 20).contains(width) && (1...1 << 20).contains(height), "a picture has pixels")
        precondition(background.count == 1 || background.count == 3, "grey, or red, green and blue")
        self.width = width
        self.height = height
        channels = background.count
        pixels = (0..<width * height).flatMap { _ in background }
    }

    /// Paints a square of `size` pixels with its upper left corner at (x, y).
    ///
    /// - Precondition: the square is within the picture; `colour` has as many bytes as a pixel.
    public mutating func fill(x: Int, y: Int, size: Int, _ colour: [UInt8]) {
        precondition(x >= 0 && y >= 0 && x + size <= width && y + size <= height && colour.count == channels)
        for row in y..<y + size {
            for column in x..<x + size {
                for channel in 0..<channels { pixels[(row * width + column) * channels + channel] = colour[channel] }
            }
        }
    }

    /// Writes the file `path`, whole or not at all; see `AtomicFile`.
    public func write(to path: String) throws {
        try AtomicFile.write(encoded(), to: path)
    }

    /// The file's bytes.
    public func encoded() -> [UInt8] {
        let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        let colourType: UInt8 = channels == 1 ? 0 : 2
        let header = Self.bigEndian(width) + Self.bigEndian(height) + [8, colourType, 0, 0, 0]
        return signature + Self.chunk("IHDR", header) + Self.chunk("IDAT", compressed()) + Self.chunk("IEND", [])
    }

    /// The rows, each with the filter type 0 (none) before it, as zlib packs them.
    private func compressed() -> [UInt8] {
        let rowBytes = width * channels
        var rows: [UInt8] = []
        rows.reserveCapacity(height * (rowBytes + 1))
        for row in 0..<height {
            rows.append(0)
            rows += pixels[row * rowBytes..<(row + 1) * rowBytes]
        }
        var size = compressBound(uLong(rows.count))
        var packed = [UInt8](repeating: 0, count: Int(size))
        let status = compress2(&packed, &size, rows, uLong(rows.count), Z_BEST_COMPRESSION)
        precondition(status == Z_OK, "zlib packs whatever fits its bound, given memory")
        return Array(packed.prefix(Int(size)))
    }

    /// Length, name, bytes, and the CRC over the last two.
    private static func chunk(_ name: String, _ bytes: [UInt8]) -> [UInt8] {
        let content = Array(name.utf8) + bytes
        return bigEndian(bytes.count) + content + bigEndian(Int(crc32(0, content, uInt(content.count))))
    }

    private static func bigEndian(_ number: Int) -> [UInt8] {
        withUnsafeBytes(of: UInt32(number).bigEndian, [UInt8].init)
    }
}
