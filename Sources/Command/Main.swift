import ArgumentParser
import ChildProcesses
import Foundation
import MPI
import Storage
import Training

/// Starts MPI, runs the command, and ends every rank with the same exit code; only the first rank speaks.
@main
enum Main {
    static func main() {
        signal(SIGPIPE, SIG_IGN)
        let environment: Environment
        do {
            environment = try Environment.start(failureStatus: ExitStatus.mpiSetup.rawValue)
        } catch {
            say("frontprop: \(error)")
            exit(ExitStatus.mpiSetup.rawValue)
        }
        Session.environment = environment
        let status = run(isFirst: environment.world.rank == 0)
        fflush(nil)
        environment.exit(status: status)
    }

    private static func run(isFirst: Bool) -> Int32 {
        do {
            try Session.environment.requireSameProgram()
            try CommandNames.check(CommandLine.arguments.dropFirst(), root: Frontprop.self)
            var command = try Frontprop.parseAsRoot()
            try command.run()
            return 0
        } catch let failure as Failure {
            if isFirst { say("frontprop: \(failure.message)") }
            return failure.status.rawValue
        } catch let error where error is MPIError || error is SharedMemoryError {
            // Other ranks may be waiting for this one.
            say("frontprop: rank \(Session.environment.world.rank) on \(Environment.hostName): \(error)")
            Session.environment.abort(status: ExitStatus.internalError.rawValue)
        } catch is ChildProcess.Stopped {
            say("frontprop: stopped by a signal; what was finished is written")
            return ExitStatus.interrupted.rawValue
        } catch {
            let code = Frontprop.exitCode(for: error)
            let text = Frontprop.fullMessage(for: error)
            if isFirst && !text.isEmpty {
                if code.isSuccess { print(text) } else { say(text) }
            }
            return code.rawValue
        }
    }

    /// One line on standard error.
    static func say(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}

/// What `main` started, for the commands.
enum Session {
    nonisolated(unsafe) static var environment: Environment!
}

struct Frontprop: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "frontprop",
        abstract: "Train dense networks on many CPUs, with the same bits on any number of ranks and threads.",
        version: frontpropVersion,
        subcommands: [
            Train.self, Evaluate.self, Predict.self, Reproduce.self, GradientCheckCommand.self, JacobianCommand.self,
            Bench.self,
            ScalingCommand.self, ReportCommand.self, DataCommand.self, CommunicationCommand.self,
        ])
}
