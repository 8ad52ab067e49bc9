import Foundation
import Testing

@testable import Reporting

@Suite struct StepModelTests {
    private static func fitted(_ points: [ScalingPoint], _ cluster: Cluster = Cluster()) throws -> (
        record: ModelRecord, model: StepModel
    ) {
        let study = try #require(ScalingStudy.studies(of: points).first)
        return try #require(ModelRecord.fitted(to: study, cluster: cluster))
    }

    @Test func recoversPlantedParameters() throws {
        let (record, model) = try Self.fitted(Planted.experiment(linkRates: [1e8, 1e9]))
        let absent: [StepModel.Parameter] = [.nearMessage, .nearByte, .factor, .pivot]
        for parameter in StepModel.Parameter.allCases {
            guard !absent.contains(parameter) else {
                #expect(model.standing(parameter) == .notMeasured)
                continue
            }
            let planted = Planted.model[parameter]
            #expect(model.standing(parameter) == .identified, "\(parameter)")
            // The medians are exact; normal equations over ten unknowns keep about seven digits.
            #expect(abs(model[parameter] - planted) <= 1e-5 * planted + 1e-15, "\(parameter)")
        }
        let errors = try #require(ModelRecord.errors(record.fit))
        #expect(errors.largest < 1e-6)
    }

