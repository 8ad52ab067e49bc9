/// Whether what every node (with `allreduce`, every rank) has for itself is still the same everywhere.
package enum Replicas {
    /// The first of those who hold another value than most do, with the number that agree; nil when all agree.
    ///
    /// Where no value has a majority, the first holder's counts as right.
    package static func oddOne(_ values: [UInt64]) -> (index: Int, agreeing: Int)? {
        var votes: [UInt64: Int] = [:]
        for value in values { votes[value, default: 0] += 1 }
        let most = votes.values.max() ?? 0
        let right = values.first { votes[$0] == most }
        return values.firstIndex { $0 != right }.map { ($0, most) }
    }
}
