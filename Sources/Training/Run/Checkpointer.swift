import Cluster
import Foundation
import Kernels
import Networks
import Resources
import Storage
import Synchronization

/// Writes the checkpoints of a run on a thread of its own, while the workers go on; one at a time. For the first rank.
final class Checkpointer: Sendable {
    private let folder: RunFolder
    private let topology: Topology
    private let writer = ThreadPool(wanted: 1)
    private let trace: WorkerTrace?

    /// What became of those that were written.
    private struct Outcome {
        var failure: Failure?
        var newest: String?
        var events: [CheckpointEvent] = []
    }

    private let outcome = Mutex(Outcome())
    /// Whether there is a failure: asked after every step, in which there is no lock.
    private let hasFailed = Atomic(false)

    init(_ folder: RunFolder, topology: Topology, trace: WorkerTrace? = nil) {
        self.folder = folder
        self.topology = topology
        self.trace = trace
    }

    /// Why a checkpoint could not be written, if one could not.
    var failure: Failure? { hasFailed.load(ordering: .relaxed) ? outcome.withLock { $0.failure } : nil }

    /// The path of the last checkpoint on disk.
    var newest: String? { outcome.withLock { $0.newest } }

    /// Copies the state, and returns; it is on disk some time after. Waits for the one before.
    ///
    /// - Parameter networks: each a network's worth of numbers, with what its tensors' names begin with.
    func save<Scalar: Real>(_ networks: [(prefix: String, parameters: UnsafePointer<Scalar>)], state: TrainingState) {
        writer.wait()
        let copies = networks.map { network in
            (network.prefix, Array(UnsafeBufferPointer(start: network.parameters, count: topology.parameterCount)))
        }
        guard writer.count > 0 else { return write(copies, state) }
        writer.start { _ in self.write(copies, state) }
    }

    /// Returns when the last checkpoint is on disk. - Throws: why it is not.
    func finish() throws {
        writer.wait()
        if let failure { throw failure }
        guard let newest else { return }
        try folder.requireInPlace()
        if access(newest, F_OK) != 0 {
            throw Failure(.cannotWrite, "the checkpoint \(newest) was removed; the run is not saved")
        }
    }

    /// The checkpoints written since the last call.
    func takeEvents() -> [CheckpointEvent] {
        outcome.withLock { outcome in
            defer { outcome.events = [] }
            return outcome.events
        }
    }

    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    private func write<Scalar: Real>(_ networks: [(prefix: String, parameters: [Scalar])], _ state: TrainingState) {
        // A run that diverges ends soon; what it came to must not replace what was good.
        guard networks.allSatisfy({ $0.parameters.allSatisfy(\.isFinite) }) else { return }
        let started = now()
        let result = Result {
            let tensors = networks.flatMap { network in
                network.parameters.withUnsafeBufferPointer {
                    WeightsFile.tensors($0.baseAddress!, of: topology, prefix: network.prefix)
                }
            }
            try folder.requireInPlace()
            return try folder.checkpoints.save(
                CheckpointFile(state: state, tensors: tensors), epoch: state.position.epoch - 1,
                step: state.position.step)
        }
        trace?.add(.checkpoint, from: started, to: now())
        outcome.withLock { outcome in
            switch result {
            case .success(let path):
                outcome.newest = path
                outcome.events.append(
                    CheckpointEvent(
                        epoch: state.position.epoch, step: state.position.step, seconds: now() - started, path: path))
            case .failure(let error):
                outcome.failure = Failure(of: error)
                hasFailed.store(true, ordering: .relaxed)
            }
        }
    }
}
