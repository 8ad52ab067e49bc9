import Cluster
import Datasets
import Foundation
import MPI
import Networks
import Storage
import Testing

@testable import Training

/// Figures of outputs that are known, against scikit-learn's: Tests/Golden/make-metrics.py.
@Suite struct MetricsTests {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        struct Unit: Decodable, Sendable {
            let name: String
            let shift, scale: Double
            let log: Bool
        }

        let name: String
        let units: [Unit]?
        let activation: String?
        let inputs: [[Double]]
        let targets: [[Double]]?
        let labels: [UInt8]?
        let scores: [String: Double]
        let largest_error_row: Int?
        let confusion_matrix: [[Int]]?
        let by_class: [[Double]]?

        var testDescription: String { name }

        static let all: [Case] = {
            struct File: Decodable { let cases: [Case] }
            let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .appending(path: "Golden/metrics.json")
            return (try? JSONDecoder().decode(File.self, from: Data(contentsOf: path)).cases) ?? []
        }()
    }

    /// The same samples in every set, but that of the training set the first 251 are there.
    private struct Given: SampleTables {
        let all: Case
        let name = "given"
        var images: Dataset? { nil }
        var shape: SampleShape { SampleShape(inputs: all.inputs[0].count, classes: 0, numbers: 0) }
        var columns: TableColumns? {
            all.units.map { units in
                let outputs = units.map {
                    TargetUnits.Output(name: $0.name, shift: $0.shift, scale: $0.scale, isLog: $0.log)
                }
                let features = all.inputs[0].indices.map { input in
                    TableColumns.Feature(
                        name: "x\(input)",
                        values: .number(.init(shift: 0, scale: 1, minimum: -10, maximum: 10, mean: 0)))
                }
                return TableColumns(
                    features: features, target: .numbers(TargetUnits(outputs)), constants: [], missing: .error)
            }
        }

        func prefix(train: Int?, test: Int?) -> Given { self }

        func values(of set: SampleSet) -> SampleValues? {
            let values = SampleValues(
                inputs: .numbers(.float64(all.inputs.flatMap(\.self)[...])), columns: all.inputs[0].count,
                labels: (all.labels ?? [])[...], targets: all.targets.map { .float64($0.flatMap(\.self)[...]) },
                count: all.inputs.count, name: "given", targetsName: "given")
            return set == .train ? values.choosing(Array(0..<251)) : values
        }
    }

    /// Measured by a network whose outputs are its inputs.
    private func scores(_ given: Case, threads: Int) throws -> SetScores {
        let width = given.inputs[0].count
        var options = Configuration()
        options.precision = .float64
        options.topology = try #require(Topology(sizes: [width, width]))
        options.target = given.labels == nil ? .numbers : .labels
        options.outputActivation = try #require(Activation(named: given.activation ?? "linear"))
        options.loss = given.activation == "softmax" ? .crossEntropy : .mse
        let processes = try Processes(Environment.start().world)
        let team = try Team(processes: processes, reduction: .exact, threads: threads)
        let run = try Run<Double>(
            processes: processes, team: team, configuration: options.resolved(workers: threads),
            dataset: try NodeDataset(
                processes: processes, network: options.network, target: options.target.target,
                load: { Given(all: given) }))
        for parameter in 0..<run.state.parameterCount {
            run.state.weights[parameter] = parameter < width * width && parameter % (width + 1) == 0 ? 1 : 0
        }
        return try run.evaluate().scores
    }

    @Test func areThere() { #expect(Case.all.count == 7) }

    /// Sums of 260 terms in another order: some ε each.
    @Test(arguments: Case.all) func areScikitLearns(_ given: Case) throws {
        let all = try scores(given, threads: 1)
        #expect(all[.validation] == all[.test])
        let score = try #require(all[.test])
        let found: [String: Double?] = [
            "rmse": score.rmse, "mae": score.mae, "r2": score.r2, "largest_error": score.largestError,
            "accuracy": score.accuracy, "f1": score.f1, "log_loss": score.logLoss,
        ]
        #expect(Set(found.compactMapValues(\.self).keys) == Set(given.scores.keys))
        for (name, value) in given.scores {
            let number = try #require(found[name] ?? nil, "\(name)")
            #expect(abs(number - value) <= 1e-12 * max(1, abs(value)), "\(name): \(number), scikit-learn's \(value)")
        }
        #expect(score.largestErrorRow == given.largest_error_row)
        #expect(score.confusionMatrix == given.confusion_matrix)
        let table = score.byClass?.map { [Double($0.count), $0.precision, $0.recall, $0.f1] }
        #expect(table?.count == given.by_class?.count)
        for (row, expected) in zip(table ?? [], given.by_class ?? []) {
            #expect(zip(row, expected).allSatisfy { abs($0 - $1) <= 1e-12 }, "\(row), scikit-learn's \(expected)")
        }
    }

    /// To the bit, whoever measured which block.
    @Test(arguments: Case.all, [2, 3, 5]) func areTheSameOnAnyLayout(_ given: Case, threads: Int) throws {
        #expect(try scores(given, threads: threads) == scores(given, threads: 1))
    }

    /// What an epoch shows of them, and by which names.
    @Test func names() throws {
        func names(_ scores: SetScores) throws -> Set<String> {
            let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(scores)) as? [String: Any]
            return Set(try #require(object).keys)
        }
        func named(_ figures: String...) -> Set<String> {
            Set(["train", "validation", "test"].flatMap { set in figures.map { "\(set)_\($0)" } })
        }
        let numbers = try scores(Case.all[0], threads: 1)
        #expect(try names(numbers.brief) == named("loss", "rmse", "mae", "r2"))
        #expect(
            try names(numbers) == named("loss", "rmse", "mae", "r2", "largest_error", "largest_error_row"))
        let classes = try scores(Case.all[4], threads: 1)
        #expect(try names(classes.brief) == named("loss", "accuracy"))
        #expect(
            try names(classes) == named("loss", "accuracy", "f1", "log_loss", "confusion_matrix", "by_class"))
    }
}
