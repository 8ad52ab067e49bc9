import CZlib
import Testing

@testable import Storage

@Suite struct PNGImageTests {
    /// The file read by the specification: chunks, each with its CRC bit by bit, and rows unpacked.
    private func decode(_ file: [UInt8]) throws -> (header: [UInt8], rows: [UInt8]) {
        #expect(Array(file.prefix(8)) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        var chunks: [(name: String, bytes: [UInt8])] = []
        var place = 8
        func number(_ at: Int) -> Int { file[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } }
        while place < file.count {
            let length = number(place)
            let content = Array(file[place + 4..<place + 8 + length])
            #expect(number(place + 8 + length) == Int(crc(content)))
            chunks.append((String(decoding: content.prefix(4), as: UTF8.self), Array(content.dropFirst(4))))
            place += 12 + length
        }
        #expect(chunks.map(\.name) == ["IHDR", "IDAT", "IEND"])
        let header = chunks[0].bytes
        var rows = [UInt8](repeating: 0, count: 1 << 16)
        var count = uLong(rows.count)
        #expect(uncompress(&rows, &count, chunks[1].bytes, uLong(chunks[1].bytes.count)) == Z_OK)
        return (header, Array(rows.prefix(Int(count))))
    }

    private func crc(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
        }
    }

    @Test func colours() throws {
        var image = PNGImage(width: 5, height: 3, background: [1, 2, 3])
        image.fill(x: 3, y: 1, size: 2, [9, 8, 7])
        let (header, rows) = try decode(image.encoded())
        #expect(header == [0, 0, 0, 5, 0, 0, 0, 3, 8, 2, 0, 0, 0])
        let (paper, ink): ([UInt8], [UInt8]) = ([1, 2, 3], [9, 8, 7])
        let empty = [0] + paper + paper + paper + paper + paper
        let painted = [0] + paper + paper + paper + ink + ink
        #expect(rows == empty + painted + painted)
    }

    @Test func grey() throws {
        var image = PNGImage(width: 2, height: 1, background: [255])
        image.fill(x: 0, y: 0, size: 1, [0])
        let (header, rows) = try decode(image.encoded())
        #expect(header == [0, 0, 0, 2, 0, 0, 0, 1, 8, 0, 0, 0, 0])
        #expect(rows == [0, 0, 255])
    }

    @Test func cannotWrite() {
        #expect {
            try PNGImage(width: 1, height: 1, background: [0]).write(to: "/nowhere/picture.png")
        } throws: {
            ($0 as? Failure)?.status == .cannotWrite
        }
    }
}
