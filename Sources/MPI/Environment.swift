import CProcess
import Foundation

/// The processes that run this program together, from start to finish.
public final class Environment: Sendable {
    /// All processes of the run.
    public let world: Communicator

    /// A launcher started this process, and MPI is in use.
    public let isLaunched: Bool

    private init(world: Communicator, isLaunched: Bool) {
        self.world = world
        self.isLaunched = isLaunched
    }

    /// Finds out how the program was started, and joins the other processes.
    ///
    /// A process that no launcher started is a world of one, and makes no call of MPI: nothing is initialised.
    /// Call it once, on the thread that will call MPI.
    ///
    /// - Parameter failureStatus: the code that the process ends with, after one message, where MPI ends it because it
    ///   cannot be initialised; nil leaves that to MPI.
    /// - Throws: `LaunchMismatch` where a launcher started several processes and MPI sees one; `MPIError` where MPI
    ///   fails or gives less than `threadLevel`.
    public static func start(
        threadLevel: ThreadLevel = .funneled, failureStatus: Int32? = nil
    ) throws -> Environment {
        starter = pthread_self()
        guard let launcher = Launcher(variables: ProcessInfo.processInfo.environment) else {
            return Environment(world: Communicator(nil), isLaunched: false)
        }
        let messages = try withExit(failureStatus, launcher) { try Library.start(threadLevel: threadLevel) }
        let environment = Environment(world: Communicator(messages), isLaunched: messages != nil)
        if launcher.size > 1, environment.world.size == 1 {
            try environment.finalize()
            throw LaunchMismatch(launcher: launcher, library: libraryVersion)
        }
        return environment
    }

    /// Calls `body`; where MPI ends the process meanwhile, it ends with `status` and names both sides.
    private static func withExit<Value>(
        _ status: Int32?, _ launcher: Launcher, _ body: () throws -> Value
    ) rethrows -> Value {
        guard let status else { return try body() }
        let message =
            "frontprop: a process of \(launcher) on \(hostName) cannot join the others by the MPI linked, whose own words "
            + "are above: \(libraryVersion); start one program of MPI in each rank, by the mpirun that belongs to it\n"
        return try message.withCString { text in
            cp_replace_exit(text, status)
            defer { cp_replace_exit(nil, 0) }
            return try body()
        }
    }

    /// The MPI library that is linked, as it names itself; says so where the program was built without one.
    public static var libraryVersion: String { Library.version }

    /// The program is linked with an MPI, and can run on several ranks.
    public static var isMPILinked: Bool { Library.launcher != nil }

    /// The name of the host that this process runs on.
    public static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "unknown host" }
        return name.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }

    /// Ends MPI, on every rank; none of its objects may be used afterwards. Does nothing in a world without MPI.
    ///
    /// A process that ends without it, or without `abort`, fails the job.
    public func finalize() throws {
        if isLaunched { try Library.finalize() }
    }

    /// The ranks are simulated by SimGrid's SMPI: `seconds` is the time that the simulated machine would have taken.
    public static var isSimulated: Bool { Library.isSimulated }

    /// Seconds of a clock that only goes forward; between ranks its zeros differ.
    public static var seconds: Double {
        // A rank's other threads are not simulated; the simulated clock is not theirs to ask.
        isSimulated && pthread_self() != starter ? realSeconds : Library.seconds
    }

    static var realSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// The thread that called `start`.
    nonisolated(unsafe) private static var starter = pthread_self()

    /// Ends MPI and this process.
    public func exit(status: Int32) -> Never {
        try? finalize()
        Library.exit(status: status)
    }
}
