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

    /// How many standard errors to either side of an estimate hold the true value with 95 %: Student's t.
    ///
    /// Within 1 % of the exact value where `freedom` is whole; between, that of the next lower whole number.
    ///
    /// - Parameter freedom: degrees of freedom; below 1 nothing can be said: infinity.
    public static func student(freedom: Double) -> Double {
        guard freedom >= 1 - 1e-6 else { return .infinity }
        let exact = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228]
        let whole = Int(min(freedom + 1e-6, 1e6))
        return whole <= exact.count ? exact[whole - 1] : 1.96 + 2.5 / Double(whole)
    }

    /// The squared standard error of a median ÷ the median², by the scatter of `values`; nil of fewer than two.
    ///
    /// Asymptotic, for values that are normally distributed: π/2 of the mean's.
    static func medianVariance(_ values: [Double]) -> Double? {
        guard values.count > 1 else { return nil }
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
        let median = median(values)
        return variance / count * (values.count > 2 ? .pi / 2 : 1) / (median * median)
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
