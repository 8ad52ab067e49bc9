import ArgumentParser
import Cluster
import Foundation
import MPI
import Storage
import Training

/// Starts MPI, runs the command, and ends every rank with the same exit code; only the first rank speaks.
@main
enum Main {
    static func main() {
        let environment: Environment
        do {
            environment = try Environment.start(failureStatus: ExitStatus.mpiSetup.rawValue)
        } catch {
            Console.say("frontprop: \(error)")
            exit(ExitStatus.mpiSetup.rawValue)
        }
        Session.environment = environment
        StopSignals.name(environment)
        environment.exit(status: run(isFirst: environment.world.rank == 0))
    }

    private static func run(isFirst: Bool) -> Int32 {
        let result = Result { try perform(isFirst: isFirst) }
        // From here on a signal changes nothing: a launcher whose first rank has ended ends the others by one.
        StopSignals.note()
        do {
            let status = try result.get()
            if isFirst { try Console.finish() }
            return status
        } catch let failure as Failure {
            if isFirst { Console.say("frontprop: \(failure.message)") }
            return failure.status.rawValue
        } catch {
            // Other ranks may be waiting for this one.
            Console.say("frontprop: rank \(Session.environment.world.rank) on \(Environment.hostName): \(error)")
            Session.environment.abort(status: ExitStatus.internalError.rawValue)
        }
    }

    /// Runs the command, and says what the parser has to say: help, or what is wrong with the arguments.
    ///
    /// - Returns: the exit code. - Throws: what is not the parser's.
    private static func perform(isFirst: Bool) throws -> Int32 {
        try Session.environment.requireSameProgram()
        try checkArguments()
        try CommandNames.check(CommandLine.arguments.dropFirst(), root: Frontprop.self)
        do {
            var command = try Frontprop.parseAsRoot()
            try command.run()
            return 0
        } catch {
            let code = Frontprop.exitCode(for: error)
            // The parser's name for what it does not know.
            if code == .failure && !(error is ExitCode) { throw error }
            let text = Frontprop.fullMessage(for: error)
            if isFirst && !text.isEmpty {
                if code.isSuccess { try Console.print(text) } else { Console.say(text) }
            }
            return code.rawValue
        }
    }

    /// Arguments become texts, and paths among them paths again: only UTF-8 comes through that as it was.
    private static func checkArguments() throws {
        let arguments = UnsafeBufferPointer(start: CommandLine.unsafeArgv, count: Int(CommandLine.argc)).dropFirst()
        for (index, bytes) in zip(1..., arguments) {
            guard let bytes, String(validatingCString: bytes) == nil else { continue }
            throw Failure(.usage, "argument \(index) is not UTF-8: '\(CommandLine.arguments[index])'; paths must be")
        }
    }
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
