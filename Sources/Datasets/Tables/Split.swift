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
        places(share, of: rows, strata: strata, seed: seed, for: purpose).map { rows[$0] }
    }

    /// The groups of rows that are held out, each whole, by their places among `groups`.
    ///
    /// Together they have as nearly the share of all rows as whole groups can, and are one at least; of each stratum as nearly its
    /// share, but never all of it. Of several choices that are as near it is that with the groups whose first rows have the
    /// least words.
    ///
    /// - Parameter strata: of each of `groups`, from 0; nil where all are one.
    /// - Precondition: as `heldOut(_:of:strata:seed:for:)`; no group is empty.
    /// - Complexity: by the groups times the rows that are held out, in steps of 64.
    public static func heldOut(
        _ share: Double, ofGroups groups: [[Int]], strata: [Int]? = nil, seed: UInt64, for purpose: Purpose
    ) -> [Int] {
        places(
            share, of: groups.map { $0[0] }, sizes: groups.map(\.count), strata: strata, seed: seed, for: purpose)
    }

    /// The places of what is held out among rows, or groups of these sizes by their first rows; ascending.
    private static func places(
        _ share: Double, of rows: [Int], sizes: [Int]? = nil, strata: [Int]?, seed: UInt64, for purpose: Purpose
    ) -> [Int] {
        guard share > 0, rows.count > 1 else { return [] }
        var members = [[Int]](repeating: [], count: (strata?.max() ?? 0) + 1)
        for place in rows.indices { members[strata?[place] ?? 0].append(place) }
        let totals = members.map { places in
            sizes.map { sizes in places.reduce(0) { $0 + sizes[$1] } } ?? places.count
        }
        let philox = Philox(seed: seed, purpose: .split, stream: purpose.rawValue)
        return zip(members, counts(of: totals, share: share)).flatMap { places, count in
            let order = places.map { (word: philox.word(UInt64(rows[$0])), place: $0) }.sorted { $0 < $1 }.map(\.place)
            guard let sizes else { return Array(order.prefix(count)) }
            return nearest(count, of: order.map { sizes[$0] }, takesOne: strata == nil).map { order[$0] }
        }.sorted()
    }

    /// Which groups of these sizes have together as nearly `wanted` rows as any do, but not all of them; the first that do.
    ///
    /// Sums are bits, and adding a group shifts them; each sum keeps the group with which it was first reached.
    private static func nearest(_ wanted: Int, of sizes: [Int], takesOne: Bool) -> [Int] {
        guard let least = sizes.min(), sizes.contains(where: { $0 > 1 }) else { return Array(0..<wanted) }
        let most = min(sizes.reduce(0, +) - 1, max(2 * wanted, least))
        var lastOfSum = [Int32](repeating: -1, count: most + 1)
        var reached = [UInt64](repeating: 0, count: most / 64 + 1)
        reached[0] = 1
        for (group, size) in sizes.enumerated() where size <= most && lastOfSum[wanted] < 0 {
            let (words, bits) = size.quotientAndRemainder(dividingBy: 64)
            // From the largest, so that the group is added once.
            for word in stride(from: reached.count - 1, through: words, by: -1) {
                let below = bits > 0 && word > words ? reached[word - words - 1] >> (64 - bits) : 0
                var new = (reached[word - words] << bits | below) & ~reached[word]
                reached[word] |= new
                while new != 0 {
                    let sum = word * 64 + new.trailingZeroBitCount
                    if sum <= most { lastOfSum[sum] = Int32(group) }
                    new &= new - 1
                }
            }
        }
        let sums = (0...most).filter { $0 == 0 ? !takesOne : lastOfSum[$0] >= 0 }
        guard var sum = sums.min(by: { abs($0 - wanted) < abs($1 - wanted) }) else { return [] }
        var groups: [Int] = []
        while sum > 0 {
            groups.append(Int(lastOfSum[sum]))
            sum -= sizes[groups.last!]
        }
        return groups
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
