import Foundation
import Testing

@testable import MPI

/// MPI as this process was started, shared by all tests: it can be initialised only once.
///
/// The tests of a serialized suite run on any thread, one after the other.
let environment: Result<MPI.Environment, any Error> = {
    let result = Result { try Environment.start(threadLevel: .serialized) }
    // A rank that ends without it would fail the job.
    atexit { try? environment.get().finalize() }
    return result
}()

var world: Communicator {
    get throws { try environment.get().world }
}

/// True where a launcher started this process.
let isLaunched = Launcher(variables: ProcessInfo.processInfo.environment) != nil

/// The tests that call MPI.
///
/// Serialized, so that they run in the order of their source, the same on every rank. Each makes all of its collective
/// calls before it expects anything: a rank that stopped early would leave the others waiting.
@Suite(.serialized)
struct CollectiveTests {}
