import Foundation

/// The exit codes that users and batch scripts rely on (BSD's `sysexits.h`, and two of our own).
public enum ExitStatus: Int32, Sendable {
    case success = 0
    /// A check found that something is not as it should be.
    case difference = 1
    /// The command line asks for something that does not exist or contradicts itself.
    case usage = 64
    /// A file is there but does not hold what it should.
    case badData = 65
    /// A file that is needed is not there.
    case missingInput = 66
    /// A mistake of this program's own.
    case internalError = 70
    /// An output cannot be created.
    case cannotWrite = 73
    /// Reading or writing failed half-way: disk full, device gone.
    case inputOutput = 74
    /// Stopped by a signal after a checkpoint; the run can be resumed.
    case interrupted = 75
    /// MPI is not what the launcher says it is.
    case mpiSetup = 76
    /// A gradient, a loss or a weight is not finite.
    case diverged = 77
}

/// What ends a command: the exit code, and one message that names the file and what was expected.
public struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
    public let status: ExitStatus
    public let message: String

    public init(_ status: ExitStatus, _ message: String) {
        self.status = status
        self.message = message
    }

    public var description: String { message }
}

extension Failure {
    /// An error as a failure: what is none is a mistake of this program's own, in the error's words.
    public init(of error: any Error) {
        self = (error as? Failure) ?? Failure(.internalError, "\(error)")
    }

    /// What the system refused: `what` could not be done, for the reason that the error's number `code` stands for.
    ///
    /// Where memory or descriptors have run out, that is what is wrong, and not the file: `.internalError` takes the place of
    /// `status`.
    public init(_ status: ExitStatus, _ what: String, errno code: Int32) {
        let isShortage = [ENOMEM, EMFILE, ENFILE].contains(code)
        self.init(isShortage ? .internalError : status, "\(what): \(String(cString: strerror(code)))")
    }
}
