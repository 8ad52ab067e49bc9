import ArgumentParser
import ChildProcesses
import Cluster
import Foundation
import MPI
import Storage
import Training

/// How this program is started anew, on a number of ranks and threads.
struct ChildLauncher: Sendable {
    /// The launcher's words, before the program's; `{ranks}` and `{threads}` in them stand for the numbers. Empty for a
    /// program that is started by itself.
    let words: [String]
    /// This program.
    let program: String

    /// The launcher of the MPI linked, with cores of its own for each rank.
    static let standard = "\(JobLauncher.linked.name) -n {ranks} \(JobLauncher.linked.ownCores)"

    /// - Parameter line: words separated by spaces, such as `mpirun -n {ranks}` or `srun -n {ranks} -c {threads}`.
    /// - Parameter more: words that may hold spaces, after those.
    init(_ line: String, more: [String] = []) {
        words = line.split(separator: " ").map(String.init) + more
        program = ProgramFile.path
    }

    /// The program by itself, as one process.
    static let none = ChildLauncher("")

    /// The whole command line of `frontprop` with `arguments`, on `ranks` processes.
    func command(ranks: Int, threads: Int, arguments: [String]) -> [String] {
        words.map { JobLauncher.fill($0, ranks: ranks, threads: threads) } + [program] + arguments
    }

    /// What a program that began says of where it runs; the workers where it has any.
    struct Started {
        let ranks: Int
        let workers: Int?
    }

    /// What is wrong where not one program on `layout` was started, nil where it was.
    func fault(_ layout: Layout, started: [Started]) -> String? {
        let asked = "one program on \(counted(layout.ranks, "rank"))"
        let found: String
        switch started.count {
        case 0:
            guard layout.ranks > 1 else { return nil }
            found = "no program that began"
        case 1 where started[0].ranks != layout.ranks:
            found = "one program on \(started[0].ranks) of them"
        case 1:
            guard let workers = started[0].workers, workers != layout.workers else { return nil }
            return "\(asked) was to have \(counted(layout.workers, "worker")), and had \(workers)"
        default: found = "\(started.count) programs that know nothing of one another"
        }
        return
            "\(words.joined(separator: " ")) was to start \(asked), and started \(found): does it start {ranks} ranks of "
            + "one job of the MPI linked?"
    }

    /// - Throws: `ValidationError` where `line` names no program.
    static func validate(_ line: String?) throws {
        if let line, line.allSatisfy(\.isWhitespace) { throw ValidationError("--launcher must name a program.") }
    }

    /// Runs `frontprop` with `arguments` on fresh ranks.
    ///
    /// - Throws: what `ChildProcess.run` does; `.mpiSetup` where Open MPI refuses to run as root: the caller is to allow
    ///   it, not this program.
    func run(
        _ arguments: [String], ranks: Int, threads: Int, limitSeconds: Double
    ) async throws -> ChildProcess {
        let child = try await ChildProcess.run(
            command(ranks: ranks, threads: threads, arguments: arguments), limitSeconds: limitSeconds)
        if child.status != 0, geteuid() == 0, child.errors.contains("attempt to run as root") {
            throw Failure(
                .mpiSetup,
                "\(child.command[0]) refuses to run as root; to allow it, set OMPI_ALLOW_RUN_AS_ROOT=1 and "
                    + "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 in the environment")
        }
        return child
    }
}
