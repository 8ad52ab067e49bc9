import Storage

/// What stands before the elements.
///
///     header = "{" [ key ":" value *( "," key ":" value ) [ "," ] ] "}" spaces
///     keys: 'descr' (a text), 'fortran_order' (True or False), 'shape' (a tuple of whole numbers), each once, in any order
struct NumPyHeader {
    enum Element: String, CaseIterable {
        case float32 = "<f4"
        case float64 = "<f8"
        case boolean = "|b1"
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

    private func failure(_ text: String) -> Failure { Self.failure(name, text) }

    private var shapeText: String { shape.isEmpty ? "1" : shape.map(String.init).joined(separator: "×") }

    /// How many elements there are.
    ///
    /// - Parameter found: bytes that follow the header.
    /// - Throws: `Failure` with `.badData` where they are not of so many elements.
    func elementCount(before found: Int) throws -> Int {
        let count = try shape.reduce(1) { product, size in
            let (next, overflow) = product.multipliedReportingOverflow(by: size)
            guard !overflow, next <= Int.max / 8 else { throw failure("its shape's product does not fit 63 bits") }
            return next
        }
        let size = count * element.size
        guard size == found else {
            throw failure(
                "its header declares \(shapeText) elements of \(element.rawValue), \(size) bytes, but \(found) follow it"
            )
        }
        return count
    }
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
