import Datasets
import Foundation
import Testing

@Suite struct IDXArrayTests {
    /// Shapes from nothing to rank 5, one of them without elements.
    private static let shapes: [[UInt32]] = [[0], [1], [7], [2, 3], [3, 0, 5], [5, 4, 3], [2, 1, 3, 1, 2]]

    private static func elements(_ shape: [UInt32]) -> [UInt8] {
        (0..<Int(shape.reduce(1, *))).map { UInt8(truncatingIfNeeded: 37 * $0 + 11) }
    }

    @Test(arguments: shapes) func readsPlainAndGzipped(shape: [UInt32]) throws {
        let elements = Self.elements(shape)
        let plain = idx(shape, elements)
        try withTemporaryFolder { (folder: String) throws in
            for file in [plain, gzip(plain), gzip(plain, level: 0)] {
                try put(file, at: folder + "/file")
                for array in [try IDXArray.parse(file), try IDXArray.read(path: folder + "/file")] {
                    #expect(array.dimensions == shape.map(Int.init))
                    #expect(array.bytes == elements)
                }
            }
        }
    }

    @Test(arguments: shapes) func writesWhatItReads(shape: [UInt32]) throws {
        let file = idx(shape, Self.elements(shape))
        let array = try IDXArray.parse(file)
        #expect(array.fileBytes() == file)
        try withTemporaryFolder { (folder: String) throws in
            try array.write(to: folder + "/file")
            #expect(try IDXArray.read(path: folder + "/file") == array)
        }
    }

    /// Larger than zlib's window and the first allocation for compressed data: several rounds of growth.
    @Test(arguments: [100_000, 5_000_000]) func readsWhatCompressesWell(count: Int) throws {
        let file = idx([UInt32(count)], [UInt8](repeating: 0, count: count))
        #expect(try IDXArray.parse(gzip(file, level: 9)).fileBytes() == file)
    }

    /// Big-endian elements of each type, as the numbers that they are.
    @Test(
        arguments: [
            (8, [0, 255], .float32([0, 255])), (9, [0x80, 0x7F], .float32([-128, 127])),
            (11, [0x80, 0, 0, 0xFF], .float32([-32768, 255])),
            (12, [0x80, 0, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF], .float64([-2_147_483_648, 2_147_483_647])),
            (13, [0x3F, 0, 0, 0, 0xC0, 0x40, 0, 0], .float32([0.5, -3])),
            (
                14, [0x3F, 0xB9, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9A] + [UInt8](repeating: 0, count: 8),
                .float64([0.1, 0])
            ),
        ] as [(UInt8, [UInt8], IDXArray.Numbers)])
    func readsEveryType(type: UInt8, elements: [UInt8], numbers: IDXArray.Numbers) throws {
        let file = idx([2], type: type, elements)
        for bytes in [file, gzip(file)] {
            let array = try IDXArray.parse(bytes)
            #expect(array.numbers == numbers)
            #expect(array.fileBytes() == file)
        }
        expectFailure(.badData, naming: "declares") { _ = try IDXArray.parse(Array(file.dropLast())) }
    }

    @Test func refusesEveryTruncation() throws {
        let plain = idx([2, 3, 2], Self.elements([2, 3, 2]))
        try withTemporaryFolder { (folder: String) throws in
            for length in 0..<plain.count {
                let cut = Array(plain.prefix(length))
                expectFailure(.badData, naming: "file") { _ = try IDXArray.parse(cut) }
                expectFailure(.badData, naming: "file") { _ = try IDXArray.parse(gzip(cut)) }
                try put(cut, at: folder + "/cut")
                expectFailure(.badData, naming: folder + "/cut") { _ = try IDXArray.read(path: folder + "/cut") }
            }
        }
    }

    @Test func refusesExtraBytes() {
        let file = idx([2, 2], [1, 2, 3, 4, 5])
        expectFailure(.badData, naming: "2×2 = 4 bytes", "5 follow it") { _ = try IDXArray.parse(file) }
        expectFailure(.badData, naming: "2×2 = 4 bytes", "more follow it") { _ = try IDXArray.parse(gzip(file)) }
    }

    @Test func refusesOtherMagicNumbers() {
        let file = idx([2], [1, 2])
        for (place, value) in [(0, 1), (1, 1), (2, 0x07), (2, 0x0A), (2, 0x0F), (3, 0)] {
            var wrong = file
            wrong[place] = UInt8(value)
            expectFailure(.badData, naming: "file", "00 00 08|09|0b|0c|0d|0e", "found") {
                _ = try IDXArray.parse(wrong)
            }
        }
        expectFailure(.badData, naming: "an empty file") { _ = try IDXArray.parse([]) }
    }

    /// Declared sizes that nothing justifies must be refused by arithmetic alone: the first would be 4 GB, the second
    /// wraps 64 bits round to zero, the third does so before a zero.
    @Test func refusesSizesBeyondTheFile() {
        let large = UInt32.max
        for sizes in [[large], [1 << 31, 1 << 31, 4], [large, large, large, 0]] {
            let file = idx(sizes, [1, 2, 3])
            expectFailure(.badData, naming: "declares") { _ = try IDXArray.parse(file) }
            expectFailure(.badData, naming: "declares") { _ = try IDXArray.parse(gzip(file)) }
        }
    }

    @Test func refusesWhatIsNoFile() throws {
        try withTemporaryFolder { (folder: String) throws in
            expectFailure(.missingInput, naming: folder + "/none") { _ = try IDXArray.read(path: folder + "/none") }
            expectFailure(.badData, naming: folder, "folder") { _ = try IDXArray.read(path: folder) }
            // A pipe that nobody writes to must not be waited for.
            #expect(mkfifo(folder + "/pipe", 0o600) == 0)
            expectFailure(.badData, naming: folder + "/pipe") { _ = try IDXArray.read(path: folder + "/pipe") }
        }
    }

    /// A sparse file can claim any size; memory for it is refused, not tried.
    @Test func refusesAFileLargerThanMemory() throws {
        try withTemporaryFolder { (folder: String) throws in
            let path = folder + "/sparse"
            try put([0x1F, 0x8B, 8], at: path)
            let size = off_t(ProcessInfo.processInfo.physicalMemory) + 1
            guard truncate(path, size) == 0 else { try Test.cancel("no file can be that large here") }
            expectFailure(.badData, naming: path, "memory") { _ = try IDXArray.read(path: path) }
        }
    }
}
