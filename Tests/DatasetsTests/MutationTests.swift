import Datasets
import RandomNumbers
import Storage
import Testing

/// Random damage to good files: a reader may refuse them, with a `Failure`, and do nothing else.
@Suite struct MutationTests {
    private static let sizes: [[UInt8]] = [
        [0xFF, 0xFF, 0xFF, 0xFF], [0x7F, 0xFF, 0xFF, 0xFF], [0x80, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 1], [0, 1, 0, 0],
        [0x1F, 0x8B, 8, 0], [0, 0, 8, 3], [0, 0, 8, 255],
    ]

    /// One to four changes: a bit, a byte, a size written over, a piece cut out, doubled or cut off.
    static func mutate(_ original: [UInt8], with random: inout PhiloxSequence) -> [UInt8] {
        var bytes = original
        for _ in 0...Int.random(in: 0..<4, using: &random) where !bytes.isEmpty {
            let start = Int.random(in: 0..<min(bytes.count, Bool.random(using: &random) ? 24 : .max), using: &random)
            let end = min(bytes.count, start + Int.random(in: 1...16, using: &random))
            let size = sizes.randomElement(using: &random)!
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes[start] ^= 1 << Int.random(in: 0..<8, using: &random)
            case 1: bytes[start] = .random(in: 0...255, using: &random)
            case 2: bytes.replaceSubrange(start..<min(bytes.count, start + size.count), with: size)
            case 3: bytes.removeSubrange(start..<end)
            case 4: bytes.insert(contentsOf: bytes[start..<end], at: start)
            default: bytes.removeSubrange(start...)
            }
        }
        return bytes
    }

    private static let images = idx([3, 4, 5], (0..<60).map { UInt8($0 % 5 * 50) })

    @Test(
        arguments: [
            ("plain", images, 1), ("gzipped", gzip(images), 2), ("stored", gzip(images, level: 0), 3),
            ("two members", gzip(Array(images[..<9])) + gzip(Array(images[9...])), 4),
        ] as [(String, [UInt8], UInt32)])
    func mutatedFile(kind: String, original: [UInt8], stream: UInt32) throws {
        var random = PhiloxSequence(Philox(seed: 1, purpose: .check, stream: stream))
        var refused = 0
        for _ in 0..<5000 {
            let bytes = Self.mutate(original, with: &random)
            do {
                let array = try IDXArray.parse(bytes, name: kind)
                #expect(array.bytes.count == array.dimensions.reduce(1, *))
            } catch let failure as Failure {
                #expect(failure.status == .badData)
                #expect(failure.message.hasPrefix("\(kind):"))
                refused += 1
            }
        }
        // Most damage must be seen; what the format cannot see is a changed pixel of a plain file.
        #expect(refused > 2500)
    }
}
