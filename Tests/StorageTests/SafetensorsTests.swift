import Foundation
import Storage
import Testing

/// The file that the format's own library wrote; see Tests/Golden/make-safetensors.py.
private func golden() throws -> [UInt8] {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return [UInt8](try Data(contentsOf: tests.appending(path: "Golden/small.safetensors")))
}

@Suite struct SafetensorsTests {
    let expected = Safetensors(
        tensors: [
            Safetensors.Tensor("0.bias", [5], [Double.pi, 2.718281828459045, .nan, .infinity, .leastNonzeroMagnitude]),
            Safetensors.Tensor("0.weight", [2, 3], [1, -2.5, 3.25, 0, -0.0, 1e-40]),
            Safetensors.Tensor("empty", [3, 0, 2], [Float]()),
            Safetensors.Tensor("scalar", [], [Float(42)]),
            Safetensors.Tensor("straße \"ß\"\\\n\u{1}😀", [3], [1.5, -Float.leastNonzeroMagnitude, 3.4e38]),
        ],
        metadata: ["format": "np \"\\\té"])

    @Test func readsWhatTheFormatsLibraryWrote() throws {
        #expect(try Safetensors.parse(golden(), name: "golden") == expected)
    }

    @Test func writesTheBytesThatTheFormatsLibraryWrote() throws {
        #expect(try expected.encoded() == golden())
    }

    @Test(arguments: 0..<20)
    func roundTripsAndAlignsTheData(nameLength: Int) throws {
        let name = String(repeating: "é\"\r", count: nameLength)
        let file = Safetensors(
            tensors: [
                Safetensors.Tensor("b" + name, [3], [Float(1), 2, 3]),
                Safetensors.Tensor("a" + name, [1, 2], [1.0, 2]),
            ],
            metadata: ["z": name, "a\u{1F}\u{8}\u{C}": "/", "": ""])
        let bytes = file.encoded()
        #expect(bytes[0] % 8 == 0)
        #expect(try Safetensors.parse(bytes, name: "memory") == file)
    }

    @Test func nothingIsAFileToo() throws {
        let bytes = Safetensors(tensors: []).encoded()
        #expect(bytes == [8, 0, 0, 0, 0, 0, 0, 0] + Array("{}      ".utf8))
        #expect(try Safetensors.parse(bytes, name: "memory").tensors.isEmpty)
    }

    @Test func findsATensorByName() {
        #expect(expected["scalar"]?.shape == [])
        #expect(expected["0.weight"]?.elementType == .float64)
        #expect(expected["1.weight"] == nil)
    }

    @Test func goesThroughAFile() throws {
        try withTemporaryFolder { folder in
            try expected.write(to: "\(folder)/model.safetensors")
            #expect(try Safetensors.read("\(folder)/model.safetensors") == expected)
        }
    }

