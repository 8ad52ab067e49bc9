import CZlib
import Datasets
import Testing

@Suite struct GzipTests {
    private let plain = idx([300], (0..<300).map { UInt8($0 % 7) })

    @Test func readsSeveralMembers() throws {
        for cut in [0, 1, 4, 8, 150, plain.count] {
            let members = gzip(Array(plain[..<cut])) + gzip(Array(plain[cut...])) + gzip([])
            #expect(try IDXArray.parse(members).fileBytes() == plain)
        }
    }

    @Test func readsOptionalHeaderFields() throws {
        let member = gzip(plain)
        // FEXTRA, FNAME and FCOMMENT of RFC 1952, before the deflated data at byte 10.
        var named = Array(member[..<10]) + [3, 0, 1, 2, 3] + Array("name\u{0}comment\u{0}".utf8) + member[10...]
        named[3] = 4 | 8 | 16
        #expect(try IDXArray.parse(named).fileBytes() == plain)
    }

    @Test func refusesEveryTruncation() {
        for file in [gzip(plain), gzip(Array(plain[..<100])) + gzip(Array(plain[100...]))] {
            for length in 2..<file.count {
                expectFailure(.badData, naming: "file") { _ = try IDXArray.parse(Array(file[..<length])) }
            }
        }
    }

    @Test func refusesWhatFollows() {
        let all = [[0, 1], [0x1F], [0x1F, 0x8B], [0x1F, 0x8B, 8, 0], Array("trailing".utf8)] as [[UInt8]]
        for garbage in all {
            expectFailure(.badData, naming: "file") { _ = try IDXArray.parse(gzip(plain) + garbage) }
        }
    }

    /// Tapes and block devices fill up with zeros; gzip passes over them, also between members.
    @Test(arguments: [1, 511, 70_000]) func passesOverZeros(count: Int) throws {
        let zeros = [UInt8](repeating: 0, count: count)
        let members = gzip(Array(plain[..<100])) + zeros + gzip(Array(plain[100...])) + zeros
        #expect(try IDXArray.parse(members).fileBytes() == plain)
        expectFailure(.badData, naming: "not gzip follows") { _ = try IDXArray.parse(members + [7]) }
    }

    /// Bits of the trailer: the CRC-32 and the length, which must be looked at although all elements are there.
    @Test func refusesAWrongTrailer() {
        let file = gzip(plain)
        for place in file.count - 8..<file.count {
            var wrong = file
            wrong[place] ^= 1
            expectFailure(.badData, naming: "broken gzip data") { _ = try IDXArray.parse(wrong) }
        }
    }

    /// A bomb: few bytes that would become 50 MB. Its header declares one element, so one is all that is made.
    @Test func refusesABombThatDeclaresLittle() {
        let bomb = gzip(idx([1], []) + [UInt8](repeating: 0, count: 50_000_000), level: 9)
        expectFailure(.badData, naming: "more follow it") { _ = try IDXArray.parse(bomb) }
    }

    /// A header that declares more than deflate can hold in so few bytes, and one that declares just less.
    @Test func refusesADeclarationBeyondDeflatesLimit() {
        let start = gzip(idx([4_000_000_000], [UInt8](repeating: 0, count: 5000)))
        expectFailure(.badData, naming: "4000000000", "at most") { _ = try IDXArray.parse(start) }
        let possible = gzip(idx([UInt32(start.count) * 1000], [UInt8](repeating: 0, count: 5000)))
        expectFailure(.badData, naming: "only 5000 follow it") { _ = try IDXArray.parse(possible) }
    }
}
