import Cluster

/// How minibatches are cut into slices, and which of them are a team's.
public struct Slicing: Sendable {
    /// S, of a minibatch.
    public let count: Int
    /// Those of this team, which has a slot for each.
    let ofTeam: Range<Int>

    /// - Parameter slices: S; nil for the ladder's. With `allreduce` there is one a worker.
    init(_ slices: Int?, reduction: Reduction, team: Team) {
        let workers = team.totalWorkers
        count = reduction == .exact ? slices ?? Self.ladder(workers: workers) : workers
        ofTeam = team.share(of: count)
    }

    /// Samples of the largest slice of a minibatch of so many.
    func largest(ofBatch size: Int) -> Int { (size + count - 1) / count }

    /// The most that there can be: sums of more would not fit their words.
    public static let most = 4096

    /// The published ladder of slice counts: 8, 16, 24, 32, 48, 64, 96, … (each pair of rungs doubles).
    public static func ladder(workers: Int) -> Int {
        var (rung, next) = (8, 16)
        while rung < workers { (rung, next) = (next, rung == 8 ? 24 : 2 * rung) }
        return rung
    }
}
