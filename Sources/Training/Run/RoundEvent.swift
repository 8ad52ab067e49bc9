/// A round of a genetic search is over.
public struct RoundEvent: Sendable, Encodable, Scored {
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
    public var scores: SetScores

    private static let fields: [RecordField<RoundEvent>] = [
        RecordField("event", \.event), RecordField("round", \.round), RecordField("evaluations", \.evaluations),
        RecordField("train_seconds", \.trainSeconds), RecordField("best_loss", \.bestLoss),
        RecordField("mean_loss", \.meanLoss),
    ]

    public func encode(to encoder: any Encoder) throws {
        try Self.fields.write(self, to: encoder)
        try scores.encode(to: encoder)
    }
}
