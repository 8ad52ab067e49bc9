import MPI
import Storage
import Synchronization
import Testing

@testable import Cluster

/// A team of this process's threads alone; under `mpirun` the integration's tests have those of several ranks.
@Suite struct TeamTests {
    private func team(threads: Int, _ reduction: Reduction = .exact) throws -> Team {
        try Team(processes: Processes(Environment.start().world), reduction: reduction, threads: threads)
    }

    @Test(arguments: [Reduction.exact, .allreduce], [1, 2, 5]) func workers(_ reduction: Reduction, threads: Int) throws
    {
        let team = try team(threads: threads, reduction)
        #expect(team.workerCount == threads && team.totalWorkers == threads && team.workersOnNode == threads)
        #expect(team.isAlone && team.firstWorker == 0 && team.firstOfTeam == 0)
        #expect(team.ranks.map(\.rank) == [0] && team.ranks[0].workers == 0..<threads)
        let seen = Mutex<[Worker]>([])
        team.run { worker in seen.withLock { $0.append(worker) } }
        let workers = seen.withLock { $0 }.sorted { $0.index < $1.index }
        #expect(workers.map(\.index) == Array(0..<threads) && workers.map(\.globalIndex) == Array(0..<threads))
        #expect(workers.filter(\.isMain).map(\.index) == [0] && workers.filter(\.isTeamLeader).map(\.index) == [0])
    }

    /// Every thing is one worker's, in order; no worker has two more than another.
    @Test(arguments: [1, 2, 3, 5], [0, 1, 4, 5, 7, 1000]) func shares(threads: Int, count: Int) throws {
        let team = try team(threads: threads)
        let shares = (0..<threads).map { Worker(team: team, thread: $0) }.map {
            ($0.share(of: count), $0.globalShare(of: count))
        }
        #expect(shares.flatMap { Array($0.0) } == Array(0..<count))
        #expect(shares.allSatisfy { $0.0 == $0.1 } && team.share(of: count) == 0..<count)
        #expect(shares.map(\.0.count).max()! - shares.map(\.0.count).min()! <= 1)
    }

    /// What each wrote before all waited, all see after, many times over.
    @Test(arguments: [1, 2, 3, 5]) func waiting(threads: Int) throws {
        let team = try team(threads: threads)
        let window = try team.window(byteCount: threads * MemoryLayout<Int>.stride)
        let faults = Mutex(0)
        team.run { worker in
            let rounds = window.base.assumingMemoryBound(to: Int.self)
            for round in 1...500 {
                rounds[worker.index] = round
                team.wait()
                if (0..<threads).contains(where: { rounds[$0] != round }) { faults.withLock { $0 += 1 } }
                team.wait()
            }
        }
        #expect(faults.withLock { $0 } == 0)
    }

    /// Alone, what leaders agree on is what there is.
    @Test func leadersOfOneTeam() throws {
        let leaders = try team(threads: 2).leaders
        #expect(try leaders.allReduce(3.5, operation: .max) == 3.5)
        #expect(try leaders.allGather(7 as Int64) == [7])
        var numbers: [Int64] = [1, -2, 3]
        try numbers.withUnsafeMutableBufferPointer { try leaders.allReduce(inPlace: $0, operation: .sum) }
        #expect(numbers == [1, -2, 3])
    }
}
