import RandomNumbers
import Storage
import Testing

@testable import Datasets

/// Random damage to good files of tables: a reader refuses them, with a `Failure`, or reads rows; nothing else. Those of
/// Tests/Fuzzing go further.
@Suite struct TableMutationTests {
    private static let array = doubles("(3, 2)", [1, 2, 3, 4, 5, 6])
    private static let texts = "name,\"a \"\"b\"\"\",c\r\n\"x\ny\",1,-2.5e-3\r\n\"z\",NA,1e22\r\nq,3,4\r\n"

    @Test func separatedValues() throws {
        try damage(Array(Self.texts.utf8), stream: 31) { try SeparatedValues.parse($0, name: "x") }
    }

    @Test func arrays() throws { try damage(Self.array, stream: 32) { try NumPyFile.parse($0, name: "x") } }

    @Test(arguments: [false, true]) func archives(isDeflated: Bool) throws {
        let file = npz(["x": Self.array, "y": doubles("(3,)", [7, 8, 9])], isDeflated: isDeflated)
        try damage(file, stream: 33) { try NumPyArchive.parse($0, name: "x") }
    }

    @Test func sparseRows() throws {
        try damage(Array("1 1:0.5 3:2 # first\n-1 qid:3 2:1e2\n0.5 17:-1\n".utf8), stream: 34) {
            try SparseText.parse($0, name: "x")
        }
    }

    private func damage(
        _ original: [UInt8], stream: UInt32, read: (UnsafeRawBufferPointer) throws -> TableFile
    ) throws {
        var random = PhiloxSequence(Philox(seed: 1, purpose: .check, stream: stream))
        var refused = 0
        for _ in 0..<5000 {
            do {
                let file = try MutationTests.mutate(original, with: &random).withUnsafeBytes(read)
                #expect(file.table.rowCount > 0 && !file.table.columns.isEmpty)
            } catch let failure as Failure {
                #expect(failure.status == .badData)
                #expect(failure.message.hasPrefix("x"))
                refused += 1
            }
        }
        #expect(refused > 500)
    }
}
