import CSignals
import Foundation
import MPI
import Storage

/// SIGTERM, SIGINT and SIGUSR1: a request to finish the step, save, and end with 75. A second one ends the process.
enum StopSignals {
    static func watch() { cs_watch_stop_signals() }

    /// The name of the signal that came to this rank, if one did.
    static var received: String? {
        switch cs_stop_signal() {
        case 0: nil
        case SIGTERM: "SIGTERM"
        case SIGINT: "SIGINT"
        case SIGUSR1: "SIGUSR1"
        case let number: "signal \(number)"
        }
    }
}

extension Processes {
    /// From now on a crash of this rank is one line that names it, and ends the job with 70.
    public func reportCrashes() {
        cs_report_crashes(
            "frontprop: rank \(world.rank) on \(Environment.hostName): ", ExitStatus.internalError.rawValue)
    }
}
