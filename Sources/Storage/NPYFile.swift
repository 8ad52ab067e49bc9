import CZlib

/// A kind of number that NumPy's files hold.
public protocol NumPyNumber: BitwiseCopyable {
    /// As `numpy.dtype` calls it.
    static var descriptor: String { get }
}

extension Float: NumPyNumber { public static var descriptor: String { "<f4" } }
extension Double: NumPyNumber { public static var descriptor: String { "<f8" } }
extension Int64: NumPyNumber { public static var descriptor: String { "<i8" } }

/// An array as NumPy's format has it, to be written: version 1.0, little-endian, in C's order.
public struct NPYFile: Sendable {
    private let header: [UInt8]
    private let elements: [UInt8]

    /// Numbers, row-major.
    ///
    /// - Precondition: as many as the product of the shape.
    public init<Number: NumPyNumber>(_ numbers: [Number], shape: [Int]) {
        precondition(numbers.count == shape.reduce(1, *))
        self.init(Number.descriptor, shape, numbers.withUnsafeBytes { Array($0) })
    }

    /// Texts, [N]: of the longest one's length, as NumPy has them, in UTF-32.
    public init(_ texts: [String]) {
        let length = max(1, texts.map(\.unicodeScalars.count).max() ?? 1)
        var elements: [UInt8] = []
        for text in texts {
            for scalar in text.unicodeScalars { elements += LittleEndian.bytes(scalar.value) }
            elements += [UInt8](repeating: 0, count: 4 * (length - text.unicodeScalars.count))
        }
        self.init("<U\(length)", [texts.count], elements)
    }

    private init(_ descriptor: String, _ shape: [Int], _ elements: [UInt8]) {
        let sizes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
        let text = "{'descr': '\(descriptor)', 'fortran_order': False, 'shape': (\(sizes)), }"
        // What stands before the elements is whole groups of 64 bytes.
        let padding = 63 - (10 + text.utf8.count) % 64
        let line = Array((text + String(repeating: " ", count: padding) + "\n").utf8)
        header = [0x93] + Array("NUMPY".utf8) + [1, 0] + LittleEndian.bytes(UInt16(line.count)) + line
        self.elements = elements
    }

    /// The file's bytes.
    public var bytes: [UInt8] { header + elements }

    var byteCount: Int { header.count + elements.count }
    var checksum: UInt32 {
        let start = header.withUnsafeBufferPointer { crc32_z(0, $0.baseAddress, $0.count) }
        return UInt32(elements.withUnsafeBufferPointer { crc32_z(start, $0.baseAddress, $0.count) })
    }

    /// Appends the file's bytes.
    func append(to bytes: inout [UInt8]) {
        bytes += header
        bytes += elements
    }
}

/// Arrays by their names in one file, as `numpy.load` reads them: a zip archive of files `.npy`, stored as they are.
///
/// - SeeAlso: PKWARE, *APPNOTE: .ZIP file format specification*, sections 4.3.7, 4.3.12 and 4.3.16.
public enum NPZFile {
    /// Beyond it an archive is of another version of the format.
    static let mostBytes = Int(UInt32.max)

    /// The file's bytes.
    ///
    /// - Throws: `.cannotWrite` of more than 4 GiB; `name` stands for the file.
    public static func bytes(_ arrays: [(name: String, array: NPYFile)], name: String) throws -> [UInt8] {
        let total = arrays.reduce(0) { $0 + $1.array.byteCount + 256 + 2 * $1.name.utf8.count }
        guard total <= mostBytes, arrays.count < UInt16.max else {
            throw Failure(.cannotWrite, "\(name): its \(total) bytes are more than an .npz file of 4 GiB holds")
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(total)
        var directory: [UInt8] = []
        for (name, array) in arrays {
            let path = Array((name + ".npy").utf8)
            let fields = Self.fields(of: array, path)
            directory += LittleEndian.bytes(UInt32(0x0201_4B50)) + [20, 0] + fields
            // No comment, the first disk, no attributes.
            directory += [UInt8](repeating: 0, count: 10) + LittleEndian.bytes(UInt32(bytes.count)) + path
            bytes += LittleEndian.bytes(UInt32(0x0403_4B50)) + fields + path
            array.append(to: &bytes)
        }
        let start = bytes.count
        bytes += directory
        bytes += LittleEndian.bytes(UInt32(0x0605_4B50)) + [0, 0, 0, 0]
        bytes += LittleEndian.bytes(UInt16(arrays.count)) + LittleEndian.bytes(UInt16(arrays.count))
        bytes += LittleEndian.bytes(UInt32(directory.count)) + LittleEndian.bytes(UInt32(start)) + [0, 0]
        return bytes
    }

    /// What both headers of a member say: the version, that it is stored, the first day of 1980, checksum and sizes.
    private static func fields(of array: NPYFile, _ path: [UInt8]) -> [UInt8] {
        let size = LittleEndian.bytes(UInt32(array.byteCount))
        let isText = path.contains { $0 > 0x7F } ? UInt16(1 << 11) : 0
        return [20, 0] + LittleEndian.bytes(isText) + [0, 0, 0, 0, 0x21, 0] + LittleEndian.bytes(array.checksum)
            + size + size + LittleEndian.bytes(UInt16(path.count)) + [0, 0]
    }
}

private enum LittleEndian {
    static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian, [UInt8].init)
    }
}