    /// With 2 % of noise on each run the medians of five are a per cent off, and so are the predictions.
    @Test func predictsAThirdLinkRate() throws {
        let points = Planted.experiment(
            linkRates: [1e8, 5e8, 2e9], noise: Planted.noise(seed: 3, deviation: 0.02))
        let (record, _) = try Self.fitted(points)
        #expect(record.leaveOneLinkRateOut.count == 6)
        for one in record.leaveOneLinkRateOut { #expect(abs(try #require(one.error, "\(one)")) < 0.06) }
    }

    /// What no other point tells of is said to be unknown, not predicted.
    @Test func unknownWithoutTheOnlyNetworkPoint() throws {
        var points = Planted.experiment(linkRates: [])
        points.append(Planted.point(Planted.shape(nodes: 2, ranks: 2)))
        let (record, _) = try Self.fitted(points)
        let far = try #require(record.leaveOneOut.first { $0.layout.hasPrefix("2 nodes") })
        #expect(far.error == nil && far.predictedSeconds == nil)
        #expect(try #require(far.why).contains("alpha, beta (not measured)"))
        #expect(record.leaveOneOut.count { $0.error != nil } == record.leaveOneOut.count - 1)
        // One point for two parameters: the cluster's are not known either.
        let alpha = try #require(record.parameters.first { $0.name == "alpha" })
        #expect(alpha.standing == "not identified" && alpha.value == nil)
        #expect(try #require(alpha.why).contains("beta"))
    }

    /// A sample and the beginning of a slice are in the same proportion in all of them.
    @Test func oneBatchSize() throws {
        let (record, model) = try Self.fitted(Planted.experiment(linkRates: [1e8, 1e9], kinds: [.strong]))
        #expect(model.standing(.sample) == .notIdentified(why: "the points do not tell it from slice"))
        #expect(model.standing(.slice) == .notIdentified(why: "the points do not tell it from sample"))
        #expect(model.standing(.contention) == .identified && model.standing(.word) == .identified)
        #expect(record.forecasts.isEmpty && record.limits.isEmpty)
        #expect(try #require(record.refusals.first).why == "it needs sample, slice (not identified)")
        #expect(record.leaveOneOut.allSatisfy { $0.error == nil && $0.why != nil })
        #expect(record.leaveOneOutSentence.contains("None could be predicted"))
    }

    /// A cluster wants a network, measured or told.
    @Test func oneNode() throws {
        let points = Planted.experiment(linkRates: [])
        let (record, _) = try Self.fitted(points)
        #expect(record.forecasts.map(\.workers) == [1, 2, 4])
        let refusal = try #require(record.refusals.first)
        #expect(record.refusals.count == 1 && refusal.workers.first == 8 && refusal.workers.last == 4096)
        #expect(refusal.why == "it needs alpha, beta (not measured)")
        #expect(record.cluster.latency == nil && record.clusterSource.contains("not measured"))
        let half = try Self.fitted(points, Cluster(latency: 30e-6)).record
        #expect(half.forecasts.map(\.workers) == [1, 2, 4])
        let told = try Self.fitted(points, Cluster(latency: 30e-6, linkRate: 1e9)).record
        #expect(told.refusals.isEmpty && told.forecasts.last?.workers == 4096)
    }

    /// At the one rate that was measured a byte's time is known, however it is made up.
    @Test func oneLinkRate() throws {
        let points = Planted.experiment(linkRates: [1e9])
        let (record, model) = try Self.fitted(points)
        #expect(record.refusals.isEmpty && record.forecasts.last?.workers == 4096)
        #expect(model.standing(.farWire) == .notMeasured)
        let shape = Planted.shape(nodes: 4, ranks: 4, linkRate: 1e9)
        #expect(abs(model.stepSeconds(shape) / Planted.model.stepSeconds(shape) - 1) < 1e-6)
        let other = try Self.fitted(points, Cluster(linkRate: 1e10)).record
        #expect(other.forecasts.map(\.nodes).allSatisfy { $0 == 1 })
        #expect(try #require(other.refusals.first).why == "it needs wire (not measured)")
    }

    /// No more measurements than parameters, once each: nothing says how uncertain they are.
    @Test func nothingToSpare() throws {
        let points = Planted.experiment(linkRates: [], near: [(2, 1), (4, 1)], kinds: [.strong], repeats: 1)
        let (record, _) = try Self.fitted(points)
        #expect(record.parameters.allSatisfy { $0.standing != "identified" })
        #expect(record.forecasts.isEmpty)
    }

    /// Twice the same experiment: what both predict agrees within what they say, and much of it is refused where
    /// there are few layouts.
    @Test(arguments: [
        (near: [(1, 1), (2, 1)], few: true), (near: [(1, 1), (1, 2), (2, 1), (1, 4), (4, 1)], few: false),
    ])
    func replicasAgree(near: [(Int, Int)], few: Bool) throws {
        var (predicted, refused, apart) = (0, 0, 0)
        for pair in 0..<40 as Range<UInt64> {
            let records = try [2 * pair, 2 * pair + 1].map { seed in
                try Self.fitted(
                    Planted.experiment(
                        linkRates: [], near: near, repeats: 6, noise: Planted.noise(seed: seed, deviation: 0.05))
                ).record
            }
            refused += records.reduce(0) { $0 + (4 - $1.forecasts.count) }
            for one in records[0].forecasts {
                guard let other = records[1].forecasts.first(where: { $0.workers == one.workers }) else { continue }
                predicted += 1
                let planted = Planted.model.stepSeconds(Planted.shape(ranks: one.workers))
                #expect(one.halfWidth <= 0.25 * one.stepSeconds)
                #expect(abs(one.stepSeconds - planted) < 0.3 * planted)
                let allowed = (one.halfWidth * one.halfWidth + other.halfWidth * other.halfWidth).squareRoot()
                if abs(one.stepSeconds - other.stepSeconds) > allowed { apart += 1 }
            }
        }
        #expect(apart * 12 <= predicted, "\(apart) of \(predicted) are further apart than they say")
        #expect(few ? refused > predicted : predicted > 0, "\(predicted) predicted, \(refused) refused")
    }

    /// The twin of a point, the same work on the same layout, does not stand in for it when it is left out.
    @Test func twinsAreLeftOutTogether() throws {
        let (record, _) = try Self.fitted(Planted.experiment(linkRates: [], near: [(1, 1), (2, 1)]))
        let one = record.leaveOneOut.filter { $0.layout == "1 × 1" }
        #expect(one.count == 2 && one.allSatisfy { $0.error == nil })
        #expect(record.leaveOneOutSentence.hasPrefix("Of 3 layouts and batches"))
    }

    @Test func limitIsWhereTheStepIsShortest() throws {
        let study = try #require(ScalingStudy.studies(of: Planted.experiment(linkRates: [1e9])).first)
        let cluster = Cluster(latency: 30e-6, linkRate: 1e9, workersPerNode: 4, batchSizes: [1000, 24_000])
        let (record, _) = try #require(ModelRecord.fitted(to: study, cluster: cluster))
        #expect(record.limits.map(\.batchSize) == [1000, 24_000])
        for limit in record.limits {
            let own = record.forecasts.filter { $0.batchSize == limit.batchSize }
            #expect(own.last!.workers == 4096)
            #expect(own.allSatisfy { $0.stepSeconds >= limit.fastestStepSeconds })
            for forecast in own {
                let sum = forecast.terms.values.reduce(0, +)
                #expect(abs(sum - forecast.stepSeconds) <= 1e-12 * sum)
            }
        }
        // 104 kB at 1 Gbit/s take 1.7 ms, more than a step on one worker.
        #expect(record.limits[0].fastestWorkers == 4)
        #expect(record.limits[0].dominant != "compute")
        // With 24 times the samples, more nodes pay.
        #expect(record.limits[1].fastestWorkers > 4)
        #expect(record.limits[1].dominant == "bandwidth" || record.limits[1].dominant == "latency")
    }

    @Test(arguments: [(1, 8), (8, 8), (9, 16), (17, 24), (25, 32), (33, 48), (49, 64), (1000, 1024), (4096, 4096)])
    func ladder(workers: Int, slices: Int) {
        #expect(Forecasting.slices(workers: workers) == slices)
    }

    @Test func allReduce() {
        let bytes = 104_032.0
        #expect(AllReduce(members: 1, bytes: bytes).messages == 0 && AllReduce(members: 1, bytes: bytes).linkBytes == 0)
        #expect(
            AllReduce(members: 2, bytes: bytes).messages == 2 && AllReduce(members: 2, bytes: bytes).linkBytes == bytes)
        #expect(AllReduce(members: 5, bytes: bytes).messages == 6)
        #expect(AllReduce(members: 64, bytes: bytes).messages == 12)
        #expect(AllReduce(members: 64, bytes: bytes, algorithm: .ring).messages == 126)
        #expect(AllReduce(members: 64, bytes: 8).messages == 6)
    }
}
