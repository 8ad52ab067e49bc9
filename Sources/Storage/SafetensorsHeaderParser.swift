/// Reads the JSON header of a safetensors file, and nothing else that JSON could say.
///
/// Foundation's readers are no use here. Tried with Swift 6.3 on Linux: of two equal names, `JSONDecoder` silently takes
/// the first and `JSONSerialization` the last; both also take names that differ in their bytes but are canonically
/// equivalent for one, unknown members, `1.0` and `4e0` as integers, and a header in UTF-16; and 511 nested arrays, which
/// they allow, overflow the stack of a thread of 64 KiB. This grammar has a fixed depth, so nothing here recurses.
///
///     header   = "{" [ member *( "," member ) ] "}"            padded with whitespace
///     member   = "__metadata__" ":" { string ":" string , … }
///              | name ":" { "dtype": string, "shape": [ integers ], "data_offsets": [ begin, end ] }   in any order
struct SafetensorsHeaderParser {
    /// One tensor as the header describes it; only the types are checked so far.
    struct Entry {
        let name: String
        let elementType: Safetensors.ElementType
        let shape: [Int]
        let begin: Int
        let end: Int
    }

    /// As many dimensions as PyTorch and NumPy allow.
    private static let mostDimensions = 64

    private let header: UnsafeRawBufferPointer
    private let file: String
    private var position = 0
    private(set) var entries: [Entry] = []
    private(set) var metadata: [String: String] = [:]

    init(_ header: UnsafeRawBufferPointer, file: String) {
        self.header = header
        self.file = file
    }

    /// Reads the whole header into `entries` and `metadata`.
    mutating func parse() throws {
        guard header.first == UInt8(ascii: "{") else { throw unexpected("'{' at the start") }
        var names: Set<String> = []
        try parseObject { parser, name in
            guard names.insert(name).inserted else { throw parser.duplicate("tensor", name) }
            if name == Safetensors.metadataKey {
                try parser.parseMetadata()
            } else {
                parser.entries.append(try parser.parseEntry(name))
            }
        }
        skipWhitespace()
        guard position == header.count else { throw unexpected("the end of the header") }
    }

    private mutating func parseMetadata() throws {
        try parseObject { parser, name in
            let text = try parser.parseString()
            guard parser.metadata.updateValue(text, forKey: name) == nil else {
                throw parser.duplicate("metadata name", name)
            }
        }
    }

    private mutating func parseEntry(_ name: String) throws -> Entry {
        let tensor = "tensor \(Self.shown(name))"
        var elementType: Safetensors.ElementType?
        var shape: [Int]?
        var offsets: [Int]?
        try parseObject { parser, member in
            switch member {
            case "dtype" where elementType == nil:
                let text = try parser.parseString()
                elementType = Safetensors.ElementType(rawValue: text)
                guard elementType != nil else {
                    throw parser.failure("\(tensor): expected dtype F32 or F64, found \(Self.shown(text))")
                }
            case "shape" where shape == nil:
                shape = try parser.parseIntegers(atMost: Self.mostDimensions)
            case "data_offsets" where offsets == nil:
                offsets = try parser.parseIntegers(atMost: 2)
            default:
                throw parser.failure(
                    "\(tensor): expected dtype, shape and data_offsets once each, found \(Self.shown(member))")
            }
        }
        guard let elementType, let shape, let offsets, offsets.count == 2 else {
            throw failure("\(tensor): expected dtype, shape and data_offsets [begin, end], found less")
        }
        return Entry(name: name, elementType: elementType, shape: shape, begin: offsets[0], end: offsets[1])
    }

    // MARK: JSON

    /// Reads an object; `value` is called at each value with the name before it.
    private mutating func parseObject(value: (inout SafetensorsHeaderParser, String) throws -> Void) throws {
        try expect("{")
        if take("}") { return }
        repeat {
            let name = try parseString()
            try expect(":")
            try value(&self, name)
        } while take(",")
        try expect("}")
    }

