import ArgumentParser
import Cluster
import Foundation
import MPI
import Storage
import Training

/// Several values in one option, separated by commas.
struct CommaSeparated<Value: LosslessStringConvertible & Sendable>: ExpressibleByArgument, Sendable {
    let values: [Value]

    init(_ values: [Value]) { self.values = values }

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
        let values = parts.compactMap { Value(String($0)) }
        guard !values.isEmpty, values.count == parts.count else { return nil }
        self.values = values
    }

    var defaultValueDescription: String { values.map(\.description).joined(separator: ",") }
}

/// A number of ranks, and of threads of each.
struct Layout: Hashable, Sendable {
    var ranks: Int
    var threads: Int

    var workers: Int { ranks * threads }
}

/// Which layouts, and how they are started.
struct LayoutOptions: ParsableArguments {
    @Option(help: "Numbers of ranks, separated by commas [1 and the cores of this host].")
    var ranks: CommaSeparated<Int>?
    @Option(help: "Numbers of threads of each rank.")
    var threads = CommaSeparated([1])
    @Option(
        help:
            "What starts the ranks, such as 'srun -n {ranks} -c {threads}' [mpirun, with ranks bound to cores of their own]."
    )
    var launcher: String?
    @Option(help: "A file of hosts for mpirun, one a line: NAME slots=N.")
    var hosts: String?
    @Flag(help: "Let mpirun start more ranks than there are slots.")
    var oversubscribe = false

    func validate() throws {
        try requireLimits((ranks?.values ?? []).map { ("--ranks", $0, 1...Self.mostWorkers) })
        try requireLimits(threads.values.map { ("--threads", $0, threadsRange) })
        if let most = layouts.max(by: { $0.workers < $1.workers }), most.workers > Self.mostWorkers {
            throw ValidationError(
                "\(most.ranks) ranks of \(most.threads) threads are \(most.workers) workers; at most \(Self.mostWorkers) can be."
            )
        }
        try ChildLauncher.validate(launcher)
        guard hosts == nil && !oversubscribe || isMPIRun else {
            throw ValidationError("--hosts and --oversubscribe go with mpirun; another launcher has its own ways.")
        }
    }

    /// Of one layout.
    static let mostWorkers = 65_536

    var layouts: [Layout] {
        let ranks = self.ranks?.values ?? Array(Set([1, Cores.usable])).sorted()
        return ranks.flatMap { ranks in threads.values.map { Layout(ranks: ranks, threads: $0) } }
    }

    private var isMPIRun: Bool {
        let mpirun = JobLauncher.linked
        let program = launcher?.split(separator: " ").first.map(String.init) ?? mpirun.name
        return mpirun.names.contains(Files.name(of: program))
    }

    /// What starts `layout`.
    ///
    /// - Throws: `.missingInput` where the file of hosts is not there.
    func launcher(for layout: Layout) throws -> ChildLauncher {
        let mpirun = JobLauncher.linked
        var line = launcher ?? mpirun.name
        if !line.contains("{ranks}") { line += " -n {ranks}" }
        if launcher == nil {
            // Cores of its own for each rank, where this host has them. What other hosts have is not known here.
            let fits = hosts == nil && layout.workers <= Cores.online
            line += " " + (fits ? mpirun.ownCores : mpirun.allCores)
        }
        if oversubscribe { line += " " + mpirun.oversubscription }
        var words: [String] = []
        if let hosts {
            guard Files.exists(hosts) else {
                throw Failure(.missingInput, "there is no file \(hosts), which --hosts names")
            }
            words = mpirun.words(forHosts: hosts, String(decoding: try InputFile.read(hosts), as: UTF8.self))
        }
        return ChildLauncher(line, more: words)
    }
}
