import Testing

@testable import RandomNumbers

@Suite struct PhiloxTests {
    /// From `kat_vectors` of the authors' Random123, philox4x32 with 10 rounds.
    @Test func knownAnswers() {
        let answers: [(SIMD4<UInt32>, SIMD2<UInt32>, SIMD4<UInt32>)] = [
            (SIMD4(repeating: 0), SIMD2(repeating: 0), SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)),
            (SIMD4(repeating: ~0), SIMD2(repeating: ~0), SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)),
            (
                SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), SIMD2(0xa409_3822, 0x299f_31d0),
                SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)
            ),
        ]
        for (counter, key, block) in answers {
            #expect(Philox.rounds(counter: counter, key: key) == block)
        }
    }

    @Test func seedStreamPurposeAndIndexHaveTheirPlaces() {
        let philox = Philox(seed: 0x299f_31d0_a409_3822, purpose: .weight, stream: 0x1319_8a2e)
        let expected = Philox.rounds(
            counter: SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 1), key: SIMD2(0xa409_3822, 0x299f_31d0))
        #expect(philox.block(0x85a3_08d3_243f_6a88) == expected)
    }

    /// Where the low half of the index ends, too.
    @Test(arguments: [0, 5, UInt64(UInt32.max) - 10, UInt64.max - 3] as [UInt64])
    func fillingGivesTheBlocksInTurn(first: UInt64) {
        let philox = Philox(seed: 0x299f_31d0_a409_3822, purpose: .check, stream: 9)
        var words = [UInt32](repeating: 0, count: 96)
        words.withUnsafeMutableBufferPointer { philox.fill($0, from: first) }
        for b in 0..<24 {
            let block = philox.block(first &+ UInt64(b))
            #expect(words[4 * b..<4 * b + 4] == [block.x, block.y, block.z, block.w])
        }
        philox.fill(UnsafeMutableBufferPointer(start: nil, count: 0), from: first)
    }

    @Test func aBlockIsTwoWords() {
        let philox = Philox(seed: 7, purpose: .check)
        let block = philox.block(5)
        #expect(philox.word(10) == UInt64(block.y) << 32 | UInt64(block.x))
        #expect(philox.word(11) == UInt64(block.w) << 32 | UInt64(block.z))
        #expect(philox.word(.max) != philox.word(.max - 1))
    }

    @Test func everyPartOfTheKeyMatters() {
        let generators = [
            Philox(seed: 1, purpose: .check), Philox(seed: 2, purpose: .check), Philox(seed: 1 << 32, purpose: .check),
            Philox(seed: 1, purpose: .weight), Philox(seed: 1, purpose: .check, stream: 1),
        ]
        #expect(Set(generators.map { $0.word(0) }).count == generators.count)
    }

    @Test func uniformIsTheUpper53BitsOfAWord() {
        let philox = Philox(seed: 3, purpose: .check)
        for index in UInt64(0)..<1000 {
            let number = philox.uniform(index)
            #expect(number >= 0 && number < 1)
            #expect(number * 0x1p53 == Double(philox.word(index) >> 11), "exact: 53 bits fit a Double")
        }
    }

    /// Bounds are five standard errors of the estimate; the seed is fixed, so the test cannot fail by chance.
    @Test func uniformMeanAndVariance() {
        let philox = Philox(seed: 4, purpose: .check)
        let count = 100_000
        let numbers = (0..<UInt64(count)).map { philox.uniform($0) }
        let mean = numbers.reduce(0, +) / Double(count)
        let variance = numbers.reduce(0) { $0 + ($1 - 0.5) * ($1 - 0.5) } / Double(count)
        // Var U = 1/12; Var (U - 1/2)² = 1/80 - 1/144 = 1/180.
        #expect(abs(mean - 0.5) < 5 * (1 / 12.0 / Double(count)).squareRoot())
        #expect(abs(variance - 1 / 12.0) < 5 * (1 / 180.0 / Double(count)).squareRoot())
    }

    /// χ² over 256 bins for each byte of a word: 255 degrees of freedom, standard deviation √510, five of them.
    @Test(arguments: 0..<8)
    func bytesAreUniform(byte: Int) {
        let philox = Philox(seed: 5, purpose: .check)
        var counts = [Int](repeating: 0, count: 256)
        for index in UInt64(0)..<65_536 {
            counts[Int(philox.word(index) >> UInt64(8 * byte) & 255)] += 1
        }
        let chiSquared = counts.reduce(0.0) { $0 + (Double($1) - 256) * (Double($1) - 256) / 256 }
        #expect(abs(chiSquared - 255) < 5 * 510.0.squareRoot())
    }

    @Test func numbersDoNotDependOnTheOrderOfDrawing() {
        let philox = Philox(seed: 6, purpose: .permutation, stream: 3)
        let forwards = (0..<UInt64(1000)).map { philox.word($0) }
        let backwards = (0..<UInt64(1000)).reversed().map { philox.word($0) }
        #expect(forwards == backwards.reversed())
        #expect(Set(forwards).count == 1000)
    }
}
