import Testing

@testable import Reporting

@Suite struct StatisticsTests {
    @Test func median() {
        #expect(Statistics.median([3]) == 3)
        #expect(Statistics.median([3, 1]) == 2)
        #expect(Statistics.median([5, 1, 3]) == 3)
        #expect(Statistics.median([4, 1, 3, 2]) == 2.5)
    }

    /// Which order statistics hold the median with 95 %: the published table, as in Conover, *Practical nonparametric
    /// statistics*, or `scipy.stats.binom`.
    @Test(arguments: [
        (6, 1), (7, 1), (8, 1), (9, 2), (10, 2), (11, 2), (12, 3), (15, 4), (20, 6), (25, 8), (30, 10), (50, 18),
        (100, 40),
    ])
    func ranks(count: Int, rank: Int) {
        let interval = Statistics.medianInterval((1...count).map(Double.init).shuffled())
        #expect(interval.low == Double(rank) && interval.high == Double(count + 1 - rank))
        #expect(interval.confidence >= 0.95)
    }

    @Test(arguments: [(1, 0.0), (2, 0.5), (3, 0.75), (4, 0.875), (5, 0.9375), (6, 0.96875), (9, 0.9609375)])
    func confidence(count: Int, expected: Double) {
        let interval = Statistics.medianInterval((1...count).map(Double.init))
        #expect(abs(interval.confidence - expected) < 1e-12)
        if count < 6 { #expect(interval.low == 1 && interval.high == Double(count)) }
    }

    /// `scipy.stats.t.ppf(0.975, freedom)`.
    @Test(arguments: [(1, 12.7062), (2, 4.3027), (5, 2.5706), (10, 2.2281), (11, 2.2010), (20, 2.0860), (100, 1.9840)])
    func student(freedom: Int, expected: Double) {
        #expect(abs(Statistics.student(freedom: Double(freedom)) / expected - 1) < 0.01)
        #expect(Statistics.student(freedom: Double(freedom) + 0.9) == Statistics.student(freedom: Double(freedom)))
    }

    @Test func nothingToSpare() {
        #expect(Statistics.student(freedom: 0.9) == .infinity && Statistics.student(freedom: .nan) == .infinity)
        #expect(Statistics.medianVariance([3]) == nil && Statistics.medianVariance([3, 3]) == 0)
        // Of 1, 3: variance 2, of their mean 1, ÷ 2².
        #expect(Statistics.medianVariance([1, 3]) == 0.25)
    }
}
