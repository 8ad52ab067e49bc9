import RandomNumbers

/// Which rows are held out of those that are learned from: a function of the seed and the rows' numbers alone, and of their
/// strata where such are to keep their shares.
///
/// Each row has a word of Philox's, and those with the least are held out: what a row's word is no other row changes.
public enum Split {
    /// What rows are held out for; each draws numbers of its own.
    public enum Purpose: UInt32, Sendable {
        case test, validation
    }

    /// The rows held out of `rows`, in their order; what is left are the others.
    ///
    /// As many as the share of all, rounded, and one at least; of each stratum its share, by largest remainders, but never all
    /// of it.
    ///
    /// - Parameter strata: of each of `rows`, from 0; nil where all are one.
    /// - Precondition: 0 ≤ `share` < 1.
    public static func heldOut(
        _ share: Double, of rows: [Int], strata: [Int]? = nil, seed: UInt64, for purpose: Purpose
    ) -> [Int] {
        guard share > 0, rows.count > 1 else { return [] }
        var members = [[Int]](repeating: [], count: (strata?.max() ?? 0) + 1)
        for (index, row) in rows.enumerated() { members[strata?[index] ?? 0].append(row) }
        let counts = counts(of: members.map(\.count), share: share)
        let philox = Philox(seed: seed, purpose: .split, stream: purpose.rawValue)
        let chosen = zip(members, counts).flatMap { rows, count in
            rows.map { (word: philox.word(UInt64($0)), row: $0) }.sorted { $0 < $1 }.prefix(count).map(\.row)
        }
        let held = Set(chosen)
        return rows.filter(held.contains)
    }

    /// How many are held out of each of some strata of these sizes.
    private static func counts(of sizes: [Int], share: Double) -> [Int] {
        let total = sizes.reduce(0, +)
        let wanted = min(max(1, Int((share * Double(total)).rounded())), total - 1)
        let shares = sizes.map { share * Double($0) }
        var counts = zip(shares, sizes).map { min(Int($0), max(0, $1 - 1)) }
        // The largest remainders first; those that are the same in their order.
        let order = sizes.indices.sorted {
            (Double(counts[$0]) - shares[$0], $0) < (Double(counts[$1]) - shares[$1], $1)
        }
        var missing = wanted - counts.reduce(0, +)
        while missing > 0 {
            let before = missing
            for stratum in order where missing > 0 && counts[stratum] < sizes[stratum] - 1 {
                counts[stratum] += 1
                missing -= 1
            }
            // Every stratum has no more than one left.
            if missing == before { break }
        }
        return counts
    }
}