    private mutating func parseIntegers(atMost limit: Int) throws -> [Int] {
        try expect("[")
        if take("]") { return [] }
        var integers: [Int] = []
        repeat {
            guard integers.count < limit else { throw unexpected("\(limit) integers at most") }
            integers.append(try parseInteger())
        } while take(",")
        try expect("]")
        return integers
    }

    /// Digits without a sign, a leading zero, a fraction or an exponent.
    private mutating func parseInteger() throws -> Int {
        skipWhitespace()
        let start = position
        var integer = 0
        while position < header.count, case let digit = header[position] &- UInt8(ascii: "0"), digit < 10 {
            let (tens, overflow) = integer.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tens.addingReportingOverflow(Int(digit))
            guard !overflow, !carry else { throw unexpected("an integer below 2^63") }
            integer = sum
            position += 1
        }
        guard position > start else { throw unexpected("an integer, not negative") }
        guard position == start + 1 || header[start] != UInt8(ascii: "0") else {
            throw unexpected("an integer without leading zeros")
        }
        return integer
    }

    private mutating func parseString() throws -> String {
        try expect("\"")
        var utf8: [UInt8] = []
        while position < header.count {
            let byte = header[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: utf8, as: UTF8.self) else {
                    throw failure("expected a text in UTF-8, found other bytes before")
                }
                return text
            case UInt8(ascii: "\\"):
                utf8.append(contentsOf: String(try parseEscape()).utf8)
            case 0..<0x20:
                position -= 1
                throw unexpected("a text without control characters")
            default:
                utf8.append(byte)
            }
        }
        throw unexpected("'\"' at the end of a text")
    }

    /// What follows a backslash.
    private mutating func parseEscape() throws -> Unicode.Scalar {
        guard position < header.count else { throw unexpected("an escape") }
        position += 1
        switch header[position - 1] {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            var code = try parseHexadecimal()
            if 0xD800..<0xDC00 ~= code, header[position...].starts(with: "\\u".utf8) {
                position += 2
                let second = try parseHexadecimal()
                // Anything but the second half of the pair leaves a code that is no character.
                if 0xDC00..<0xE000 ~= second { code = 0x10000 + (code - 0xD800) << 10 + (second - 0xDC00) }
            }
            guard let scalar = Unicode.Scalar(code) else {
                throw failure("expected a Unicode character, found half a surrogate pair before")
            }
            return scalar
        default:
            position -= 1
            throw unexpected("an escape")
        }
    }

    private mutating func parseHexadecimal() throws -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard position < header.count, let digit = Character(Unicode.Scalar(header[position])).hexDigitValue else {
                throw unexpected("four hexadecimal digits")
            }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }

    private mutating func skipWhitespace() {
        while position < header.count, [0x20, 0x09, 0x0A, 0x0D].contains(header[position]) { position += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipWhitespace()
        guard position < header.count, header[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ character: Unicode.Scalar) throws {
        guard take(character) else { throw unexpected("'\(character)'") }
    }

    // MARK: Messages

    private func unexpected(_ expected: String) -> Failure {
        let found =
            position < header.count ? Self.shown(String(Unicode.Scalar(header[position]))) : "the end of the header"
        return failure("expected \(expected), found \(found)")
    }

    private func duplicate(_ what: String, _ name: String) -> Failure {
        failure("expected each \(what) once, found \(Self.shown(name)) again")
    }

    private func failure(_ text: String) -> Failure {
        Failure(.badData, "\(file): safetensors header, byte \(position): \(text)")
    }

    /// A text from the file for a message: quoted, control characters escaped (it may go to a terminal), not endless.
    static func shown(_ text: String) -> String {
        let start = String(String.UnicodeScalarView(text.unicodeScalars.prefix(80)))
        return start.debugDescription + (start.utf8.count < text.utf8.count ? "…" : "")
    }
}
