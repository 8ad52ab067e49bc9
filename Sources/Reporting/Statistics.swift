import Foundation

/// Summaries of repeated measurements that assume nothing of their distribution.
public enum Statistics {
    /// Two order statistics, and how probably the median of what was sampled lies between them.
    public struct Interval: Sendable, Equatable, Codable {
        public var low: Double
        public var high: Double
        public var confidence: Double
    }

    /// The middle value; of an even number, the mean of the two in the middle.
    ///
    /// - Precondition: there is a value, and none is NaN.
    /// - Complexity: O(n log n).
    public static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// The narrowest symmetric interval of order statistics that holds the median with the probability `confidence`.
    ///
    /// Of n independent values, the k-th smallest and k-th largest hold the median between them with the probability
    /// 1 - 2·P(X < k), X binomial of n and ½. With fewer than six values no k reaches 95 %: then the lowest and the highest
    /// are returned, with the probability that they have.
    ///
    /// - Precondition: there is a value, and none is NaN.
    /// - SeeAlso: Hoefler and Belli, *Scientific benchmarking of parallel computing systems*, SC'15, section 3.1.3.
    public static func medianInterval(_ values: [Double], confidence: Double = 0.95) -> Interval {
        let sorted = values.sorted()
        let n = sorted.count
        var best = (rank: 1, confidence: 1 - exp2(1 - Double(n)))
        var (probability, below) = (exp2(-Double(n)), exp2(-Double(n)))
        for k in stride(from: 2, through: n / 2, by: 1) {
            probability *= Double(n - k + 2) / Double(k - 1)
            below += probability
            guard 1 - 2 * below >= confidence else { break }
            best = (k, 1 - 2 * below)
        }
        return Interval(low: sorted[best.rank - 1], high: sorted[n - best.rank], confidence: max(0, best.confidence))
    }
}
