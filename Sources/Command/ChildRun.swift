import ArgumentParser
import Foundation
import Storage
import Subprocess
import SystemPackage

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
        program = Bundle.main.executablePath ?? CommandLine.arguments[0]
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
}

/// A child process from start to end.
struct ChildRun: Sendable {
    let command: [String]
    /// The exit status, or as a shell has it 128 and the signal.
    let status: Int32
    /// Standard output's lines.
    let lines: [String]
    let errors: String

    private static var outputLimit: Int { 64 << 20 }

    /// Runs `command` with this process's environment, and `variables` set in it; a variable that is nil is removed.
    ///
    /// When the task is cancelled the child gets SIGTERM (which `mpirun` hands on), and SIGKILL five seconds later.
    ///
    /// - Throws: `Failure` where it cannot be started: `.missingInput` where there is no such program.
    static func run(_ command: [String], variables: [String: String?] = [:]) async throws -> ChildRun {
        let name = command[0]
        var options = PlatformOptions()
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(5))]
        let changes = variables.reduce(into: [Environment.Key: String?]()) {
            $0[Environment.Key(stringLiteral: $1.key)] = $1.value
        }
        do {
            let result = try await Subprocess.run(
                name.contains("/") ? .path(FilePath(name)) : .name(name),
                arguments: Arguments(Array(command.dropFirst())), environment: .inherit.updating(changes),
                platformOptions: options, output: .string(limit: outputLimit), error: .string(limit: outputLimit))
            try Task.checkCancellation()
            return ChildRun(
                command: command, status: code(result.terminationStatus),
                lines: result.standardOutput.split(separator: "\n").map(String.init),
                errors: result.standardError)
        } catch let error as SubprocessError {
            try Task.checkCancellation()
            guard error.code == .executableNotFound else { throw Failure(.inputOutput, "cannot run \(name): \(error)") }
            throw Failure(.missingInput, "there is no program \(name) on the PATH; it is needed for this command")
        }
    }

    /// Runs `frontprop` with `arguments` on fresh ranks.
    ///
    /// - Throws: also `.mpiSetup` where Open MPI refuses to run as root: the caller is to allow it, not this program.
    static func frontprop(
        _ arguments: [String], launcher: ChildLauncher, ranks: Int, threads: Int, variables: [String: String?] = [:]
    ) async throws -> ChildRun {
        let run = try await run(
            launcher.command(ranks: ranks, threads: threads, arguments: arguments), variables: variables)
        if run.status != 0, geteuid() == 0, run.errors.contains("attempt to run as root") {
            throw Failure(
                .mpiSetup,
                "\(run.command[0]) refuses to run as root; to allow it, set OMPI_ALLOW_RUN_AS_ROOT=1 and "
                    + "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 in the environment")
        }
        return run
    }

    /// The run, where it ended well.
    ///
    /// - Throws: `Failure` with the child's own exit status where it is one of ours, and what it said.
    func succeeded() throws -> ChildRun {
        guard status != 0 else { return self }
        let said = errors.split(separator: "\n").first { $0.hasPrefix("frontprop: ") }?.dropFirst("frontprop: ".count)
        let why = said.map(String.init) ?? errors.trimmingCharacters(in: .whitespacesAndNewlines)
        throw Failure(
            ExitStatus(rawValue: status) ?? .internalError,
            "\(command.joined(separator: " ")) ended with \(status): \(why.isEmpty ? "it said nothing" : why)")
    }

    /// Waits for `work`, on the calling thread; SIGINT and SIGTERM cancel it, and with it its children.
    ///
    /// - Throws: what `work` throws; an exit code of 128 and the signal where one came.
    static func wait<Value: Sendable>(for work: @escaping @Sendable () async throws -> Value) throws -> Value {
        let task = Task.detached { try await work() }
        let ended = Ended<Value>()
        Task.detached {
            ended.result = await task.result
            ended.semaphore.signal()
        }
        // A handler, for children would inherit that a signal is ignored; what it may do safely is to take note.
        caughtSignal = 0
        for number in [SIGINT, SIGTERM] { signal(number) { ChildRun.caughtSignal = $0 } }
        defer { for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) } }
        while ended.semaphore.wait(timeout: .now() + .milliseconds(100)) == .timedOut {
            if caughtSignal != 0 { task.cancel() }
        }
        if caughtSignal != 0 {
            Main.say("frontprop: stopped by a signal")
            throw ExitCode(128 + caughtSignal)
        }
        return try ended.result!.get()
    }

    nonisolated(unsafe) private static var caughtSignal: Int32 = 0

    /// Written before the semaphore is raised, read after.
    private final class Ended<Value: Sendable>: @unchecked Sendable {
        let semaphore = DispatchSemaphore(value: 0)
        var result: Result<Value, any Error>?
    }

    private static func code(_ status: TerminationStatus) -> Int32 {
        switch status {
        case .exited(let code): code
        case .signaled(let number): 128 + number
        }
    }
}
