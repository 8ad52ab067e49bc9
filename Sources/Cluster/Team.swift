import CBarrier
import MPI
import Resources
import Storage

/// The workers that share one copy of the weights: threads of this rank, and of the other ranks that map the same
/// memory. With `exact` a team is a node's ranks; with `allreduce` each rank is a team of its own.
///
/// Workers are numbered team by team, within a team rank by rank, within a rank thread by thread.
public final class Team: @unchecked Sendable {
    private let processes: Processes
    package let communicator: Communicator
    package let leaders: TeamLeaders
    package let threads: Int
    /// Workers of this team, and of all.
    package let workerCount: Int
    public let totalWorkers: Int
    private let teamCount: Int
    package var isAlone: Bool { teamCount == 1 }
    /// This rank's first worker within the team, and the team's first of all.
    package let firstWorker: Int
    package let firstOfTeam: Int
    /// This team's ranks, in order, with the workers that each has, as numbered within the team.
    package let ranks: [(rank: Int, workers: Range<Int>)]
    /// Workers that share this node's memory and cores, of all its teams.
    package let workersOnNode: Int
    /// They outnumber the cores.
    package let isOversubscribed: Bool
    private let barrierWindow: SharedWindow
    /// This rank's workers but the first.
    private let helpers: ThreadPool

    /// Collective over all ranks.
    ///
    /// - Throws: on every rank, `.internalError` where some rank cannot have as many threads.
    public init(processes: Processes, reduction: Reduction, threads: Int) throws {
        self.processes = processes
        let world = processes.world
        let alone = try processes.split(color: world.rank, key: 0)!
        communicator = reduction == .exact ? processes.node : alone
        self.threads = threads

        let rank = world.rank
        let leader = try communicator.allReduce(Int64(world.rank), operation: .min)
        let leaderOf = try world.allGather(leader)
        let threadsOf = try world.allGather(Int64(threads)).map(Int.init)
        let mates = leaderOf.indices.filter { leaderOf[$0] == leader }
        var ranks: [(rank: Int, workers: Range<Int>)] = []
        for mate in mates {
            let first = ranks.last?.workers.upperBound ?? 0
            ranks.append((mate, first..<first + threadsOf[mate]))
        }
        self.ranks = ranks
        workerCount = mates.reduce(0) { $0 + threadsOf[$1] }
        firstWorker = mates.filter { $0 < rank }.reduce(0) { $0 + threadsOf[$1] }
        firstOfTeam = leaderOf.indices.filter { leaderOf[$0] < leader }.reduce(0) { $0 + threadsOf[$1] }
        totalWorkers = threadsOf.reduce(0, +)
        teamCount = Set(leaderOf).count
        leaders = TeamLeaders(reduction == .exact ? processes.leaders : world, teamCount: teamCount)

        workersOnNode = Int(try processes.node.allReduce(Int64(threads), operation: .sum))
        let usable = Int(try processes.node.allReduce(Int64(Cores.usable), operation: .sum))
        let coresOnNode = min(Cores.online, Cores.quota ?? usable, usable)
        isOversubscribed = workersOnNode > coresOnNode
        barrierWindow = try processes.window(byteCount: MemoryLayout<cb_barrier>.stride, communicator: communicator)
        // Before any worker waits for another.
        helpers = try processes.agree {
            let helpers = ThreadPool(wanted: threads - 1)
            guard let shortage = helpers.shortage else { return helpers }
            throw Failure(
                .internalError,
                "only \(helpers.count + 1) of \(threads) threads can be had: \(shortage); give fewer --threads, or raise the "
                    + "limits on processes (ulimit -u) and memory (ulimit -v)")
        }
    }

    /// This team's part of `count` things shared out over all workers: those of its workers' `globalShare`s.
    package func share(of count: Int) -> Range<Int> {
        part(firstOfTeam..<firstOfTeam + workerCount, of: totalWorkers, count: count)
    }

    /// A worker's part of `count` things shared out over this team.
    package func share(of count: Int, worker index: Int) -> Range<Int> {
        part(index..<index + 1, of: workerCount, count: count)
    }

    /// Memory that all workers of the team see, zeroed. Collective over all ranks.
    package func window(byteCount: Int) throws -> SharedWindow {
        try processes.window(byteCount: byteCount, communicator: communicator)
    }

    /// Polling costs nothing while every worker has a core, and delays the others while it has not.
    private var spins: UInt32 { isOversubscribed ? 100 : 20_000 }

    /// Waits for all workers of the team; what each wrote before is then seen by all.
    package func wait() {
        cb_wait(barrierWindow.base.assumingMemoryBound(to: cb_barrier.self), UInt32(workerCount), spins)
    }

    /// Runs `body` once for each of this rank's workers at the same time: the first on the calling thread, which is the
    /// one that may call MPI.
    package func run(_ body: (Worker) -> Void) {
        helpers.run { body(Worker(team: self, thread: $0)) }
    }
}

/// One worker: a thread of a rank.
package struct Worker: Sendable {
    package let team: Team
    package let thread: Int

    /// Within the team, and of all.
    package var index: Int { team.firstWorker + thread }
    package var globalIndex: Int { team.firstOfTeam + index }
    /// The rank's own thread, the one that may call MPI.
    package var isMain: Bool { thread == 0 }
    package var isTeamLeader: Bool { index == 0 }

    /// This worker's part of `count` things shared out over the team.
    package func share(of count: Int) -> Range<Int> { team.share(of: count, worker: index) }

    /// This worker's part of `count` things shared out over all workers.
    package func globalShare(of count: Int) -> Range<Int> {
        part(globalIndex..<globalIndex + 1, of: team.totalWorkers, count: count)
    }
}

/// The part of some workers, of `count` things shared out over `all`.
private func part(_ workers: Range<Int>, of all: Int, count: Int) -> Range<Int> {
    count * workers.lowerBound / all..<count * workers.upperBound / all
}
