import Foundation
import MPI
import Storage
import Testing
import Training

@testable import Frontprop

/// What `RepeatedRunsTests` starts: trainings one after the other in one process that does nothing else.
@Suite(.serialized) struct RepeatedRuns {
    static let variable = "FRONTPROP_REPEATED_RUNS"
    private static let count = ProcessInfo.processInfo.environment[variable].flatMap(Int.init)

    /// Two trainings, again and again, leave memory, windows, groups, descriptors and threads as they were.
    @Test(.enabled(if: count ?? 0 > 0)) func leaveNothingBehind() throws {
        let environment = try Environment.start(threadLevel: .serialized)
        try Folder.withTemporary("runs") { folder in
            let count = Self.count!
            var hashes: Set<String> = []
            var before: Usage?
            for turn in 1...count {
                // What is made once and kept has been made.
                if turn == count / 4 { before = .now }
                for kind in [.exact, turn % 2 == 0 ? .plain : .genetic] as [Kind] {
                    let path = environment.world.rank == 0 ? "\(folder)/\(turn)-\(kind)" : folder
                    hashes.insert(try kind.train(in: path, on: environment.world))
                    if environment.world.rank == 0 { Folder.remove(path) }
                }
            }
            let after = Usage.now
            // The other ranks wait for this one until it ends MPI, too.
            let result = Result { try environment.finalize() }
            let growth = try #require(after.growth(since: before))
            print("growth in \(count - count / 4) turns: \(growth)")
            #expect(hashes.count == Kind.allCases.count)
            // Threads of others, such as those of the tests, may end meanwhile.
            #expect(growth.descriptors == 0 && growth.threads <= 0)
            #expect(growth.mappings <= 16)
            #expect(growth.residentBytes < 2 << 20)
            #expect(throws: Never.self) { try result.get() }
        }
    }

    /// Memory and a group that nobody frees.
    @Test(.enabled(if: count == 0)) func leaveSomethingBehind() throws {
        let environment = try Environment.start(threadLevel: .serialized)
        let node = try environment.world.splitByNode()
        _ = try SharedWindow(byteCount: 1000, communicator: node)
        try environment.finalize()
    }

    /// Runs that allocate differently.
    private enum Kind: CaseIterable {
        case exact, plain, genetic

        /// - Returns: the hash of the weights.
        func train(in path: String, on world: Communicator) throws -> String {
            var options = Configuration()
            options.topology = .init(sizes: [784, 8, 10])!
            (options.trainLimit, options.testLimit) = (60, 20)
            (options.epochs, options.batchSize) = (1, 30)
            switch self {
            case .exact: options.precision = .float64
            case .plain: options.reduction = .allreduce
            case .genetic:
                options.optimizer = .genetic
                options.genetic = GeneticOptions(
                    operators: .article, topology: options.topology, population: 4, rounds: 2, fitnessSamples: 10,
                    evaluateEvery: 1, crossover: nil, mutation: nil, mutationScale: nil)
            }
            var run = TrainingRun(options)
            run.destination = .folder(path)
            run.threads = 2
            if self != .genetic { run.tracePath = path + "/trace.json" }
            return try run.train(on: world).end.weightsSHA256
        }
    }
}

/// What this process holds of the system.
private struct Usage: CustomStringConvertible {
    var descriptors: Int
    var threads: Int
    /// Of memory: windows, stacks and heaps among them.
    var mappings: Int
    var residentBytes: Int

    static var now: Usage {
        func count(_ folder: String) -> Int { (try? Folder.names(in: "/proc/self/" + folder).count) ?? 0 }
        func text(_ file: String) -> String {
            (try? String(contentsOfFile: "/proc/self/" + file, encoding: .utf8)) ?? ""
        }
        let pages = text("statm").split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return Usage(
            descriptors: count("fd"), threads: count("task"), mappings: text("maps").split(separator: "\n").count,
            residentBytes: pages * sysconf(Int32(_SC_PAGESIZE)))
    }

    func growth(since other: Usage?) -> Usage? {
        other.map {
            Usage(
                descriptors: descriptors - $0.descriptors, threads: threads - $0.threads,
                mappings: mappings - $0.mappings,
                residentBytes: residentBytes - $0.residentBytes)
        }
    }

    var description: String {
        "\(descriptors) descriptors, \(threads) threads, \(mappings) mappings, \(residentBytes) bytes resident"
    }
}
