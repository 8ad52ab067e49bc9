import Storage
import Testing

@Suite struct DelimitedTextTests {
    @Test(arguments: [
        ("plain", "plain"), ("", ""), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""), ("a\nb", "\"a\nb\""),
        ("a\r\nb", "\"a\r\nb\""),
        (" a", "\" a\""), ("a ", "\"a \""), ("a\tb", "a\tb"), ("é,", "\"é,\""),
    ])
    func fields(text: String, field: String) {
        #expect(DelimitedText.field(text) == field)
    }

    /// What joins a quote or a space to one character does not hide it.
    @Test func marks() {
        #expect(DelimitedText.field("a\"\u{346}").unicodeScalars.elementsEqual("\"a\"\"\u{346}\"".unicodeScalars))
        #expect(DelimitedText.field(" \u{346}a").unicodeScalars.elementsEqual("\" \u{346}a\"".unicodeScalars))
        #expect(DelimitedText.field("a\t") == "\"a\t\"")
    }

    @Test func otherDelimiters() {
        #expect(DelimitedText.line(["a,b", "c\td"], delimiter: "\t") == "a,b\t\"c\td\"\n")
    }

    @Test(arguments: [
        (0.0, "0"), (-0.0, "-0"), (28, "28"), (-3, "-3"), (0.1, "0.1"), (1e15, "1000000000000000"), (1e17, "1e+17"),
        (.leastNonzeroMagnitude, "5e-324"), (1.7976931348623157e308, "1.7976931348623157e+308"), (.nan, ""),
        (0.1 + 0.2, "0.30000000000000004"),
    ])
    func numbers(number: Double, text: String) {
        #expect(DelimitedText.text(number) == text)
        if !number.isNaN { #expect(Double(text)?.bitPattern == number.bitPattern) }
    }

    @Test func json() {
        #expect("a\"b\\c\n\u{1}é/".json == #""a\"b\\c\n\u0001é/""#)
    }
}

@Suite struct NumPyFileTests {
    @Test func arrayBySpecification() {
        let bytes = NPYFile([1.5, -2, 0] as [Double], shape: [3, 1]).bytes
        let length = Int(bytes[8]) | Int(bytes[9]) << 8
        #expect(bytes.prefix(8).elementsEqual([0x93] + Array("NUMPY".utf8) + [1, 0]) && (10 + length) % 64 == 0)
        let header = String(decoding: bytes[10..<10 + length], as: UTF8.self)
        #expect(
            header.hasPrefix("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 1), }") && header.hasSuffix(" \n"))
        #expect(Array(bytes[(10 + length)...]) == [1.5, -2, 0].withUnsafeBytes { Array($0) })
    }

    @Test func shapesAndKinds() {
        func header(_ file: NPYFile) -> String { String(decoding: file.bytes[10...].prefix(64), as: UTF8.self) }
        #expect(header(NPYFile([7] as [Int64], shape: [1])).contains("'<i8', 'fortran_order': False, 'shape': (1,)"))
        #expect(header(NPYFile([7] as [Float], shape: [])).contains("'<f4', 'fortran_order': False, 'shape': ()"))
        let texts = NPYFile(["ab", "é", ""])
        #expect(header(texts).contains("'<U2', 'fortran_order': False, 'shape': (3,)"))
        #expect(
            Array(texts.bytes.suffix(24)) == [97, 0, 0, 0, 98, 0, 0, 0, 0xE9, 0, 0, 0]
                + [UInt8](repeating: 0, count: 12))
    }

    /// Members of a zip file by its headers alone, each with its checksum bit by bit.
    @Test func archiveBySpecification() throws {
        let arrays: [(name: String, array: NPYFile)] = [
            ("x", NPYFile([1, 2, 3] as [Double], shape: [3])), ("names", NPYFile(["one", "two"])),
        ]
        let bytes = try NPZFile.bytes(arrays, name: "a.npz")
        func number(_ place: Int, _ size: Int) -> Int {
            (0..<size).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
        }
        let end = bytes.count - 22
        #expect(number(end, 4) == 0x0605_4B50 && number(end + 8, 2) == 2 && number(end + 10, 2) == 2)
        var place = number(end + 16, 4)
        #expect(place + number(end + 12, 4) == end)
        for (name, array) in arrays {
            #expect(number(place, 4) == 0x0201_4B50 && number(place + 10, 2) == 0)
            let (size, start) = (number(place + 24, 4), number(place + 42, 4))
            #expect(
                String(decoding: bytes[place + 46..<place + 46 + number(place + 28, 2)], as: UTF8.self) == name + ".npy"
            )
            #expect(number(start, 4) == 0x0403_4B50)
            let first = start + 30 + number(start + 26, 2) + number(start + 28, 2)
            #expect(Array(bytes[first..<first + size]) == array.bytes)
            let sum = ~array.bytes.reduce(~UInt32(0)) { sum, byte in
                (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1
                }
            }
            #expect(number(place + 16, 4) == Int(sum) && number(start + 14, 4) == Int(sum))
            place += 46 + number(place + 28, 2)
        }
        #expect(place == end)
    }
}
