import Datasets
import RandomNumbers
import Storage
import Testing

/// A file of NumPy's, written out by hand.
func npy(_ header: String, version: UInt8 = 1, _ elements: [UInt8] = []) -> [UInt8] {
    let size = (0..<(version == 1 ? 2 : 4)).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) }
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + size + Array(header.utf8) + elements
}

func bytes<Number: BitwiseCopyable>(_ numbers: [Number]) -> [UInt8] { numbers.withUnsafeBytes(Array.init) }

private func header(_ type: String, _ shape: String, fortran: String = "False") -> String {
    "{'descr': '\(type)', 'fortran_order': \(fortran), 'shape': \(shape), }      \n"
}

extension NumPyArray {
    static func parse(_ bytes: [UInt8]) throws -> NumPyArray {
        try bytes.withUnsafeBytes { try parse($0, name: "x.npy") }
    }
}

@Suite struct NumPyTests {
    @Test func readsWhatNumPyWrites() throws {
        let numbers = [1.5, -2, 0, .pi, .leastNonzeroMagnitude, 1e300]
        let matrix = try NumPyArray.parse(npy(header("<f8", "(2, 3)"), bytes(numbers)))
        #expect(matrix.shape == [2, 3] && matrix.elements == .float64(numbers))
        for version: UInt8 in [2, 3] {
            let array = try NumPyArray.parse(
                npy(header("<f4", "(3,)"), version: version, bytes([1, 2.5, -3] as [Float])))
            #expect(array.shape == [3] && array.elements == .float32([1, 2.5, -3]))
        }
        let kinds: [(String, [UInt8])] = [
            ("|i1", bytes([7, -1] as [Int8])), ("|u1", bytes([7, 255] as [UInt8])), ("<i2", bytes([7, -1] as [Int16])),
            ("<u2", bytes([7, 65535] as [UInt16])), ("<i4", bytes([7, -1] as [Int32])),
            ("<u4", bytes([7, .max] as [UInt32])), ("<i8", bytes([7, -1] as [Int64])),
            ("<u8", bytes([7, .max] as [UInt64])),
        ]
        for (type, elements) in kinds {
            let last: Int64 =
                switch type {
                case "|u1": 255
                case "<u2": 65535
                case "<u4": 4_294_967_295
                case "<u8": .max
                default: -1
                }
            #expect(try NumPyArray.parse(npy(header(type, "(2,)"), elements)).elements == .integers([7, last]))
        }
        // Keys in another order, other quotes, no comma at the end; one number alone; none at all.
        let other = "{\"shape\":(1,1),\"fortran_order\":False,\"descr\":\"<f8\"}"
        #expect(try NumPyArray.parse(npy(other, bytes([2.0]))).shape == [1, 1])
        #expect(try NumPyArray.parse(npy(header("<f8", "()"), bytes([2.0]))).shape == [])
        #expect(try NumPyArray.parse(npy(header("<f8", "(0, 4)"))).elements == .float64([]))
    }

    /// A file that is no array of ours, and what its refusal says.
    struct Refused: Sendable {
        let file: [UInt8]
        let words: [String]

        init(_ file: [UInt8], _ words: String...) { (self.file, self.words) = (file, words) }
    }

    private static let one = bytes([1.0])
    private static let refused: [Refused] = [
        Refused(Array("PK\u{3}\u{4}".utf8), "begin with 93 NUMPY"),
        Refused([], "begin with 93 NUMPY"),
        Refused(npy(header("<f8", "(1,)"), version: 4, one), "version 1.0, 2.0 or 3.0", "4.0"),
        Refused(Array(npy(header("<f8", "(1,)")).prefix(9)), "truncated"),
        Refused(Array(npy(header("<f8", "(1,)")).prefix(30)), "truncated", "to have"),
        Refused(npy(header("<f8", "(2, 3)"), bytes([1.0, 2])), "2×3", "48 bytes", "16 follow"),
        Refused(npy(header("<f8", "(1,)"), bytes([1.0, 2])), "8 bytes", "16 follow"),
        Refused(npy(header("<f8", "(4611686018427387904, 4)"), one), "63 bits"),
        Refused(npy(header("<f8", "(2, 1)", fortran: "True"), bytes([1.0, 2])), "fortran_order: True"),
        Refused(npy(header(">f8", "(1,)"), one), "one of <f4 <f8", "\">f8\""),
        Refused(npy(header("|O", "(1,)"), [0x80, 4]), "\"|O\""),
        Refused(npy(header("<U3", "(1,)")), "\"<U3\""),
        Refused(npy(header("<c16", "(1,)"), bytes([1.0, 2])), "\"<c16\""),
        Refused(npy("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }\n", one), "header of descr"),
        Refused(npy("{'descr': '<f8', 'shape': (1,), }\n", one), "fortran_order"),
        Refused(
            npy("{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (1,), }\n", one), "header of descr"),
        Refused(npy(header("<f8", "(1)"), one), "header of descr"),
        Refused(npy(header("<f8", "(-1,)"), one), "header of descr"),
        Refused(npy(header("<f8", "(99999999999999999999,)"), one), "header of descr"),
        Refused(npy(header("<f8", "(" + String(repeating: "1,", count: 70) + ")"), one), "header of descr"),
        Refused(npy(header("<f8", "(1,)") + "x", one), "header of descr"),
        Refused(npy(header("<f8", "(1,)") + String(repeating: " ", count: 10_000), one), "at most 10000 bytes"),
        Refused(
            Array(npy("", version: 2).dropLast(4)) + [0xFF, 0xFF, 0xFF, 0xFF], "at most 10000 bytes", "4294967295"),
    ]

