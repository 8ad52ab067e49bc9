import Foundation

/// What `evaluate` found.
public struct EvaluationResult: Sendable, Codable, CustomStringConvertible {
    public var trainLoss: Double
    public var testLoss: Double
    public var trainAccuracy: Double?
    public var testAccuracy: Double?
    public var weightsSHA256: String
    /// What the figures were computed with: see `Numerics`.
    public var numerics = Numerics.version

    init(_ scores: SetScores, weightsSHA256: String) {
        (trainLoss, testLoss) = (scores.trainLoss, scores.testLoss)
        (trainAccuracy, testAccuracy) = (scores.trainAccuracy, scores.testAccuracy)
        self.weightsSHA256 = weightsSHA256
    }

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

/// A loss for people to read: six places, or six digits where those would hide it.
public func lossText(_ loss: Double) -> String {
    let isOrdinary = loss == 0 || (1e-3..<1e6).contains(abs(loss))
    return String(format: isOrdinary ? "%.6f" : "%.5e", loss)
}
