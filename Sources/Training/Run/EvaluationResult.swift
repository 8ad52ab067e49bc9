/// What `evaluate` found.
public struct EvaluationResult: Sendable, Encodable, Scored, CustomStringConvertible {
    public var scores: SetScores
    public var weightsSHA256: String
    /// What the figures were computed with: see `Numerics`.
    public var numerics = Numerics.version

    private static let fields: [RecordField<EvaluationResult>] = [
        RecordField("numerics", \.numerics), RecordField("weights_sha256", \.weightsSHA256),
    ]

    public func encode(to encoder: any Encoder) throws {
        try Self.fields.write(self, to: encoder)
        try scores.encode(to: encoder)
    }

    public var description: String { "\(scores.text)\nweights-sha256: \(weightsSHA256)" }
}
