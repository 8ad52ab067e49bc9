/// A sum of numbers that is exact until it is rounded, once: the same bits in whatever order they are added.
///
/// Shewchuk's sums of numbers that do not overlap (*Adaptive precision floating-point arithmetic*, 1997), as Python's
/// `math.fsum` has them.
///
/// - Precondition: no sum of the numbers' magnitudes overflows.
/// - Complexity: a few additions for each number, where they are within some thousand orders of each other.
struct ExactSum {
    /// Ascending in magnitude, without common digits.
    private var parts: [Double] = []

    mutating func add(_ number: Double) {
        var (sum, kept) = (number, 0)
        for index in parts.indices {
            let (large, small) = abs(sum) < abs(parts[index]) ? (parts[index], sum) : (sum, parts[index])
            sum = large + small
            let rest = small - (sum - large)
            guard rest != 0 else { continue }
            parts[kept] = rest
            kept += 1
        }
        parts.removeSubrange(kept...)
        parts.append(sum)
    }

    /// To the nearest; of two as near the one that is even.
    var rounded: Double {
        guard var sum = parts.last else { return 0 }
        var index = parts.count - 1
        var rest = 0.0
        while index > 0, rest == 0 {
            index -= 1
            let larger = sum
            sum = larger + parts[index]
            rest = parts[index] - (sum - larger)
        }
        // Halfway between two, and what is below says to which side.
        guard index > 0, rest != 0, (rest < 0) == (parts[index - 1] < 0) else { return sum }
        let other = sum + 2 * rest
        return other - sum == 2 * rest ? other : sum
    }
}

/// Numbers of a column, summed up.
struct NumberSummary {
    /// Of those that are not missing.
    let count: Int
    let minimum: Double
    let maximum: Double
    let mean: Double
    /// Over N, as NumPy's `std`.
    let deviation: Double

    /// - Parameter rows: those that count; nothing of the numbers there but what is missing is not finite.
    /// - Precondition: one is not missing.
    init(_ numbers: [Double], rows: [Int]) {
        var (count, minimum, maximum) = (0, Double.infinity, -Double.infinity)
        for row in rows where !numbers[row].isNaN {
            count += 1
            (minimum, maximum) = (min(minimum, numbers[row]), max(maximum, numbers[row]))
        }
        precondition(count > 0, "a column of no numbers has no mean")
        (self.count, self.minimum, self.maximum) = (count, minimum, maximum)
        guard minimum < maximum else {
            (mean, deviation) = (minimum, 0)
            return
        }
        // By a power of two, which changes no digit, so that neither sums nor squares overflow or vanish.
        let unit = max(abs(minimum), abs(maximum)).binade
        var sum = ExactSum()
        for row in rows where !numbers[row].isNaN { sum.add(numbers[row] / unit) }
        let center = sum.rounded / Double(count)
        let largest = max(maximum / unit - center, center - minimum / unit).binade
        var squares = ExactSum()
        for row in rows where !numbers[row].isNaN {
            let distance = (numbers[row] / unit - center) / largest
            squares.add(distance * distance)
        }
        mean = center * unit
        deviation = (squares.rounded / Double(count)).squareRoot() * largest * unit
    }
}
