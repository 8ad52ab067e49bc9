import Foundation
import MPI
import Resources
import Storage

/// Where the threads of all ranks may run, and what to do where that is bad for speed. Results never depend on it.
public struct Placement: Equatable, Sendable {
    /// One rank's part.
    public struct Rank: Equatable, Sendable, Codable {
        public var host: String
        /// The first rank of its node, which tells nodes apart.
        public var leader: Int
        public var threads: Int
        /// The processors that it may use: what the launcher or the batch system bound it to.
        public var cpus: CPUSet
        /// Cores' worth of time that a control group leaves it, together with the host's other ranks; nil without a quota.
        public var quota: Double?

        public init(host: String, leader: Int, threads: Int, cpus: CPUSet, quota: Double? = nil) {
            self.host = host
            self.leader = leader
            self.threads = threads
            self.cpus = cpus
            self.quota = quota
        }
    }

    /// In the order of ranks.
    public let ranks: [Rank]
    /// Each node's processors, by its first rank.
    public let nodes: [Int: NodeProcessors]

    public init(ranks: [Rank], nodes: [Int: NodeProcessors]) {
        self.ranks = ranks
        self.nodes = nodes
    }

    /// Gathers it from all ranks; collective. `nil` where a rank's system does not tell.
    public static func gather(_ processes: Processes, threads: Int) throws -> Placement? {
        struct Report: Codable {
            var rank: Rank
            var processors: NodeProcessors?
        }
        let leader = Int(try processes.node.allReduce(Int64(processes.world.rank), operation: .min))
        var text = ""
        if let cpus = NodeProcessors.allowedHere() {
            let rank = Rank(
                host: Environment.hostName, leader: leader, threads: threads, cpus: cpus,
                quota: ControlGroup.own.processors)
            let processors = processes.node.rank == 0 ? NodeProcessors.read() : nil
            text = String(decoding: try JSONEncoder().encode(Report(rank: rank, processors: processors)), as: UTF8.self)
        }
        let reports = try processes.world.allGatherStrings(text).map {
            try? JSONDecoder().decode(Report.self, from: Data($0.utf8))
        }
        var nodes: [Int: NodeProcessors] = [:]
        for report in reports {
            guard let report else { return nil }
            nodes[report.rank.leader] = nodes[report.rank.leader] ?? report.processors
        }
        return Placement(ranks: reports.map { $0!.rank }, nodes: nodes)
    }

    /// On some node there are more workers than cores that they may use.
    public var isOversubscribed: Bool {
        nodes.keys.contains { leader in
            let members = ranks.filter { $0.leader == leader }
            return Self.exceedsQuota(members) || Self.sharers(members).contains { $0.threads > $0.cpus.count }
        }
    }

    // MARK: Advice

    /// What is bad about the layout, a sentence each with what to do; hosts with the same fault share one.
    ///
    /// - Parameters:
    ///   - threadsAreGiven: the user chose the number of threads; else it followed the binding.
    ///   - launcher: whose words the advice is in.
    /// - Complexity: O(r²) set operations for r ranks of a node.
    public func advice(threadsAreGiven: Bool, launcher: JobLauncher = .linked) -> [String] {
        var hosts: [String: [String]] = [:]
        var order: [String] = []
        for (leader, node) in nodes.sorted(by: { $0.key < $1.key }) {
            let members = ranks.filter { $0.leader == leader }
            for fault in faults(of: members, on: node, threadsAreGiven: threadsAreGiven, launcher) {
                if hosts[fault] == nil { order.append(fault) }
                hosts[fault, default: []].append(members[0].host)
            }
        }
        return order.map { fault in
            let names = hosts[fault]!
            return "\(names[0])\(names.count == 1 ? "" : " and \(counted(names.count - 1, "more host"))"): \(fault)"
        }
    }

    private func faults(
        of members: [Rank], on node: NodeProcessors, threadsAreGiven: Bool, _ launcher: JobLauncher
    ) -> [String] {
        if Self.exceedsQuota(members), let quota = members[0].quota {
            let workers = members.reduce(0) { $0 + $1.threads }
            return [
                "\(workers) workers share the time of \((quota * 100).rounded() / 100) cores, the quota of their container or job (cgroup); "
                    + "give fewer ranks or --threads, or a larger quota"
            ]
        }
        let used = members.reduce(CPUSet([])) { $0.union($1.cpus) }
        let idle = node.online.subtracting(used)
        let sharers = Self.sharers(members).filter { $0.threads > $0.cpus.count }
        if let worst = sharers.max(by: { $0.threads * $1.cpus.count < $1.threads * $0.cpus.count }) {
            let cores = "\(worst.threads) workers share \(counted(worst.cpus.count, "core")) (CPU \(worst.cpus))"
            guard !idle.isEmpty else {
                return ["\(cores); give fewer ranks or --threads"]
            }
            return ["\(cores) while CPU \(idle) idle; \(binding(members, on: node, members[0].threads, launcher))"]
        }
        let workers = members.reduce(0) { $0 + $1.threads }
        if !threadsAreGiven, !idle.isEmpty, workers < node.online.count {
            let threads = node.online.count / members.count
            guard threads > members[0].threads else { return [] }
            return [
                "\(counted(workers, "worker")), because the launcher bound the ranks to \(used.count) of \(counted(node.online.count, "core")); "
                    + binding(members, on: node, threads, launcher)
            ]
        }
        let spread = members.map { node.memoryNodes(of: $0.cpus) }.max()!
        if spread > 1, members.contains(where: { $0.threads > 1 && node.memoryNodes(of: $0.cpus) > 1 }) {
            let perNode = node.memory.count
            return [
                "threads of one rank may run on \(spread) memory nodes, and share weights and data across them; "
                    + "a rank for each is faster: "
                    + launcher.line(launcher.rankPerMemoryNode, ranks: perNode, threads: max(1, workers / perNode))
            ]
        }
        return []
    }

    /// Whether a host's workers are more than the cores that its quota comes to.
    private static func exceedsQuota(_ members: [Rank]) -> Bool {
        members.reduce(0.0) { $0 + Double($1.threads) } > (members[0].quota ?? .infinity).rounded(.up)
    }

    /// Ranks that may use a processor of another of them, in groups: how many threads, on which processors.
    private static func sharers(_ members: [Rank]) -> [(threads: Int, cpus: CPUSet)] {
        var groups: [(threads: Int, cpus: CPUSet)] = []
        for member in members {
            var joined = (threads: member.threads, cpus: member.cpus)
            for group in groups where !group.cpus.isDisjoint(with: member.cpus) {
                joined = (joined.threads + group.threads, joined.cpus.union(group.cpus))
            }
            groups.removeAll { !$0.cpus.isDisjoint(with: member.cpus) }
            groups.append(joined)
        }
        return groups
    }

    /// The option that gives each rank `threads` cores of its own.
    private func binding(
        _ members: [Rank], on node: NodeProcessors, _ threads: Int, _ launcher: JobLauncher
    ) -> String {
        func line(_ words: String) -> String { launcher.line(words, ranks: members.count, threads: threads) }
        guard members.count * threads <= node.online.count else {
            return line(launcher.allCores) + " lets them use all"
        }
        return line(launcher.ranksPerHost) + " gives each rank its own"
    }
}
