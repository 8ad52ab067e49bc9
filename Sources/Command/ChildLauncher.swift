import ArgumentParser
import ChildProcesses
import Foundation
import Storage
import Training

/// How this program is started anew, on a number of ranks and threads.
struct ChildLauncher: Sendable {
    /// The launcher's words, before the program's; `{ranks}` and `{threads}` in them stand for the numbers. Empty for a
    /// program that is started by itself.
    let words: [String]
    /// This program.
    let program: String

    /// Open MPI's `mpirun`, which binds each rank to a core: right for one thread a rank, and lifted for more.
    static func mpirun(threads: Int) -> String {
        threads == 1 ? "mpirun -n {ranks}" : "mpirun -n {ranks} --bind-to none"
    }

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
        let launch = words.map {
            $0.replacing("{ranks}", with: "\(ranks)").replacing("{threads}", with: "\(threads)")
        }
        return launch + [program] + arguments
    }

    /// What is wrong where not one program on `ranks` ranks was started, nil where it was.
    ///
    /// - Parameter started: what each program that began says of the number of its ranks.
    func fault(ranks: Int, started: [Int]) -> String? {
        guard started != [ranks], !started.isEmpty || ranks > 1 else { return nil }
        let found =
            switch started.count {
            case 0: "no program that began"
            case 1: "one program on \(started[0]) of them"
            default: "\(started.count) programs that know nothing of one another"
            }
        return
            "\(words.joined(separator: " ")) was to start one program on \(ranks) ranks, and started \(found): does "
            + "it start {ranks} ranks of one job of the MPI linked?"
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
