import Storage

/// An array in NumPy's format, versions 1.0 to 3.0: float32, float64 or integers, little-endian, in C's order.
///
/// The format: 93 "NUMPY", two bytes of version, the header's length (16 bits; from version 2 on 32), the header, which is a
/// dictionary as Python writes it, and the elements.
public struct NumPyArray: Sendable, Equatable {
    /// The elements, row-major; as many as the product of the shape.
    public enum Elements: Sendable, Equatable {
        case float32([Float])
        case float64([Double])
        /// Of any size; what is beyond 63 bits stands as the largest.
        case integers([Int64])
    }

    public let shape: [Int]
    public let elements: Elements

    /// Reads the file at `path`.
    ///
    /// - Throws: `Failure`: `.missingInput` when nothing is there; `.badData` when it is no such file, or of other elements, is
    ///   truncated, or holds more than it declares; `.inputOutput` when it cannot be read; `.internalError` when there is no
    ///   memory for it.
    /// - Complexity: one read of the file into the array that is returned.
    public static func read(path: String) throws -> NumPyArray {
        var source = try FileSource(path: path)
        return try parse(&source, name: path)
    }

    /// Reads a file that is in memory; `name` stands for it in messages.
    ///
    /// Allocates no more than `bytes` justify.
    ///
    /// - Throws: `Failure` with `.badData`, or `.internalError` when there is no memory for it.
    public static func parse(_ bytes: UnsafeRawBufferPointer, name: String) throws -> NumPyArray {
        var source = MemorySource(bytes)
        return try parse(&source, name: name)
    }

    /// Whether the file at `path` holds integers: labels, where others are numbers.
    ///
    /// - Throws: as `read`, of what is wrong with the file's beginning.
    public static func holdsIntegers(path: String) throws -> Bool {
        var source = try FileSource(path: path)
        return try NumPyHeader(&source, name: path).element.isInteger
    }

    private static func parse<Source: ByteSource>(_ source: inout Source, name: String) throws -> NumPyArray {
        let header = try NumPyHeader(&source, name: name)
        let count = try header.elementCount(before: source.maximumRemaining)
        func numbers<Number: BitwiseCopyable>(_: Number.Type) throws -> [Number] {
            try [Number](count, from: &source, name: name)
        }
        func integers<Number: FixedWidthInteger & BitwiseCopyable>(_: Number.Type) throws -> Elements {
            .integers(try numbers(Number.self).map { Int64(clamping: $0) })
        }
        let elements: Elements =
            switch header.element {
            case .float32: .float32(try numbers(Float.self))
            case .float64: .float64(try numbers(Double.self))
            case .int8: try integers(Int8.self)
            case .uint8, .boolean: try integers(UInt8.self)
            case .int16: try integers(Int16.self)
            case .uint16: try integers(UInt16.self)
            case .int32: try integers(Int32.self)
            case .uint32: try integers(UInt32.self)
            case .int64: try integers(Int64.self)
            case .uint64: try integers(UInt64.self)
            }
        return NumPyArray(shape: header.shape, elements: elements)
    }
}
