import Foundation
import Testing

@testable import Reporting

@Suite struct StepModelTests {
    @Test func recoversPlantedParameters() throws {
        let study = try #require(ScalingStudy.studies(of: Planted.experiment(linkRates: [1e8, 1e9])).first)
        let (record, model) = try #require(ModelRecord.fitted(to: study, cluster: Cluster()))
        for parameter in StepModel.Parameter.allCases where model.known.contains(parameter) {
            let planted = Planted.model[parameter]
            // The medians are exact; normal equations over ten unknowns keep about seven digits.
            #expect(abs(model[parameter] - planted) <= 1e-5 * planted + 1e-15, "\(parameter)")
        }
        #expect(!model.known.contains(.nearByte))
        let errors = try #require(ModelRecord.errors(record.fit))
        #expect(errors.largest < 1e-6)
    }

    /// With 5 % of noise on each run the medians of five are a few per cent off, and so are the predictions.
    @Test func predictsAThirdLinkRate() throws {
        let noise: (Int) -> Double = { 0.05 * sin(Double($0) * 1.7) }
        let study = try #require(
            ScalingStudy.studies(of: Planted.experiment(linkRates: [1e8, 5e8, 2e9], noise: noise)).first)
        let (record, _) = try #require(ModelRecord.fitted(to: study, cluster: Cluster()))
        #expect(record.leaveOneLinkRateOut.count == 6)
        #expect(record.leaveOneLinkRateOut.allSatisfy { $0.known && abs($0.error) < 0.15 })
    }

    /// What no other point tells of is said to be unknown, not predicted.
    @Test func unknownWithoutTheOnlyNetworkPoint() throws {
        var points = Planted.experiment(linkRates: [])
        points.append(Planted.point(Planted.shape(nodes: 2, ranks: 2)))
        let study = try #require(ScalingStudy.studies(of: points).first)
        let (record, _) = try #require(ModelRecord.fitted(to: study, cluster: Cluster()))
        let far = try #require(record.leaveOneOut.first { $0.layout.hasPrefix("2 nodes") })
        #expect(!far.known)
        #expect(record.leaveOneOut.filter(\.known).count == record.leaveOneOut.count - 1)
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
