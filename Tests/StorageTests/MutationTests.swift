import Foundation
import RandomNumbers
import Storage
import Testing

/// Random damage to good files: a reader may refuse them, with a `Failure`, and do nothing else.
@Suite struct MutationTests {
    /// What a mutation writes over a piece of the file: JSON's own characters, and numbers at the edges of types.
    private static let tokens =
        [
            "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u0000", "\\ud800", "0", "1", "-1", "1e9", "1.5", "null",
            "4294967296", "9223372036854775807", "9223372036854775808", "18446744073709551615", "\"F32\"", "\"F64\"",
            "\"F16\"", "__metadata__", "dtype", "shape", "data_offsets", "[[[[", "\u{0}", "é",
        ].map { Array($0.utf8) }
        + [[0xFF], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]]

    /// One to four changes: a bit, a byte, a token written over or put in, a piece cut out, doubled or cut off.
    private static func mutate(_ original: [UInt8], with random: inout PhiloxSequence) -> [UInt8] {
        var bytes = original
        for _ in 0...Int.random(in: 0..<4, using: &random) where !bytes.isEmpty {
            let start = Int.random(in: bytes.indices, using: &random)
            let end = min(bytes.count, start + Int.random(in: 1...16, using: &random))
            let token = tokens.randomElement(using: &random)!
            switch Int.random(in: 0..<8, using: &random) {
            case 0: bytes[start] ^= 1 << Int.random(in: 0..<8, using: &random)
            case 1: bytes[start] = .random(in: 0...255, using: &random)
            case 2: bytes.replaceSubrange(start..<min(bytes.count, start + token.count), with: token)
            case 3: bytes.insert(contentsOf: token, at: start)
            case 4: bytes.removeSubrange(start..<end)
            case 5: bytes.insert(contentsOf: bytes[start..<end], at: start)
            case 6: bytes.removeSubrange(start...)
            default: bytes[min(start, 7)] = .random(in: 0...255, using: &random)
            }
        }
        return bytes
    }

    /// Makes the length of the header right again, so that the damage inside it is reached.
    private static func repairLength(_ bytes: [UInt8], change: Int) -> [UInt8] {
        guard bytes.count >= 8 else { return bytes }
        let length = bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
        return withUnsafeBytes(of: (length &+ UInt64(bitPattern: Int64(change))).littleEndian) { Array($0) }
            + bytes[8...]
    }

    @Test func safetensorsReader() throws {
        let original = Safetensors(
            tensors: [
                Safetensors.Tensor("0.weight", [2, 3], [Float](repeating: 1, count: 6)),
                Safetensors.Tensor("0.bias", [2], [1.0, 2]), Safetensors.Tensor("é", [], [Float(3)]),
                Safetensors.Tensor("empty", [0, 4], [Double]()),
            ], metadata: ["format": "pt", "note": "a\"b\n"]
        ).encoded()
        var random = PhiloxSequence(Philox(seed: 1, purpose: .check))
        var accepted = 0
        for _ in 0..<20_000 {
            var bytes = Self.mutate(original, with: &random)
            if Bool.random(using: &random) {
                bytes = Self.repairLength(bytes, change: bytes.count - original.count)
            }
            do {
                let file = try Safetensors.parse(bytes, name: "mutated")
                accepted += 1
                let total = file.tensors.reduce(0) { $0 + $1.bytes.count }
                #expect(total < bytes.count, "never more than the file holds")
                #expect(try Safetensors.parse(file.encoded(), name: "again") == file)
            } catch let failure as Failure {
                #expect(failure.status == .badData && failure.message.hasPrefix("mutated: "))
            }
        }
        // Both sides are reached: changes to data and names are no damage to this reader.
        #expect((200..<19_800).contains(accepted), "\(accepted) accepted")
    }

    @Test func checkpointReader() throws {
        let original = try testCheckpointBytes()
        var random = PhiloxSequence(Philox(seed: 2, purpose: .check))
        let mutated = (0..<5_000).map { _ in Self.mutate(original, with: &random) }.filter { $0 != original }
        #expect(mutated.count > 4_900)
        #expect(mutated.filter { !isRefused($0) } == [])
    }
}
