import CSignals
import MPI

/// What this process does when it is told to stop, and when it crashes. All of it is in force from a program's first
/// moment where that contains `CStart`; the library by itself leaves signals alone.
public enum StopSignals {
    /// Calls `body`; a request to stop that comes meanwhile waits for its end, for half a second at the most.
    ///
    /// For the start of MPI: a rank that ends while it greets its launcher makes Open MPI's `mpirun` wait for ever, for a
    /// lock that its greeter was to release.
    public static func hold<Value>(during body: () throws -> Value) rethrows -> Value {
        cs_hold_stop_signals()
        defer { cs_release_stop_signals() }
        return try body()
    }

    /// How messages call this process, now that its rank is known; and takes the signals back from MPI.
    public static func name(_ environment: Environment) {
        cs_set_name("rank \(environment.world.rank) on \(Environment.hostName)")
        cs_take_signals()
    }

    /// From now on SIGTERM, SIGINT, SIGUSR1, SIGHUP and SIGXCPU are requests to finish the step, save, and end with 75;
    /// before, they end the process at once with 75. One that comes half a second after the last ends it, too.
    public static func note() { cs_note_stop_signals() }

    /// The name of the signal that came to this rank, if one did.
    public static var received: String? {
        let number = cs_stop_signal()
        return number == 0 ? nil : String(cString: cs_signal_name(number))
    }
}
