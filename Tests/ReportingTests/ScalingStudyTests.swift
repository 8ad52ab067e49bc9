import Foundation
import Testing

@testable import Reporting

@Suite struct ScalingStudyTests {
    private static func timed(_ seconds: [Double], ranks: Int, kind: ScalingPoint.Kind = .strong, batch: Int = 1000)
        -> [ScalingPoint]
    {
        seconds.enumerated().map { index, seconds in
            var point = Planted.point(Planted.shape(ranks: ranks, batch: batch), kind: kind, repeat: index + 1)
            point.stepSeconds = seconds
            return point
        }
    }

    @Test func ratiosAreOfMedians() throws {
        let points = Self.timed([4, 5, 3, 40, 4], ranks: 1) + Self.timed([2, 2.5, 1, 2, 2], ranks: 2)
        let study = try #require(ScalingStudy.studies(of: points).first)
        let base = try #require(study.base(.strong))
        #expect(base.shape.ranks == 1 && base.median == 4)
        let two = try #require(study.measured(.strong).last)
        #expect(two.shape.ranks == 2)
        // Five repeats: lowest and highest.
        #expect(Ratio.speedUp(of: two, over: base) == Ratio(value: 2, low: 3 / 2.5, high: 40 / 1))
        #expect(Ratio.efficiency(of: two, over: base) == Ratio(value: 1, low: 0.6, high: 20))
    }

    /// Twice the samples in the same time by two workers: perfect.
    @Test func weakEfficiency() throws {
        let points = Self.timed([3], ranks: 1, kind: .weak) + Self.timed([3], ranks: 2, kind: .weak, batch: 2000)
        let study = try #require(ScalingStudy.studies(of: points).first)
        let (base, two) = (try #require(study.base(.weak)), try #require(study.measured(.weak).last))
        #expect(Ratio.efficiency(of: two, over: base).value == 1)
        #expect(Ratio.speedUp(of: two, over: base).value == 2)
    }

    @Test func otherWeightsAreSeen() throws {
        var points = Self.timed([3, 3], ranks: 1) + Self.timed([2, 2], ranks: 2)
        #expect(try #require(ScalingStudy.studies(of: points).first).disagreements.isEmpty)
        points[3].weightsSha256 = String(repeating: "c", count: 64)
        #expect(try #require(ScalingStudy.studies(of: points).first).disagreements.count == 1)
    }

    @Test func warmUpsAndFailuresDoNotCount() throws {
        var points = Self.timed([3, 9, 9], ranks: 1)
        points[1].warmUp = true
        points[2].exitCode = 70
        let study = try #require(ScalingStudy.studies(of: points).first)
        #expect(study.measurements.count == 1 && study.measurements[0].stepSeconds == [3])
        #expect(study.warmUps.count == 1 && study.failures.count == 1)
    }
}