    @Test(arguments: refused) func refuses(_ refused: Refused) {
        let failure = #expect(throws: Failure.self) { try NumPyArray.parse(refused.file) }
        #expect(failure?.status == .badData)
        for word in ["x.npy"] + refused.words {
            #expect(failure?.message.contains(word) == true, "\(failure?.message ?? "")")
        }
    }

    /// Shapes that do not go together, each with the file's name.
    @Test func refusesOtherShapes() throws {
        func array(_ type: String, _ shape: String, _ count: Int) throws -> NumPyArray {
            let elements =
                type == "<f8" ? bytes([Double](repeating: 1, count: count)) : bytes([Int64](repeating: 1, count: count))
            return try NumPyArray.parse(npy(header(type, shape), elements))
        }
        func refused(_ inputs: NumPyArray, _ targets: NumPyArray, _ parts: String...) {
            let failure = #expect(throws: Failure.self) {
                try NumPyDataset(
                    inputs: inputs, named: "x.npy", targets: targets, named: "y.npy", trainLimit: nil, testLimit: nil)
            }
            for part in parts { #expect(failure?.message.contains(part) == true, "\(failure?.message ?? "")") }
        }
        let (inputs, labels) = (try array("<f8", "(4, 2)", 8), try array("<i8", "(4,)", 4))
        refused(try array("<f8", "(8,)", 8), labels, "x.npy", "[rows, inputs]", "float64 [8]")
        refused(try array("<i8", "(4, 2)", 8), labels, "x.npy", "integers [4, 2]")
        refused(inputs, try array("<i8", "(4, 1)", 4), "y.npy", "integers [4, 1]")
        refused(inputs, try array("<f8", "(4,)", 4), "y.npy", "float64 [4]")
        refused(inputs, try array("<i8", "(3,)", 3), "y.npy holds 3 rows", "x.npy 4")
        refused(try array("<f8", "(1, 2)", 2), try array("<i8", "(1,)", 1), "two rows or more")
    }

    /// Nine tenths to train with, or as many as are asked for; the rows behind them to test with.
    @Test(
        arguments: [(nil, nil, 18, 2), (5, nil, 5, 15), (5, 3, 5, 3), (99, nil, 19, 1), (nil, 1, 18, 1)]
            as [(Int?, Int?, Int, Int)])
    func splits(_ trainLimit: Int?, _ testLimit: Int?, _ train: Int, _ test: Int) throws {
        let inputs = try NumPyArray.parse(npy(header("<f8", "(20, 1)"), bytes([Double](repeating: 1, count: 20))))
        let labels = try NumPyArray.parse(npy(header("|u1", "(20,)"), [UInt8](repeating: 1, count: 20)))
        let dataset = try NumPyDataset(
            inputs: inputs, named: "x", targets: labels, named: "y", trainLimit: trainLimit, testLimit: testLimit)
        #expect(dataset.trainRows == 0..<train)
        #expect(dataset.testRows == train..<train + test)
    }

    /// Random damage: refused with a `Failure`, or read as what it then says; nothing else.
    @Test func mutatedFiles() throws {
        var random = PhiloxSequence(Philox(seed: 1, purpose: .check, stream: 9))
        let original = npy(header("<f8", "(4, 3)"), bytes((0..<12).map(Double.init)))
        var refused = 0
        for _ in 0..<20_000 {
            let file = MutationTests.mutate(original, with: &random)
            do {
                let array = try NumPyArray.parse(file)
                let count =
                    switch array.elements {
                    case .float32(let values): values.count
                    case .float64(let values): values.count
                    case .integers(let values): values.count
                    }
                #expect(count == array.shape.reduce(1, *))
            } catch let failure as Failure {
                #expect(failure.status == .badData)
                #expect(failure.message.hasPrefix("x.npy: "))
                refused += 1
            }
        }
        // What the format cannot see is a changed number.
        #expect(refused > 10_000)
    }
}
