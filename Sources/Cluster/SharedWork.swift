import CBarrier

/// One worker's part of things that its team's workers share out: each takes those of its own share, one by one, and then what
/// others have not begun. So a worker on a slow core, or one that was kept from it, keeps nobody waiting for more than the thing
/// it is at. Which worker does what may show in no result.
package struct SharedWork {
    private let worker: Worker
    private let places: UnsafeMutablePointer<UInt64>
    private var turn: UInt32

    /// A place of each worker has a cache line of its own.
    private static let stride = 8
    /// Of a team's memory.
    package static func wordCount(workers: Int) -> Int { workers * stride }

    /// All workers of a team make theirs, and wait for each other, before one takes anything.
    ///
    /// - Parameter places: in the team's memory, `wordCount` zeros at first, and of nothing else.
    package init(_ places: UnsafeMutablePointer<UInt64>, _ worker: Worker) {
        (self.places, self.worker) = (places, worker)
        turn = (0..<worker.team.workerCount).reduce(0) { max($0, UInt32(places[$1 * Self.stride] >> 32)) }
    }

    /// Calls `body` for each of the things that this worker takes. All workers of the team call it, for the same things, and wait
    /// for each other before they do again.
    ///
    /// - Complexity: beside the things, a look at each worker's place.
    package mutating func forEach(of things: Range<Int>, _ body: (Int) -> Void) {
        turn &+= 1
        let team = worker.team
        for offset in 0..<team.workerCount {
            let owner = (worker.index + offset) % team.workerCount
            let share = team.share(of: things.count, worker: owner)
            while true {
                let taken = Int(cb_take(places + owner * Self.stride, turn, UInt32(share.count)))
                guard taken < share.count else { break }
                body(things.lowerBound + share.lowerBound + taken)
            }
        }
    }
}
