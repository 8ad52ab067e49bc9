/// A search along a descent direction for a step t that satisfies the strong Wolfe conditions,
///
///     φ(t) ≤ φ(0) + c₁·t·φ'(0)   and   |φ'(t)| ≤ c₂·|φ'(0)|,   φ(t) = f(x + t·d)
///
/// It asks for φ and φ' at one step after the other: who searches together, and is told the same numbers, goes the same way.
/// Where no step is found in `mostTrials`, or what is left to find is below the rounding of φ, the best one stands, if φ has
/// fallen at all.
///
/// - SeeAlso: Nocedal and Wright, *Numerical optimization*, 2006, Algorithms 3.5 and 3.6, with (3.59).
struct StrongWolfeSearch {
    /// What to do with what was told.
    enum Answer: Equatable {
        /// To evaluate φ and φ' at this step, and tell.
        case evaluate(Double)
        /// To go this far.
        case take(Double)
        /// Nowhere did φ fall.
        case fail
    }

    static let sufficientDecrease = 1e-4
    static let curvature = 0.9
    static let mostTrials = 25

    private struct Point {
        var step: Double
        var value: Double
        var slope: Double
    }

    private let start: Point
    /// While steps grow: the last. Then the end of the bracket with the least value of those that decrease φ sufficiently.
    private var low: Point
    /// The other end, where there is a bracket.
    private var high: Point?
    private var trial: Double
    private var trials = 0
    /// The widths of the last two brackets.
    private var widths = (last: Double.infinity, before: Double.infinity)

    /// - Parameters:
    ///   - value: φ(0).
    ///   - slope: φ'(0), below 0.
    ///   - step: to try first.
    init(value: Double, slope: Double, firstStep step: Double) {
        start = Point(step: 0, value: value, slope: slope)
        low = start
        trial = step
    }

    /// The first step to evaluate.
    var first: Answer { .evaluate(trial) }

    /// What follows from φ and φ' at the step that was asked for; a φ that is no number counts as too large.
    mutating func told(value: Double, slope: Double) -> Answer {
        trials += 1
        let point = Point(step: trial, value: value.isNaN || slope.isNaN ? .infinity : value, slope: slope)
        let isTooHigh =
            point.value > start.value + Self.sufficientDecrease * point.step * start.slope
            || point.value >= low.value
        if isTooHigh {
            high = point
        } else if abs(point.slope) <= -Self.curvature * start.slope {
            return .take(point.step)
        } else if point.slope * ((high?.step ?? .infinity) - low.step) >= 0 {
            (low, high) = (point, low)
        } else {
            let last = low
            low = point
            if high == nil { return next(grow(from: last)) }
        }
        return next(shrink())
    }

    /// A step behind the last, where φ still falls steeply.
    private func grow(from last: Point) -> Double? {
        let (fewest, most) = (low.step + 0.1 * (low.step - last.step), 10 * low.step)
        guard let least = Self.leastOfCubic(last, low), least > low.step else { return most }
        return min(most, max(fewest, least))
    }

    /// A step within the bracket: the cubic's least, away from both ends, or the middle where brackets do not shrink. nil
    /// where it holds nothing more.
    private mutating func shrink() -> Double? {
        guard let high else { return nil }
        let width = high.step - low.step
        let (inner, outer) = (low.step + 0.1 * width, low.step + 0.9 * width)
        let middle = low.step + 0.5 * width
        guard middle != low.step, middle != high.step, -low.slope * width > low.value.ulp else { return nil }
        let isSlow = abs(width) > 0.66 * widths.before
        widths = (abs(width), widths.last)
        guard !isSlow, let least = Self.leastOfCubic(low, high) else { return middle }
        return width > 0 ? min(outer, max(inner, least)) : max(outer, min(inner, least))
    }

    private mutating func next(_ step: Double?) -> Answer {
        guard let step, step.isFinite, trials < Self.mostTrials else {
            return low.value < start.value ? .take(low.step) : .fail
        }
        trial = step
        return .evaluate(step)
    }

    /// Where the cubic through two points with their slopes is least; nil where it has no such place.
    private static func leastOfCubic(_ a: Point, _ b: Point) -> Double? {
        guard a.value.isFinite, b.value.isFinite else { return nil }
        let d1 = a.slope + b.slope - 3 * (a.value - b.value) / (a.step - b.step)
        let square = d1 * d1 - a.slope * b.slope
        guard square >= 0 else { return nil }
        let d2 = square.squareRoot() * (b.step > a.step ? 1 : -1)
        let least = b.step - (b.step - a.step) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
        return least.isFinite ? least : nil
    }
}
