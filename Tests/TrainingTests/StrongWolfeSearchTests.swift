import Testing

@testable import Training

/// Searches along functions of one variable whose values and slopes are known.
@Suite struct StrongWolfeSearchTests {
    private struct Found {
        /// nil where the search failed.
        var step: Double?
        var asked: [Double] = []
    }

    /// - Parameter at: value and slope at a step.
    private func search(from firstStep: Double, at: (Double) -> (value: Double, slope: Double)) -> Found {
        let start = at(0)
        var search = StrongWolfeSearch(value: start.value, slope: start.slope, firstStep: firstStep)
        var (answer, found) = (search.first, Found())
        while case .evaluate(let step) = answer {
            found.asked.append(step)
            let (value, slope) = at(step)
            answer = search.told(value: value, slope: slope)
        }
        if case .take(let step) = answer { found.step = step }
        return found
    }

    private func satisfies(_ found: Found, _ at: (Double) -> (value: Double, slope: Double)) -> Bool {
        guard let step = found.step else { return false }
        let (start, end) = (at(0), at(step))
        return step > 0 && end.value < start.value && end.value <= start.value + 1e-4 * step * start.slope
            && abs(end.slope) <= -0.9 * start.slope
    }

    /// Functions that Moré and Thuente tried theirs on, and others: from steps that are right, too short and too long by far.
    private static let functions: [(name: String, at: @Sendable (Double) -> (value: Double, slope: Double))] = [
        ("quadratic", { t in (3 * t * t - 2 * t + 7, 6 * t - 2) }),
        ("narrow quadratic", { t in (1e8 * t * t - 2 * t, 2e8 * t - 2) }),
        ("1", { t in (-t / (t * t + 2), (t * t - 2) / ((t * t + 2) * (t * t + 2))) }),
        (
            "2",
            { t in
                let u = t + 0.004
                let (u3, u4) = (u * u * u, u * u * u * u)
                return (u4 * u - 2 * u4, 5 * u4 - 8 * u3)
            }
        ),
        // Rosenbrock's, from (-1.2, 1) down its gradient.
        (
            "Rosenbrock",
            { t in
                let (dx, dy) = (215.6, 88.0)
                let (x, y) = (-1.2 + t * dx, 1 + t * dy)
                let (gx, gy) = (-400 * x * (y - x * x) - 2 * (1 - x), 200 * (y - x * x))
                return (100 * (y - x * x) * (y - x * x) + (1 - x) * (1 - x), gx * dx + gy * dy)
            }
        ),
        // Falls for a long time, ever less, and then rises.
        ("far away", { t in (t * t / 2e8 - t, t / 1e8 - 1) }),
    ]

    @Test(arguments: functions.indices, [1, 1e-3, 1e-6, 0.3, 10, 1e4])
    func endsWhereBothConditionsHold(_ index: Int, firstStep: Double) {
        let (name, at) = Self.functions[index]
        let found = search(from: firstStep, at: at)
        #expect(satisfies(found, at), "\(name) from \(firstStep): \(found)")
        #expect(found.asked.count <= StrongWolfeSearch.mostTrials && found.asked.first == firstStep)
        // It comes from what it was told alone.
        #expect(search(from: firstStep, at: at).asked == found.asked)
    }

    /// Of a quadratic the cubic knows the least place at once.
    @Test func aQuadraticTakesTwo() {
        let found = search(from: 1, at: { t in (50 * (t - 0.3) * (t - 0.3), 100 * (t - 0.3)) })
        #expect(found.asked.count == 2 && abs((found.step ?? 0) - 0.3) < 1e-12, "\(found)")
    }

    /// Beyond some step there are no numbers, or no finite ones.
    @Test(arguments: [Double.infinity, .nan]) func whatIsNoNumberIsTooFar(_ value: Double) {
        let at = { (t: Double) in t > 0.01 ? (value, value) : ((t - 0.005) * (t - 0.005), 2 * (t - 0.005)) }
        let found = search(from: 1, at: at)
        #expect(satisfies(found, at), "\(found)")
    }

    /// Where the rounding of the values hides what the slopes promise, the search ends soon: with a step that lowers the
    /// value, or with none.
    @Test(arguments: [1e-15, 1e-12, 1e-9, 1e-6, 0.1]) func noise(_ size: Double) {
        for seed in 1...50 {
            func noise(_ t: Double) -> Double {
                let bits = (t.bitPattern &+ UInt64(seed)) &* 0x9E37_79B9_7F4A_7C15
                return Double(bits >> 11) / 0x1p53 - 0.5
            }
            let at = { (t: Double) in (1 + 1e-12 * (t - 0.7) * (t - 0.7) + size * noise(t), 2e-12 * (t - 0.7)) }
            let found = search(from: 1, at: at)
            #expect(found.asked.count <= StrongWolfeSearch.mostTrials)
            if let step = found.step { #expect(at(step).0 < at(0).0 && found.asked.contains(step)) }
        }
    }

    /// A slope that the values contradict leads nowhere.
    @Test func nothingFalls() {
        #expect(search(from: 1, at: { t in (1 + t, -1) }).step == nil)
        #expect(search(from: 1, at: { _ in (1, -1) }).step == nil)
    }

    /// What falls without an end is gone along as far as there are trials.
    @Test func withoutAnEnd() {
        let found = search(from: 1, at: { t in (-t, -1) })
        #expect(found.asked.count == StrongWolfeSearch.mostTrials && found.step == found.asked.last)
    }
}
