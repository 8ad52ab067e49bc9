import Cluster
import Kernels
import Storage

/// How a run ends, as far as a rank knows.
enum RunEnding {
    case done
    /// A signal came to some rank; the run is saved as it was at this place.
    case stopped(place: String)
    /// A gradient, a loss or a weight is not finite: which, or nil where only another rank knows.
    case diverged(Failure?)
    /// Something went wrong on this rank.
    case failed(Failure)

    /// Of two ways to end the graver counts.
    fileprivate var gravity: Int {
        switch self {
        case .done: 0
        case .stopped: 1
        case .diverged: 2
        case .failed: 3
        }
    }
}

/// Owns how a run ends, what is recorded of it and its checkpoints; the same for every way to train.
///
/// Each rank has one, for its own thread, the one that calls MPI.
final class RunControl {
    private let processes: Processes
    private let surroundings: RunSurroundings
    /// The first rank's, where the run is written.
    private var folder: RunFolder?
    private var checkpointer: Checkpointer?
    private(set) var ending = RunEnding.done
    private var savedAt = now()
    /// The name of the signal that came to this rank, if one did.
    private let signal: () -> String?

    init(
        processes: Processes, surroundings: RunSurroundings, signal: @escaping () -> String? = { StopSignals.received }
    ) {
        self.processes = processes
        self.surroundings = surroundings
        self.signal = signal
    }

    /// From here on the run is recorded in `folder`, and saved there. For the first rank.
    func open(_ folder: RunFolder, _ checkpointer: Checkpointer) {
        self.folder = folder
        self.checkpointer = checkpointer
    }

    /// Before the workers start. Collective.
    ///
    /// - Throws: `.interrupted`, on every rank, where a signal came to one already.
    func begin() throws {
        try processes.agree {
            guard let signal = signal() else { return }
            throw Failure(.interrupted, "stopped by \(signal) before the first step; nothing to save")
        }
    }

    // MARK: While workers train

    /// What this rank asks of all.
    var request: Request {
        if let failure = checkpointer?.failure { end(.failed(failure)) }
        if case .failed = ending { return .failure }
        return signal() == nil ? .none : .stop
    }

    /// Notes a way to end; the first of those as grave stands.
    func end(_ other: RunEnding) {
        if other.gravity > ending.gravity { ending = other }
    }

    /// Ends the run at `place`, which all ranks have come to, as a signal asks; what goes wrong comes first.
    ///
    /// - Parameter save: saves the run as it is there.
    func stop(at place: String, save: () -> Void) {
        end(.stopped(place: place))
        if case .stopped = ending { save() }
    }

    /// Runs `body`, whose failure ends the run.
    func attempt(_ body: () throws -> Void) {
        do { try body() } catch { end(.failed(Failure(of: error))) }
    }

    /// Saves the run, where it is saved; see `Checkpointer.save`.
    func save<Scalar: Real>(_ networks: [(prefix: String, parameters: UnsafePointer<Scalar>)], state: TrainingState) {
        checkpointer?.save(networks, state: state)
        savedAt = now()
    }

    /// Since the run was last saved, or began.
    var secondsSinceSave: Double { now() - savedAt }

    /// Records an event, and tells it; then what was saved meanwhile. For the first rank.
    func report(_ event: Event) throws {
        try folder?.record(event)
        try surroundings.report(event)
        for event in checkpointer?.takeEvents() ?? [] { try report(.checkpoint(event)) }
    }

    // MARK: After all workers have ended

    /// Agrees on how the run ended. Collective.
    ///
    /// - Throws: the same on every rank, unless the run is done: `.interrupted` when a signal came and the run is saved.
    func settle() throws {
        try processes.agree {
            let saved = Result { try finishSaving() }
            switch ending {
            case .failed(let failure): throw failure
            case .diverged(let found?): throw Failure(.diverged, found.message + lastGood)
            case .diverged(nil): return
            case .stopped, .done: try saved.get()
            }
        }
        // What a rank knew best is out of the way.
        try processes.agree {
            switch ending {
            case .diverged: throw Failure(.diverged, "training diverged: the loss is not finite\(lastGood)")
            case .stopped(let place):
                guard let signal = signal() else { return }
                throw Failure(
                    .interrupted, "stopped by \(signal) \(place); the run is saved, --resume goes on with it")
            case .failed, .done: return
            }
        }
    }

    private func finishSaving() throws {
        try checkpointer?.finish()
        for event in checkpointer?.takeEvents() ?? [] { try report(.checkpoint(event)) }
    }

    private var lastGood: String { checkpointer?.newest.map { "; the last good checkpoint is \($0)" } ?? "" }
}
