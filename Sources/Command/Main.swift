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
            environment = try StopSignals.hold {
                try Environment.start(failureStatus: ExitStatus.mpiSetup.rawValue)
            }
        } catch {
            Console.say("frontprop: \(error)")
            exit(ExitStatus.mpiSetup.rawValue)
        }
        StopSignals.name(environment)
        environment.exit(status: run(in: environment))
    }

    private static func run(in environment: Environment) -> Int32 {
        let isFirst = environment.world.rank == 0
        let result = Result { try perform(in: environment) }
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
            Console.say("frontprop: rank \(environment.world.rank) on \(Environment.hostName): \(error)")
            environment.world.abort(status: ExitStatus.internalError.rawValue)
        }
    }

    /// Runs the command, and says what the parser has to say: help, or what is wrong with the arguments.
    ///
    /// - Returns: the exit code. - Throws: what is not the parser's.
    private static func perform(in environment: Environment) throws -> Int32 {
        let arguments = Array(CommandLine.arguments.dropFirst())
        try environment.requireSameProgram(arguments: arguments)
        try checkArguments()
        let named = try CommandNames.check(arguments, root: Program.self)
        do {
            var command = try Program.parseAsRoot(arguments)
            if let command = command as? any ProgramCommand {
                try command.run(in: environment)
            } else {
                try command.run()
            }
            return 0
        } catch {
            let code = Program.exitCode(for: error)
            // The parser's name for what it does not know.
            if code == .failure && !(error is ExitCode) { throw error }
            let text = Program.fullMessage(for: error)
            if environment.world.rank == 0 && !text.isEmpty {
                if code.isSuccess {
                    try Console.print(ParserText.help(text, of: named))
                } else {
                    Console.say(ParserText.message(text))
                }
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

/// A command of the program, which is told where it runs.
protocol ProgramCommand: ParsableCommand {
    /// Does what it was asked for, on this process or with all ranks of the environment.
    func run(in environment: Environment) throws
}

/// A command that has no use for more ranks than one.
protocol FirstRankCommand: ProgramCommand {
    /// Does what it was asked for, on the first rank.
    func runOnFirstRank() throws
}

extension FirstRankCommand {
    func run(in environment: Environment) throws {
        if environment.world.rank == 0 { try runOnFirstRank() }
    }
}

/// What is called `frontprop`.
struct Program: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "frontprop",
        abstract: "Train dense networks on many CPUs, with the same bits on any number of ranks and threads.",
        version: frontpropVersion,
        subcommands: [
            Train.self, Evaluate.self, Predict.self, Reproduce.self, GradientCheckCommand.self, JacobianCommand.self,
            ImportanceCommand.self, Bench.self, ScalingCommand.self, ReportCommand.self, DataCommand.self,
            CommunicationCommand.self,
        ])
}
