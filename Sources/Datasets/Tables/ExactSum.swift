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

    /// The number so many times, as if it were added one by one.
    mutating func add(_ number: Double, times count: Int) {
        let product = number * Double(count)
        add(product)
        add((-product).addingProduct(number, Double(count)))
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

    /// - Parameter zeros: how many zeros there are besides.
    /// - Precondition: the numbers are finite; there is one, or a zero.
    /// - Complexity: by the numbers, however many zeros there are.
    init(_ numbers: [Double], zeros: Int = 0) {
        count = numbers.count + zeros
        precondition(count > 0, "a column of no numbers has no mean")
        minimum = numbers.reduce(zeros == 0 ? .infinity : 0, min)
        maximum = numbers.reduce(zeros == 0 ? -.infinity : 0, max)
        guard minimum < maximum else {
            (mean, deviation) = (minimum, 0)
            return
        }
        // By a power of two, which changes no digit, so that neither sums nor squares overflow or vanish.
        let unit = max(abs(minimum), abs(maximum)).binade
        var sum = ExactSum()
        for number in numbers { sum.add(number / unit) }
        let center = sum.rounded / Double(count)
        let largest = max(maximum / unit - center, center - minimum / unit).binade
        var squares = ExactSum()
        func square(_ number: Double) -> Double {
            let distance = (number / unit - center) / largest
            return distance * distance
        }
        for number in numbers { squares.add(square(number)) }
        squares.add(square(0), times: zeros)
        mean = center * unit
        deviation = (squares.rounded / Double(count)).squareRoot() * largest * unit
    }
}
