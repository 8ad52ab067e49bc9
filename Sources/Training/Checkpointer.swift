import Foundation
import Kernels
import NeuralNetwork
import Storage

/// Writes the checkpoints of a run on a thread of its own, while the workers go on; one at a time. For the first rank.
final class Checkpointer<Scalar: Real>: @unchecked Sendable {
    private let folder: CheckpointFolder
    private let topology: Topology
    private let queue = DispatchQueue(label: "checkpoints")
    /// Held while a checkpoint is being written.
    private let busy = DispatchGroup()
    private let lock = NSLock()
    private var failed: Failure?
    private var written: [CheckpointEvent] = []
    private let trace: WorkerTrace?

    init(_ folder: CheckpointFolder, topology: Topology, trace: WorkerTrace?) {
        self.folder = folder
        self.topology = topology
        self.trace = trace
    }

    /// Why the last checkpoint could not be written, if it could not.
    var failure: Failure? { lock.withLock { failed } }

    /// The path of the last checkpoint on disk.
    private(set) var newest: String?

    /// Copies the state, and returns; it is on disk some time after. Waits for the one before.
    func save(weights: UnsafePointer<Scalar>, velocity: UnsafePointer<Scalar>, state: TrainingState) {
        busy.wait()
        let weights = Array(UnsafeBufferPointer(start: weights, count: topology.parameterCount))
        let velocity = Array(UnsafeBufferPointer(start: velocity, count: topology.parameterCount))
        busy.enter()
        queue.async {
            self.write(weights, velocity, state)
            self.busy.leave()
        }
    }

    /// Returns when the last checkpoint is on disk. - Throws: why it is not.
    func finish() throws {
        busy.wait()
        if let failure { throw failure }
    }

    /// The checkpoints written since the last call.
    func takeEvents() -> [CheckpointEvent] {
        lock.withLock {
            defer { written = [] }
            return written
        }
    }

    private func write(_ weights: [Scalar], _ velocity: [Scalar], _ state: TrainingState) {
        // A run that diverges ends soon; what it came to must not replace what was good.
        guard weights.allSatisfy(\.isFinite), velocity.allSatisfy(\.isFinite) else { return }
        let started = now()
        let result = Result {
            let tensors = weights.withUnsafeBufferPointer { weights in
                velocity.withUnsafeBufferPointer { velocity in
                    WeightsFile.tensors(weights.baseAddress!, of: topology)
                        + WeightsFile.tensors(velocity.baseAddress!, of: topology, prefix: WeightsFile.velocityPrefix)
                }
            }
            return try folder.save(
                CheckpointFile(state: state, tensors: tensors), epoch: state.position.epoch - 1,
                step: state.position.step)
        }
        trace?.add(.checkpoint, from: started, to: now())
        lock.withLock {
            switch result {
            case .success(let path):
                newest = path
                written.append(
                    CheckpointEvent(
                        epoch: state.position.epoch, step: state.position.step, seconds: now() - started, path: path))
            case .failure(let error):
                failed = (error as? Failure) ?? Failure(.internalError, "\(error)")
            }
        }
    }
}
