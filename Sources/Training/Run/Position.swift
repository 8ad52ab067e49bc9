/// Where a run stands between two steps.
public struct Position: Sendable, Codable, Equatable {
    /// The epoch under way, from 1; one more than the last when all are done.
    public var epoch = 1
    /// Its minibatches that are done.
    public var step = 0
    /// Sum of their losses.
    public var batchLoss = 0.0
    /// Seconds of training, in this epoch and in all before it.
    public var epochSeconds = 0.0
    public var trainSeconds = 0.0

    public init() {}

    /// Counts a step that is done, with its minibatch's loss, `epochSeconds` into the epoch.
    mutating func add(loss: Double, epochSeconds: Double) {
        step += 1
        batchLoss += loss
        self.epochSeconds = epochSeconds
    }

    /// The place before the first step of the next epoch.
    var nextEpoch: Position {
        var next = Position()
        next.epoch = epoch + 1
        next.trainSeconds = trainSeconds
        return next
    }
}
