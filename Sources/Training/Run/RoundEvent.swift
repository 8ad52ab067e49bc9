/// A round of a genetic search is over.
public struct RoundEvent: Sendable, Codable {
    public var event = "round"
    public var round: Int
    /// Networks measured on a minibatch, since the start.
    public var evaluations: Int
    /// The slowest rank's.
    public var trainSeconds: Double
    /// Losses as the search sees them: on minibatches.
    public var bestLoss: Double
    public var meanLoss: Double
    /// Of the best individual on the whole sets, in some of the rounds.
    public var trainLoss: Double?
    public var testLoss: Double?
    public var trainAccuracy: Double?
    public var testAccuracy: Double?

    enum CodingKeys: String, CodingKey {
        case event, round, evaluations
        case trainSeconds = "train_seconds"
        case bestLoss = "best_loss"
        case meanLoss = "mean_loss"
        case trainLoss = "train_loss"
        case testLoss = "test_loss"
        case trainAccuracy = "train_accuracy"
        case testAccuracy = "test_accuracy"
    }
}
