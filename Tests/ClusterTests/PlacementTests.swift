import Foundation
import MPI
import Testing

@testable import Cluster

/// Advice on made-up machines; expected texts name counts that follow from the layout alone.
struct PlacementTests {
    /// Two sockets of eight.
    private let twoSockets = NodeProcessors(
        online: CPUSet(0..<16), memory: [CPUSet(0..<8), CPUSet(8..<16)])
    private let oneSocket = NodeProcessors(online: CPUSet(0..<8), memory: [CPUSet(0..<8)])

    private func advice(
        _ masks: [CPUSet], threads: Int, on node: NodeProcessors, given: Bool = true, launcher: JobLauncher = .openMPI
    ) -> [String] {
        let ranks = masks.map { Placement.Rank(host: "a", leader: 0, threads: threads, cpus: $0) }
        return Placement(ranks: ranks, nodes: [0: node]).advice(threadsAreGiven: given, launcher: launcher)
    }

    @Test func aRankPerSocketIsFine() {
        #expect(advice([CPUSet(0..<8), CPUSet(8..<16)], threads: 8, on: twoSockets, given: false) == [])
    }

    @Test func ranksOfOneThreadMayShareTheWholeNode() {
        #expect(advice(Array(repeating: CPUSet(0..<16), count: 16), threads: 1, on: twoSockets) == [])
    }

    @Test func fewerWorkersThanCoresOnPurposeIsFine() {
        #expect(advice([CPUSet([0])], threads: 1, on: oneSocket, given: true) == [])
    }

    @Test func threadsOfOneRankBoundToOneCore() {
        let found = advice([CPUSet([0]), CPUSet([1])], threads: 4, on: oneSocket)
        #expect(
            found == [
                "a: 4 workers share 1 core (CPU 0) while CPU 2-7 idle; "
                    + "mpirun --map-by ppr:2:node:PE=4 --bind-to core gives each rank its own"
            ])
    }

    @Test func ranksBoundToTheSameCores() {
        let found = advice([CPUSet(0..<2), CPUSet(0..<2), CPUSet(4..<6)], threads: 2, on: oneSocket)
        #expect(
            found == [
                "a: 4 workers share 2 cores (CPU 0-1) while CPU 2-3,6-7 idle; "
                    + "mpirun --map-by ppr:3:node:PE=2 --bind-to core gives each rank its own"
            ])
    }

    /// The mask of the third rank joins those of the first two, which are disjoint.
    @Test func sharingIsTransitive() {
        let found = advice([CPUSet([0]), CPUSet([1]), CPUSet([0, 1])], threads: 1, on: oneSocket)
        #expect(found.count == 1 && found[0].contains("3 workers share 2 cores (CPU 0-1)"))
    }

    @Test func moreWorkersThanTheNodeHasCores() {
        let found = advice(Array(repeating: CPUSet(0..<8), count: 3), threads: 4, on: oneSocket)
        #expect(found == ["a: 12 workers share 8 cores (CPU 0-7); give fewer ranks or --threads"])
    }

    @Test func inTheWordsOfTheLauncher() {
        let found = advice([CPUSet([0]), CPUSet([1])], threads: 4, on: oneSocket, launcher: .hydra)
        #expect(found.count == 1 && found[0].hasSuffix("mpiexec.hydra -ppn 2 -bind-to core:4 gives each rank its own"))
        let memory = advice([CPUSet(0..<16)], threads: 16, on: twoSockets, given: false, launcher: .hydra)
        #expect(memory.count == 1 && memory[0].hasSuffix("mpiexec.hydra -map-by numa -bind-to numa"))
    }

    /// What `mpirun -n 2` does by itself.
    @Test func threadsThatFollowedTheBinding() {
        let found = advice([CPUSet([0]), CPUSet([1])], threads: 1, on: oneSocket, given: false)
        #expect(
            found == [
                "a: 2 workers, because the launcher bound the ranks to 2 of 8 cores; "
                    + "mpirun --map-by ppr:2:node:PE=4 --bind-to core gives each rank its own"
            ])
    }

    @Test func threadsOverSockets() {
        let found = advice([CPUSet(0..<16)], threads: 16, on: twoSockets, given: false)
        #expect(found.count == 1 && found[0].contains("on 2 memory nodes"))
        #expect(found[0].hasSuffix("mpirun --map-by ppr:1:numa:PE=8 --bind-to core"))
    }

    @Test func hostsWithTheSameFaultShareASentence() {
        let ranks = (0..<4).map {
            Placement.Rank(host: "n\($0)", leader: $0, threads: $0 == 2 ? 8 : 9, cpus: CPUSet(0..<8))
        }
        let placement = Placement(
            ranks: ranks, nodes: Dictionary(uniqueKeysWithValues: (0..<4).map { ($0, oneSocket) }))
        #expect(
            placement.advice(threadsAreGiven: true) == [
                "n0 and 2 more hosts: 9 workers share 8 cores (CPU 0-7); give fewer ranks or --threads"
            ])
    }
}

struct CPUSetTests {
    @Test(arguments: ["", "0", "0-3", "0-3,8", "1,3,5-7,64-127"])
    func listsComeBack(_ text: String) {
        #expect(CPUSet(text)?.description == text)
    }

    @Test(arguments: ["x", "3-1", "-1", "1-", "1-2-3", "0-99999999999", "99999999999999999999", "0 1"])
    func othersAreRefused(_ text: String) {
        #expect(CPUSet(text) == nil)
    }

    @Test func orderAndRepetitionDoNotMatter() {
        #expect(CPUSet("8,0-1,1") == CPUSet([0, 1, 8]))
    }
}

struct NodeProcessorsTests {
    private func made(_ files: [String: String], _ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.path + "/frontprop-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for (path, text) in files {
            let whole = URL(fileURLWithPath: folder + "/" + path)
            try FileManager.default.createDirectory(
                at: whole.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: whole, atomically: true, encoding: .utf8)
        }
        try body(folder)
    }

    @Test func socketsAreRead() throws {
        try made([
            "cpu/online": "0-7\n", "node/online": "0-2\n", "node/node0/cpulist": "0-3\n", "node/node1/cpulist": "4-7\n",
            "node/node2/cpulist": "\n",  // memory without processors
        ]) { folder in
            #expect(
                NodeProcessors.read(folder)
                    == NodeProcessors(online: CPUSet(0..<8), memory: [CPUSet(0..<4), CPUSet(4..<8)]))
        }
    }

    @Test func aMachineOfOnePart() throws {
        try made(["cpu/online": "0-1\n"]) { folder in
            #expect(NodeProcessors.read(folder) == NodeProcessors(online: CPUSet(0..<2), memory: [CPUSet(0..<2)]))
        }
        #expect(NodeProcessors.read("/nonexistent") == nil)
    }

    @Test func theAffinityIsRead() throws {
        try made(["status": "Name:\tx\nCpus_allowed:\t5\nCpus_allowed_list:\t0,2\n"]) { folder in
            #expect(NodeProcessors.allowedHere(status: folder + "/status") == CPUSet([0, 2]))
            #expect(NodeProcessors.allowedHere(status: folder + "/none") == nil)
        }
    }
}
