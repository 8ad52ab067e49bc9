import Foundation
import Testing

@testable import Reporting

/// The model of steps that make and factor JᵀJ.
@Suite struct CurvatureModelTests {
    private static let machine: StepModel = {
        var model = Planted.model
        model[.sample] = 17e-6
        model[.factor] = 25e-12
        model[.pivot] = 0.3e-9
        return model
    }()

    private static func shape(
        nodes: Int = 1, threads: Int = 1, batch: Int = 5000, parameters: Int = 971, linkRate: Double? = nil
    ) -> StepShape {
        StepShape(
            nodes: nodes, ranks: nodes, threads: threads, batchSize: batch, slices: 24, parameters: parameters,
            work: .curvature(outputs: 1, tries: 1), isDouble: true, linkRate: linkRate)
    }

    private static func point(_ shape: StepShape, kind: ScalingPoint.Kind, repeat number: Int) -> ScalingPoint {
        var point = Planted.point(shape, kind: kind, repeat: number)
        (point.model, point.data, point.optimizer, point.tries) = ("10x30x20x1", "friedman.csv", "lm", 1)
        (point.precision, point.samples, point.steps, point.coresPerNode) = ("float64", shape.batchSize, 1, 24)
        let terms = machine.terms(shape), seconds = machine.stepSeconds(shape)
        point.stepSeconds = seconds
        point.epochSeconds = [seconds, seconds, seconds]
        let update = terms[.factor]! + terms[.pivot]!
        point.phases = Phases(
            compute: terms[.compute]!, wait: seconds - terms[.compute]! - update, reduce: 0, update: update)
        return point
    }

    private static func experiment(threads: [Int], linkRate: Double? = nil) -> [ScalingPoint] {
        (1...6).flatMap { number in
            threads.flatMap { threads -> [ScalingPoint] in
                [(ScalingPoint.Kind.strong, 5000), (.weak, 5000 * threads)].map { kind, batch in
                    point(shape(threads: threads, batch: batch), kind: kind, repeat: number)
                }
            }
        }
    }

    @Test func recoversPlantedParameters() throws {
        let study = try #require(ScalingStudy.studies(of: Self.experiment(threads: [1, 2, 4])).first)
        let (record, model) = try #require(ModelRecord.fitted(to: study, cluster: Cluster(workersPerNode: 24)))
        for parameter in [.sample, .contention, .word, .barrier, .factor, .pivot] as [StepModel.Parameter] {
            let planted = Self.machine[parameter]
            #expect(model.standing(parameter) == .identified, "\(parameter)")
            #expect(abs(model[parameter] - planted) <= 1e-5 * planted, "\(parameter)")
        }
        #expect(record.optimizer == "lm" && record.parameters.map(\.name).contains("pivot"))
        let far = try #require(record.forecasts.first { $0.workers == 24 })
        #expect(abs(far.stepSeconds / Self.machine.stepSeconds(Self.shape(threads: 24)) - 1) < 1e-6)
        #expect(abs(far.terms.values.reduce(0, +) / far.stepSeconds - 1) < 1e-12)
        #expect(far.terms["pivot"]! > far.terms["factor"]!)
        let limit = try #require(record.limits.first)
        #expect(limit.dominant == "pivot" && limit.why.contains("factoring JᵀJ by one worker"), "\(limit.why)")
        #expect(limit.why.contains("pieces of 256 rows"))
    }

    /// A node takes whole pieces, and factors for itself.
    @Test func nodesShareJAndNotItsFactor() {
        let one = Self.machine.terms(Self.shape()), twenty = Self.machine.terms(Self.shape(nodes: 20, linkRate: 1e10))
        #expect(one[.factor] == twenty[.factor] && one[.pivot] == twenty[.pivot])
        #expect(abs(one[.compute]! / twenty[.compute]! - 5000 / 256.0) < 0.5)
        let crowded = Self.shape(nodes: 32, linkRate: 1e10)
        #expect(crowded.busyWorkers == 20 && crowded.mostSamples == 256)
        // JᵀJ is 3.8 MB, of 1.25 GB/s: 6 ms on every node's link at least.
        #expect(Self.machine.terms(crowded)[.bandwidth]! > 6e-3)
    }

    /// Of fewer rows than parameters the dual form's matrix is factored, whose products go by parameters.
    @Test func fewRows() {
        let few = Self.shape(batch: 100), terms = Self.machine.terms(few)
        #expect(few.order == 100 && Self.shape(batch: 971).order == 971)
        #expect(abs(few.mostSamples - 100 * 100 / 971.0) < 1e-9)
        #expect(abs(terms[.factor]! / Self.machine.terms(Self.shape())[.factor]! - pow(100 / 971.0, 3)) < 1e-9)
        // 971 parameters are four chunks.
        #expect(Self.shape(nodes: 8, batch: 100, linkRate: 1e10).busyWorkers == 4)
    }

    /// The same network by gradients is another study, whose model knows nothing of factors.
    @Test func kindsOfStepsAreKeptApart() throws {
        let gradients = Planted.experiment(linkRates: []).map { point in
            var point = point
            (point.model, point.data, point.optimizer) = ("10x30x20x1", "friedman.csv", "sgd")
            return point
        }
        let studies = ScalingStudy.studies(of: Self.experiment(threads: [1, 2]) + gradients)
        #expect(studies.map(\.subject.optimizer) == ["lm", "sgd"])
        let (record, _) = try #require(ModelRecord.fitted(to: studies[1], cluster: Cluster()))
        #expect(!record.parameters.map(\.name).contains("factor"))
        #expect(record.forecasts.allSatisfy { $0.terms["pivot"] == nil })
    }

    /// A search along a line takes as many gradients as it tries.
    @Test func searchesTakeGradients() {
        var shape = Planted.shape(nodes: 4, ranks: 4, linkRate: 1e9)
        let one = Planted.model.stepSeconds(shape)
        shape.work = .search(gradients: 1.5)
        #expect(abs(Planted.model.stepSeconds(shape) / one - 1.5) < 1e-12)
    }
}
