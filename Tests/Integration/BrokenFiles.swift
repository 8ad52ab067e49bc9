import Foundation
import Testing

/// Four whole IDX files of a few digits.
enum SmallDigits {
    static let trainCount = 30
    static let testCount = 20

    static func write(to folder: String) throws {
        for (part, count) in [("train", trainCount), ("t10k", testCount)] {
            let pixels = (0..<count * 784).map { UInt8(truncatingIfNeeded: $0 % 5 == 0 ? $0 / 7 : 0) }
            try save(idx([count, 28, 28], pixels), "\(folder)/\(part)-images-idx3-ubyte")
            try save(idx([count], (0..<count).map { UInt8($0 % 10) }), "\(folder)/\(part)-labels-idx1-ubyte")
        }
    }

    /// An IDX file, of unsigned bytes where no other type is said.
    static func idx(_ dimensions: [Int], type: UInt8 = 8, _ bytes: [UInt8]) -> [UInt8] {
        let sizes = dimensions.flatMap { size in (0..<4).reversed().map { UInt8(size >> (8 * $0) & 255) } }
        return [0, 0, type, UInt8(dimensions.count)] + sizes + bytes
    }

    static func save(_ bytes: [UInt8], _ path: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }
}

/// What may be wrong with a folder of digits, and what the user is told.
struct BrokenDigits: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let status: Int32
    let mentions: [String]
    /// Below the folder that is damaged; what `--data` names.
    var folder = "."
    var damage: @Sendable (_ folder: String) throws -> Void = { _ in }

    static let all = [
        BrokenDigits(testDescription: "no folder", status: 66, mentions: ["nowhere"], folder: "nowhere"),
        BrokenDigits(testDescription: "no labels", status: 66, mentions: ["train-labels-idx1-ubyte"]) {
            try FileManager.default.removeItem(atPath: "\($0)/train-labels-idx1-ubyte")
        },
        replacing("truncated images", "t10k-images-idx3-ubyte", ["20×28×28 = 15680", "15679"]) { $0.dropLast() },
        replacing("truncated header", "train-images-idx3-ubyte", []) { $0.prefix(7) },
        replacing("empty file", "train-labels-idx1-ubyte", []) { $0.prefix(0) },
        replacing("more than declared", "train-labels-idx1-ubyte", ["30", "31"]) { $0 + [1] },
        replacing("wrong type", "train-images-idx3-ubyte", ["00 00 0f 03"]) { [0, 0, 0x0F] + $0.dropFirst(3) },
        replacing("floats declared, bytes there", "train-images-idx3-ubyte", ["×4 = 94080", "23520"]) {
            [0, 0, 0x0D] + $0.dropFirst(3)
        },
        replacing("not IDX", "t10k-labels-idx1-ubyte", ["7b 7d 0a"]) { _ in Array("{}\n".utf8)[...] },
        replacing("labels for images", "train-images-idx3-ubyte", []) { _ in
            SmallDigits.idx([30], [UInt8](repeating: 1, count: 30))[...]
        },
        replacing("fewer labels than images", "t10k-labels-idx1-ubyte", ["19", "20"]) { _ in
            SmallDigits.idx([19], [UInt8](repeating: 1, count: 19))[...]
        },
        replacing("label 10", "train-labels-idx1-ubyte", ["label 29 is 10", "0 to 9"]) { $0.dropLast() + [10] },
        replacing("broken gzip", "train-images-idx3-ubyte", ["gzip"]) { [0x1F, 0x8B, 8, 0] + $0 },
        replacing("a size of 2^32 - 1", "train-images-idx3-ubyte", []) {
            $0.prefix(4) + [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255] + $0.dropFirst(16)
        },
    ]

    private static func replacing(
        _ description: String, _ name: String, _ mentions: [String],
        _ change: @escaping @Sendable (ArraySlice<UInt8>) -> ArraySlice<UInt8>
    ) -> BrokenDigits {
        BrokenDigits(testDescription: description, status: 65, mentions: mentions + [name]) { folder in
            let path = "\(folder)/\(name)"
            let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
            try SmallDigits.save(Array(change(bytes[...])), path)
        }
    }
}

/// What may be wrong with the weights of a 784x2x10 network, and what the user is told.
struct BrokenWeights: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let status: Int32
    let mentions: [String]
    let file: Data?

    static let all = [
        BrokenWeights(testDescription: "no file", status: 66, mentions: [], file: nil),
        BrokenWeights(testDescription: "empty", status: 65, mentions: [], file: Data()),
        BrokenWeights(
            testDescription: "not safetensors", status: 65, mentions: [], file: Data("PK\u{3}\u{4}zipped".utf8)),
        BrokenWeights(testDescription: "truncated", status: 65, mentions: [], file: file().dropLast(3)),
        BrokenWeights(testDescription: "a NaN", status: 65, mentions: ["2.weight", "nan"], file: file(bad: .nan)),
        BrokenWeights(testDescription: "an infinity", status: 65, mentions: ["2.weight"], file: file(bad: -.infinity)),
        BrokenWeights(
            testDescription: "another shape", status: 65, mentions: ["0.weight", "[3, 784]", "[2, 784]"],
            file: file(hidden: 3)),
        BrokenWeights(
            testDescription: "a tensor missing", status: 65, mentions: ["2.bias"],
            file: SafetensorsFile.bytes(tensors().filter { $0.name != "2.bias" })),
        BrokenWeights(
            testDescription: "a tensor too many", status: 65, mentions: ["4.weight"],
            file: SafetensorsFile.bytes(tensors() + [("4.weight", [1], [0])])),
    ]

    private static func file(hidden: Int = 2, bad: Float = 0) -> Data {
        SafetensorsFile.bytes(tensors(hidden: hidden, bad: bad))
    }

    /// Zeros, but for one element of 2.weight.
    private static func tensors(hidden: Int = 2, bad: Float = 0) -> [(name: String, shape: [Int], values: [Float])] {
        [
            ("0.weight", [hidden, 784], [Float](repeating: 0, count: hidden * 784)),
            ("0.bias", [hidden], [Float](repeating: 0, count: hidden)),
            ("2.weight", [10, hidden], [Float](repeating: 0, count: 10 * hidden - 1) + [bad]),
            ("2.bias", [10], [Float](repeating: 0, count: 10)),
        ]
    }
}
