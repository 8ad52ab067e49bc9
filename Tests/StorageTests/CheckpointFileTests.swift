import Foundation
import Storage
import Testing

struct TestState: Codable, Sendable, Equatable {
    var epoch = 3
    var step: UInt64 = .max
    var seed: Int64 = .min
    var rate = 0.1
    var data = "/data/\"mnist\"é"
}

func testCheckpoint(_ state: TestState = TestState()) -> CheckpointFile<TestState> {
    CheckpointFile(
        state: state,
        tensors: [
            Safetensors.Tensor("0.weight", [2, 3], [Float(1), 2, 3, .nan, -.infinity, -0.0]),
            Safetensors.Tensor("velocity.0.weight", [2], [Double.pi, .leastNonzeroMagnitude]),
        ])
}

/// The bytes of `testCheckpoint()`'s file.
func testCheckpointBytes() throws -> [UInt8] {
    try withTemporaryFolder { folder in
        try testCheckpoint().write(to: "\(folder)/c")
        return try bytes(of: "\(folder)/c")
    }
}

extension CheckpointFile {
    static func parse(_ bytes: [UInt8]) throws -> CheckpointFile {
        try bytes.withUnsafeBytes { try parse($0, name: "c") }
    }
}

/// Whether the reader refuses `bytes`, as bad data.
func isRefused(_ bytes: [UInt8]) -> Bool {
    do {
        _ = try CheckpointFile<TestState>.parse(bytes)
        return false
    } catch {
        return (error as? Failure)?.status == .badData
    }
}

@Suite struct CheckpointFileTests {
    @Test func roundTrips() throws {
        try withTemporaryFolder { folder in
            try testCheckpoint().write(to: "\(folder)/c")
            let checkpoint = try CheckpointFile<TestState>.read("\(folder)/c")
            #expect(checkpoint.state == TestState())
            #expect(checkpoint.tensors == testCheckpoint().tensors)
        }
    }

    @Test func theBytesAreAFunctionOfTheContents() throws {
        #expect(try testCheckpointBytes() == testCheckpointBytes())
    }

    @Test func isASafetensorsFileWithItsStateInTheMetadata() throws {
        let file = try Safetensors.parse(try testCheckpointBytes(), name: "c")
        #expect(file.tensors == testCheckpoint().tensors)
        #expect(file.metadata.keys.sorted() == ["checkpoint", "sha256", "state"])
        let state = try JSONDecoder().decode(TestState.self, from: Data(try #require(file.metadata["state"]).utf8))
        #expect(state == TestState())
    }

    @Test func everyFlippedBitIsSeen() throws {
        var bytes = try testCheckpointBytes()
        var missed: [String] = []
        for index in bytes.indices {
            for bit in 0..<8 {
                bytes[index] ^= 1 << bit
                if !isRefused(bytes) { missed.append("bit \(bit) of byte \(index)") }
                bytes[index] ^= 1 << bit
            }
        }
        #expect(missed == [])
        #expect(try CheckpointFile<TestState>.parse(bytes).state == TestState())
    }

    @Test func everyCutAndEveryAppendedByteIsSeen() throws {
        let bytes = try testCheckpointBytes()
        let cuts = (0..<bytes.count).map { Array(bytes.prefix($0)) }
        // What a crash of the machine can leave of a file that was not synced.
        let zeroed = cuts.map { $0 + [UInt8](repeating: 0, count: bytes.count - $0.count) }.filter { $0 != bytes }
        let appended = (UInt8.min...UInt8.max).map { bytes + [$0] }
        #expect(zeroed.count > bytes.count / 2)
        for wrong in [cuts, zeroed, appended] {
            #expect(wrong.indices.filter { !isRefused(wrong[$0]) } == [])
        }
    }

    @Test func saysWhatIsWrong() throws {
        func message(_ bytes: [UInt8]) -> String? {
            #expect(throws: Failure.self) { try CheckpointFile<TestState>.parse(bytes) }?.message
        }
        let good = try testCheckpointBytes()
        var bad = good
        bad[bad.count - 1] ^= 1
        #expect(message(bad)?.hasPrefix("c: the checkpoint is damaged: its bytes have the SHA-256 ") == true)
        #expect(message(good.dropLast()).map { $0.contains("found only 39 bytes of data") } == true)

        let model = Safetensors(tensors: testCheckpoint().tensors)
        #expect(message(model.encoded()) == "c: expected a checkpoint, found a safetensors file without a mark of one")
        let newer = Safetensors(tensors: [], metadata: ["checkpoint": "frontprop-2", "sha256": "", "state": "{}"])
        #expect(
            message(newer.encoded()) == "c: expected a checkpoint of version frontprop-1, found \"frontprop-2\"")
        let elsewhere = Safetensors(tensors: [], metadata: ["a": "", "checkpoint": "frontprop-1", "sha256": ""])
        #expect(message(elsewhere.encoded())?.hasPrefix("c: expected a checkpoint's SHA-256 at byte ") == true)
        let short = Safetensors(tensors: [], metadata: ["checkpoint": "frontprop-1", "sha256": ""])
        #expect(message(short.encoded())?.contains("SHA-256") == true)
    }

    @Test func anotherStateIsRefused() throws {
        struct Other: Codable { var generation: Int }
        let bytes = try testCheckpointBytes()
        let failure = #expect(throws: Failure.self) { try CheckpointFile<Other>.parse(bytes) }
        #expect(failure?.status == .badData)
        #expect(failure?.message.hasPrefix("c: the checkpoint's state: ") == true)
    }

    @Test func aStateWithoutJSONIsRefused() throws {
        try withTemporaryFolder { (folder: String) throws in
            let failure = #expect(throws: Failure.self) {
                try testCheckpoint(TestState(rate: .nan)).write(to: "\(folder)/c")
            }
            #expect(failure?.status == .internalError)
            #expect(try fileNames(in: folder) == [])
        }
    }
}
