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
        let count = try header.shape.reduce(1) { product, size in
            let (next, overflow) = product.multipliedReportingOverflow(by: size)
            guard !overflow, next <= Int.max / 8 else {
                throw header.failure("its shape's product does not fit 63 bits")
            }
            return next
        }
        let (size, found) = (count * header.element.size, source.maximumRemaining)
        guard size == found else {
            throw header.failure(
                "its header declares \(header.shapeText) elements of \(header.element.rawValue), \(size) bytes, but \(found) "
                    + "follow it")
        }
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
            case .uint8: try integers(UInt8.self)
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

/// What stands before the elements.
///
///     header = "{" [ key ":" value *( "," key ":" value ) [ "," ] ] "}" spaces
///     keys: 'descr' (a text), 'fortran_order' (True or False), 'shape' (a tuple of whole numbers), each once, in any order
private struct NumPyHeader {
    enum Element: String, CaseIterable {
        case float32 = "<f4"
        case float64 = "<f8"
        case int8 = "|i1"
        case uint8 = "|u1"
        case int16 = "<i2"
        case uint16 = "<u2"
        case int32 = "<i4"
        case uint32 = "<u4"
        case int64 = "<i8"
        case uint64 = "<u8"

        /// Bytes of one.
        var size: Int { Int(rawValue.suffix(1))! }
        var isInteger: Bool { self != .float32 && self != .float64 }
    }

    let element: Element
    let shape: [Int]
    private let name: String

    /// As long as NumPy itself takes them without being asked to.
    private static let mostBytes = 10_000
    private static let mostDimensions = 64

    init(_ source: inout some ByteSource, name: String) throws {
        self.name = name
        func fail(_ text: String) -> Failure { Self.failure(name, text) }
        let start = try [UInt8](8, from: &source, name: name)
        guard start.count == 8, start.starts(with: [0x93] + Array("NUMPY".utf8)) else {
            throw fail("not a NumPy array: expected it to begin with 93 NUMPY")
        }
        guard (1...3).contains(start[6]), start[7] == 0 else {
            throw fail("expected version 1.0, 2.0 or 3.0 of NumPy's format, found \(start[6]).\(start[7])")
        }
        let sizeBytes = start[6] == 1 ? 2 : 4
        let length = try [UInt8](sizeBytes, from: &source, name: name)
        guard length.count == sizeBytes else { throw fail("truncated: it ends within its header") }
        let size = length.reversed().reduce(0) { $0 << 8 | Int($1) }
        guard size <= Self.mostBytes else {
            throw fail("expected a header of at most \(Self.mostBytes) bytes, found \(size)")
        }
        let text = try [UInt8](size, from: &source, name: name)
        guard text.count == size else {
            throw fail("truncated: its header is to have \(size) bytes, it has \(text.count)")
        }
        var scanner = DictionaryScanner(text: text[...])
        var (type, order, sizes): (String?, Bool?, [Int]?)
        let isWhole = scanner.dictionary { key, scanner in
            switch key {
            case "descr" where type == nil: type = scanner.quoted()
            case "fortran_order" where order == nil: order = scanner.boolean()
            case "shape" where sizes == nil: sizes = scanner.tuple(atMost: Self.mostDimensions)
            default: return false
            }
            return true
        }
        // The type first: of objects and other machines' numbers the rest may be as it likes.
        if let type, Element(rawValue: type) == nil {
            throw fail("expected elements of one of \(Self.types), found \(type.debugDescription)")
        }
        guard isWhole, let type, let element = Element(rawValue: type), let order, let sizes else {
            throw fail(
                "expected a header of descr (one of \(Self.types)), fortran_order and shape, found "
                    + String(decoding: text.prefix(100), as: UTF8.self).debugDescription)
        }
        guard !order || sizes.count < 2 else {
            throw fail("expected rows one behind the other (C's order), found columns (fortran_order: True)")
        }
        self.element = element
        shape = sizes
    }

    private static var types: String { Element.allCases.map(\.rawValue).joined(separator: " ") }

    private static func failure(_ name: String, _ text: String) -> Failure { Failure(.badData, "\(name): \(text)") }

    func failure(_ text: String) -> Failure { Self.failure(name, text) }

    var shapeText: String { shape.isEmpty ? "1" : shape.map(String.init).joined(separator: "×") }
}

/// Reads what NumPy writes of Python's literals; nothing in it recurses.
private struct DictionaryScanner {
    var text: ArraySlice<UInt8>

    private mutating func skipSpaces() { text = text.drop { $0 == 0x20 || $0 == 0x0A } }

    /// Takes `token`, if it is next.
    private mutating func take(_ token: String) -> Bool {
        skipSpaces()
        guard text.starts(with: token.utf8) else { return false }
        text = text.dropFirst(token.utf8.count)
        return true
    }

    /// A whole dictionary with nothing behind it; false as soon as something, or what `value` finds, is not as it should be.
    mutating func dictionary(_ value: (_ key: String, inout Self) -> Bool) -> Bool {
        guard take("{") else { return false }
        while !take("}") {
            guard let key = quoted(), take(":"), value(key, &self) else { return false }
            if take(",") { continue }
            guard take("}") else { return false }
            break
        }
        skipSpaces()
        return text.isEmpty
    }

    /// Between quotes of either kind, without escapes.
    mutating func quoted() -> String? {
        skipSpaces()
        guard let quote = text.first, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else { return nil }
        let rest = text.dropFirst()
        guard let end = rest.firstIndex(of: quote) else { return nil }
        text = rest[(end + 1)...]
        return String(decoding: rest[..<end], as: UTF8.self)
    }

    mutating func boolean() -> Bool? { take("True") ? true : take("False") ? false : nil }

    /// Whole numbers between brackets; one alone has a comma behind it.
    mutating func tuple(atMost limit: Int) -> [Int]? {
        guard take("(") else { return nil }
        var numbers: [Int] = []
        while !take(")") {
            skipSpaces()
            let digits = text.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard let number = Int(String(decoding: digits, as: UTF8.self)), numbers.count < limit else { return nil }
            text = text.dropFirst(digits.count)
            numbers.append(number)
            if take(",") { continue }
            guard numbers.count > 1, take(")") else { return nil }
            break
        }
        return numbers
    }
}
