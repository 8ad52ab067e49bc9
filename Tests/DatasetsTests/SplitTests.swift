import RandomNumbers
import Testing

@testable import Datasets

/// Rows that are held out: as many as were asked for, by seed and number alone.
@Suite struct SplitTests {
    @Test(arguments: [(0.2, 150, 30), (0.2, 7, 1), (0.01, 10, 1), (0.999, 10, 9), (0.5, 2, 1), (0.5, 1, 0), (0, 10, 0)])
    func holdsOutTheShare(_ share: Double, _ count: Int, _ expected: Int) {
        let rows = Array(0..<count)
        let held = Split.heldOut(share, of: rows, seed: 3, for: .test)
        #expect(held.count == expected && held == held.sorted() && Set(held).isSubset(of: rows))
    }

    /// The words of Philox, by hand.
    @Test func takesTheLeastWords() {
        let philox = Philox(seed: 9, purpose: .split, stream: 0)
        let rows = [3, 5, 6, 8, 11, 12, 17, 40, 41, 99]
        let least = rows.sorted { philox.word(UInt64($0)) < philox.word(UInt64($1)) }.prefix(3)
        #expect(Split.heldOut(0.3, of: rows, seed: 9, for: .test) == least.sorted())
    }

    @Test func seedsAndPurposesDiffer() {
        let rows = Array(0..<1000)
        let held = Split.heldOut(0.1, of: rows, seed: 1, for: .test)
        #expect(held == Split.heldOut(0.1, of: rows, seed: 1, for: .test))
        for other in [
            Split.heldOut(0.1, of: rows, seed: 2, for: .test), Split.heldOut(0.1, of: rows, seed: 1, for: .validation),
        ] {
            #expect(Set(held).intersection(other).count < 40)
        }
    }

    /// A row more changes one place at most.
    @Test func othersDoNotMatter() {
        let rows = Array(0..<1000)
        let held = Set(Split.heldOut(0.1, of: rows, seed: 1, for: .test))
        let fewer = Set(Split.heldOut(0.1, of: Array(rows.dropLast(9)), seed: 1, for: .test))
        #expect(held.symmetricDifference(fewer).count <= 18)
    }

    @Test(arguments: [
        (0.2, [50, 50, 50], [10, 10, 10]), (0.2, [70, 20, 9, 1], [14, 4, 2, 0]), (0.5, [1, 1, 1], [0, 0, 0]),
    ])
    func strataKeepTheirShares(_ share: Double, _ sizes: [Int], _ expected: [Int]) {
        let strata = sizes.enumerated().flatMap { Array(repeating: $0, count: $1) }
        let held = Split.heldOut(share, of: Array(strata.indices), strata: strata, seed: 4, for: .validation)
        let counts = held.reduce(into: sizes.map { _ in 0 }) { $0[strata[$1]] += 1 }
        #expect(counts == expected)
    }
}
