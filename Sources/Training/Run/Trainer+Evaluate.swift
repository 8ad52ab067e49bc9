import Foundation
import Networks
import Storage

/// What `evaluate` found.
public struct EvaluationResult: Sendable, Codable, CustomStringConvertible {
    public var trainLoss: Double
    public var testLoss: Double
    public var trainAccuracy: Double?
    public var testAccuracy: Double?
    public var weightsSHA256: String
    /// What the figures were computed with: see `Numerics`.
    public var numerics = Numerics.version

    enum CodingKeys: String, CodingKey {
        case numerics
        case trainLoss = "train_loss"
        case testLoss = "test_loss"
        case trainAccuracy = "train_accuracy"
        case testAccuracy = "test_accuracy"
        case weightsSHA256 = "weights_sha256"
    }

    public var description: String {
        var text = "loss \(lossText(trainLoss)) train \(lossText(testLoss)) test"
        if let trainAccuracy, let testAccuracy {
            text += String(format: "  accuracy %.4f train %.4f test", trainAccuracy, testAccuracy)
        }
        return text + "\nweights-sha256: \(weightsSHA256)"
    }
}

extension Trainer {
    /// Measures the weights as they are, on all workers. Collective; the result is whole on the first rank.
    public func evaluate() throws -> EvaluationResult {
        let found = Scores()
        team.run { worker in
            let evaluation = Evaluation(self, worker)
            evaluation.measure()
            guard worker.isTeamLeader else { return }
            found.result = Result { try evaluation.scores() }
        }
        let (train, test) = try found.result?.get() ?? (Score(loss: 0, correct: 0), Score(loss: 0, correct: 0))
        let named = configuration.target == .labels
        return EvaluationResult(
            trainLoss: train.loss / Double(dataset.train.count), testLoss: test.loss / Double(dataset.test.count),
            trainAccuracy: named ? Double(train.correct) / Double(dataset.train.count) : nil,
            testAccuracy: named ? Double(test.correct) / Double(dataset.test.count) : nil,
            weightsSHA256: WeightsFile.hash(weights, of: topology))
    }

    /// The event that opens a run.
    public var startEvent: StartEvent {
        StartEvent(
            model: topology.description, data: dataset.name, target: configuration.target, samples: dataset.train.count,
            ranks: processes.world.size,
            workers: team.totalWorkers, slices: sliceCount, parameters: topology.parameterCount,
            idleWorkers: max(0, team.totalWorkers - sliceCount))
    }

    /// The event that opens a run that goes on.
    public var resumeEvent: ResumeEvent {
        ResumeEvent(
            epoch: firstPosition.epoch, step: firstPosition.step, ranks: processes.world.size,
            workers: team.totalWorkers, hosts: processes.hosts)
    }

    /// Set by the worker on the calling thread, read after all have ended.
    private final class Scores: @unchecked Sendable {
        var result: Result<(train: Score, test: Score), any Error>?
    }
}

/// A loss for people to read: six places, or six digits where those would hide it.
public func lossText(_ loss: Double) -> String {
    let isOrdinary = loss == 0 || (1e-3..<1e6).contains(abs(loss))
    return String(format: isOrdinary ? "%.6f" : "%.5e", loss)
}