    @Test func tensorsComeInTheOrderOfTheirBytes() throws {
        let bytes = file(
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]},"b":{"shape":[1],"data_offsets":[0,4],"dtype":"F32"}}"#,
            data: 8)
        #expect(try Safetensors.parse(bytes, name: "memory").tensors.map(\.name) == ["b", "a"])
    }

    @Test func takesWhitespaceAndEscapes() throws {
        let bytes = file(
            "{ \"\\u00e9\\ud83d\\uDE00\\/\\b\" :\t{\"dtype\" : \"F32\",\n\"shape\": [ 1 , 2 ] ,\r"
                + "\"data_offsets\":[0 ,8]} } \n", data: 8)
        let tensor = try #require(try Safetensors.parse(bytes, name: "memory").tensors.first)
        #expect(tensor.name == "é😀/\u{8}")
        #expect(tensor.shape == [1, 2])
    }

    /// What is wrong, the header, bytes of data, and what the message must say after the file's name.
    static let broken: [(String, Int, String)] = [
        ("", 0, #"safetensors header, byte 0: expected '{' at the start, found the end of the header"#),
        (" {}", 0, #"byte 0: expected '{' at the start, found " ""#),
        ("[]", 0, #"expected '{' at the start, found "[""#),
        ("{", 0, #"byte 1: expected '"', found the end of the header"#),
        ("{}x", 0, #"byte 2: expected the end of the header, found "x""#),
        ("{}\0", 0, #"expected the end of the header, found "\0""#),
        (#"{"a""#, 0, "expected ':'"),
        (#"{"a":1}"#, 0, "expected '{'"),
        (#"{"a":{}}"#, 0, #"tensor "a": expected dtype, shape and data_offsets [begin, end], found less"#),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},}"#, 4, #"expected '"', found "}""#),
        (entry(dtype: "F16"), 4, #"tensor "a": expected dtype F32 or F64, found "F16""#),
        (entry(dtype: "f32"), 4, #"expected dtype F32 or F64, found "f32""#),
        (entry(shape: "-1"), 4, #"expected an integer, not negative, found "-""#),
        (entry(shape: "1.0"), 4, #"expected ']', found ".""#),
        (entry(shape: "1e0"), 4, #"expected ']', found "e""#),
        (entry(shape: "01"), 4, "expected an integer without leading zeros"),
        (entry(shape: "1,"), 4, "expected an integer"),
        (entry(shape: "[1]"), 4, "expected an integer"),
        (entry(shape: "9223372036854775808"), 4, "expected an integer below 2^63"),
        (entry(shape: "99999999999999999999"), 4, "expected an integer below 2^63"),
        (entry(shape: "9223372036854775807"), 4, "its shape [9223372036854775807] is larger than any file"),
        (entry(shape: "4294967296,4294967296,0"), 4, "is larger than any file"),
        (entry(shape: Array(repeating: "1", count: 65).joined(separator: ",")), 4, "expected 64 integers at most"),
        (entry(shape: "2"), 4, #"tensor "a": expected 8 bytes for F32 [2], found 4"#),
        (entry(shape: "0"), 4, "expected 0 bytes for F32 [0], found 4"),
        (entry(offsets: "0"), 4, "expected dtype, shape and data_offsets [begin, end], found less"),
        (entry(offsets: "0,4,8"), 4, "expected 2 integers at most"),
        (entry(offsets: "4,0"), 4, "expected bytes from 0 on, found [4, 0]"),
        (entry(offsets: "4,8"), 8, "expected bytes from 0 on, found [4, 8]"),
        (entry(), 3, #"tensor "a": expected bytes [0, 4], found only 3 bytes of data"#),
        (entry(), 5, "expected 4 bytes of data, found 5"),
        (entry(more: #","x":1"#), 4, #"expected dtype, shape and data_offsets once each, found "x""#),
        (entry(more: #","dtype":"F32""#), 4, #"once each, found "dtype""#),
        (entry(more: #","shape":[1]"#), 4, #"once each, found "shape""#),
        (twice("a", "a"), 8, #"expected each tensor once, found "a" again"#),
        (twice("\u{e9}", "e\u{301}"), 8, "expected each tensor once"),
        (twice("a", #"\u0061"#), 8, "expected each tensor once"),
        (#"{"__metadata__":null}"#, 0, "expected '{'"),
        (#"{"__metadata__":{"a":1}}"#, 0, #"expected '"', found "1""#),
        (#"{"__metadata__":{"a":"b","a":"c"}}"#, 0, #"expected each metadata name once, found "a" again"#),
        (#"{"__metadata__":{},"__metadata__":{}}"#, 0, #"expected each tensor once, found "__metadata__" again"#),
        (#"{"a\x"}"#, 0, "expected an escape"),
        (#"{"\u12g4"}"#, 0, "expected four hexadecimal digits"),
        (#"{"\ud800"}"#, 0, "expected a Unicode character, found half a surrogate pair"),
        (#"{"\ud800\u0041"}"#, 0, "expected a Unicode character, found half a surrogate pair"),
        (#"{"\udc00"}"#, 0, "expected a Unicode character"),
        ("{\"a\nb\"}", 0, "expected a text without control characters"),
        (#"{"a"#, 0, "at the end of a text"),
        (#"{"a\"#, 0, "expected an escape, found the end"),
        (#"{"a\u12"#, 0, "expected four hexadecimal digits, found the end"),
        (String(repeating: "[", count: 100_000), 0, "expected '{'"),
        (String(repeating: #"{"a":"#, count: 100_000), 0, "once each"),
    ]

    @Test(arguments: broken)
    func saysWhatIsWrong(header: String, data: Int, message: String) {
        let failure = #expect(throws: Failure.self) { try Safetensors.parse(file(header, data: data), name: "f.st") }
        #expect(failure?.status == .badData)
        #expect(failure?.message.hasPrefix("f.st: ") == true)
        #expect(failure?.message.contains(message) == true, "\(failure?.message ?? "no failure")")
    }

    @Test(arguments: 0..<16)
    func everyCutOfAFileIsSeen(count: Int) {
        #expect(throws: Failure.self) {
            try Safetensors.parse(Array(Safetensors(tensors: []).encoded().prefix(count)), name: "cut")
        }
    }

    @Test(arguments: [9, 100_000_001, 1 << 32, .max, UInt64(Int.max) - 7, UInt64(Int.max) + 1])
    func theHeaderFitsTheFile(length: UInt64) {
        let bytes = withUnsafeBytes(of: length.littleEndian) { Array($0) } + Array("{}      ".utf8)
        let failure = #expect(throws: Failure.self) { try Safetensors.parse(bytes, name: "f") }
        #expect(failure?.message.hasPrefix("f: expected a safetensors header of \(length) bytes") == true)
    }

    @Test func textMustBeUTF8() {
        let start = Array(#"{"__metadata__":{"a":""#.utf8)
        for bytes: [UInt8] in [[0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80]] {
            let failure = #expect(throws: Failure.self) {
                try Safetensors.parse(file(start + bytes + Array(#""}}"#.utf8), data: 0), name: "f")
            }
            #expect(failure?.message.contains("expected a text in UTF-8") == true)
        }
    }

    @Test func messagesEscapeAndCutNamesFromTheFile() {
        let name = #"\u001b[31m"# + String(repeating: "x", count: 1000)
        let failure = #expect(throws: Failure.self) {
            try Safetensors.parse(file(#"{"\#(name)":{}}"#, data: 0), name: "f")
        }
        #expect(failure?.message.contains(#""\u{1B}[31mxxx"#) == true)
        #expect((failure?.message.count ?? 1000) < 250)
    }
}

private func entry(
    dtype: String = "F32", shape: String = "1", offsets: String = "0,4", more: String = ""
) -> String {
    #"{"a":{"dtype":"\#(dtype)","shape":[\#(shape)],"data_offsets":[\#(offsets)]\#(more)}}"#
}

private func twice(_ first: String, _ second: String) -> String {
    #"{"\#(first)":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"#
        + #""\#(second)":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#
}

/// A file with this header, and so many bytes of data.
private func file(_ header: String, data: Int) -> [UInt8] {
    file(Array(header.utf8), data: data)
}

private func file(_ header: [UInt8], data: Int) -> [UInt8] {
    withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) } + header + [UInt8](repeating: 0, count: data)
}
