import Foundation
import RandomNumbers
import Testing

@testable import Datasets

/// Sums that are rounded once, and what is made of them.
@Suite struct ExactSumTests {
    /// Those that Python's tests ask of `math.fsum`: where digits cancel, and where what is lost decides how to round.
    @Test(
        arguments: [
            ([], 0), ([0], 0), ([1e100, 1, -1e100], 1), ([1e100, 1, -1e100, 1e-100, 1e50, -1, -1e50], 1e-100),
            ([0x1p53, -0.5, -0x1p-54], 0x1p53 - 1), ([0x1p53, 1, 0x1p-100], 0x1p53 + 2),
            ([0x1p53 + 10, 1, 0x1p-100], 0x1p53 + 12), ([0x1p53 - 4, 0.5, 0x1p-54], 0x1p53 - 3),
            ([1e16, 1, 1e-16], 10_000_000_000_000_002),
            ([1e16 - 2, 1 - 0x1p-53, -(1e16 - 2), -(1 - 0x1p-53)], 0), ([0.1, 0.2, 0.3, -0.6], 2.7755575615628914e-17),
        ] as [([Double], Double)])
    func knownSums(_ numbers: [Double], _ expected: Double) {
        for order in [numbers, numbers.reversed(), numbers.sorted()] {
            var sum = ExactSum()
            for number in order { sum.add(number) }
            #expect(sum.rounded == expected, "\(order)")
        }
    }

    @Test func noOrderShows() {
        var draws = PhiloxSequence(Philox(seed: 1, purpose: .check))
        for _ in 0..<100 {
            var numbers = (0..<200).map { _ in
                draws.normal() * Foundation.pow(2, Double(Int.random(in: -60...60, using: &draws)))
            }
            var results: Set<UInt64> = []
            for _ in 0..<5 {
                var sum = ExactSum()
                for number in numbers { sum.add(number) }
                results.insert(sum.rounded.bitPattern)
                numbers.shuffle(using: &draws)
            }
            #expect(results.count == 1)
        }
    }

    /// By hand; of whole numbers there is nothing to round.
    @Test func meanAndDeviation() {
        let summary = NumberSummary([2, 4, 4, 5, 5, 7, 9, 4])
        #expect((summary.count, summary.minimum, summary.maximum, summary.mean) == (8, 2, 9, 5))
        #expect(summary.deviation == 2.0)
        let other = NumberSummary([0.1, 0.1, 0.1])
        #expect((other.mean, other.deviation) == (0.1, 0))
    }

    /// Neither squares nor sums overflow or vanish, and a shift of all changes no deviation.
    @Test(arguments: [0x1p-1064, 1e-200, 1, 1e200, 0x1p1020]) func anyMagnitude(_ unit: Double) {
        let summary = NumberSummary([1, 2, 3, 4].map { $0 * unit })
        #expect(summary.mean == 2.5 * unit || unit < 1e-300)
        let expected = 1.25.squareRoot()
        #expect(abs(summary.deviation / unit - expected) < (unit < 1e-300 ? 1e-2 : 4 * expected.ulp), "\(summary)")
    }

    /// Zeros that are counted are zeros that are there, to the bit.
    @Test(arguments: [0, 1, 2, 7, 1000, 99_999]) func zerosBesides(_ zeros: Int) {
        for numbers in [[0.1, -0.7, 1e10, 3], [0.1, 0.2, 0.3], [-1e-300, -3e-300], [.pi]] {
            let (few, all) = (
                NumberSummary(numbers, zeros: zeros),
                NumberSummary(numbers + [Double](repeating: 0, count: zeros))
            )
            #expect(few.mean == all.mean && few.deviation == all.deviation && few.count == all.count)
            #expect(few.minimum == all.minimum && few.maximum == all.maximum)
        }
    }

    @Test(arguments: [0, 1, 3, 1_000_003]) func timesIsOneByOne(_ count: Int) {
        var (times, single) = (ExactSum(), ExactSum())
        for number in [1e16, 0.1, -7e-9] {
            times.add(number, times: count)
            for _ in 0..<count { single.add(number) }
        }
        #expect(times.rounded == single.rounded)
    }
}
