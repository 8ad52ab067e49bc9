import MPI
import Synchronization
import Testing

@testable import Cluster

@Suite struct SharedWorkTests {
    private func run(threads: Int, _ body: (Worker, inout SharedWork) -> Void) throws {
        let team = try Team(processes: Processes(Environment.start().world), reduction: .exact, threads: threads)
        let window = try team.window(byteCount: 8 * SharedWork.wordCount(workers: threads))
        let places = window.base.assumingMemoryBound(to: UInt64.self)
        for _ in 1...2 {
            // A worker's second part of the same memory goes on where the first ended.
            team.run { worker in
                var work = SharedWork(places, worker)
                team.wait()
                body(worker, &work)
            }
        }
    }

    /// Each thing is taken once, turn after turn, of however many.
    @Test(arguments: [1, 2, 3, 5], [0, 1, 4, 7, 100]) func everythingOnce(threads: Int, count: Int) throws {
        let turns = 50
        let taken = Mutex([Int](repeating: 0, count: count))
        try run(threads: threads) { worker, work in
            for _ in 0..<turns {
                work.forEach(of: 0..<count) { index in
                    taken.withLock { $0[index] += 1 }
                }
                worker.team.wait()
            }
        }
        #expect(taken.withLock { $0.allSatisfy { $0 == 2 * turns } })
    }

    /// While a worker is at one thing, the others do the rest of its share.
    @Test func othersGoOn() throws {
        let threads = 3, count = 30
        let done = Atomic(0)
        let alone = Mutex<[Int]>([])
        try run(threads: threads) { worker, work in
            if worker.isMain { done.store(0, ordering: .sequentiallyConsistent) }
            worker.team.wait()
            work.forEach(of: 0..<count) { index in
                if index == 0 {
                    // Ends when all else is done, or else after long enough to be sure that nobody does it.
                    for _ in 0..<100_000_000 where done.load(ordering: .sequentiallyConsistent) < count - 1 {}
                    let others = done.load(ordering: .sequentiallyConsistent)
                    alone.withLock { $0.append(others) }
                }
                done.add(1, ordering: .sequentiallyConsistent)
            }
            worker.team.wait()
        }
        #expect(alone.withLock { $0 } == [count - 1, count - 1])
    }
}
