import Datasets
import Kernels
import MPI
import NeuralNetwork

/// One worker's part of the distributed step.
final class Step<Scalar: Real & Datatype> {
    private let trainer: Trainer<Scalar>
    private let worker: Worker
    private let engine: any GradientEngine<Scalar>
    /// This worker's slices, of all; and its range of the parameters, within the team.
    private let slices: Range<Int>
    private let parameters: Range<Int>
    /// The gradient as numbers, where it comes from several teams; the kernels read past its end.
    private let scratch: UnsafeMutablePointer<Scalar>

    private var accounting = Accounting()
    private let trace: WorkerTrace?

    init(_ trainer: Trainer<Scalar>, _ worker: Worker) {
        self.trainer = trainer
        self.worker = worker
        trace = trainer.trace?.worker(worker)
        slices = worker.globalShare(of: trainer.sliceCount)
        // Whole cache lines, so that no two workers write to one.
        let lines = worker.share(of: (trainer.topology.parameterCount + 15) / 16)
        parameters = lines.lowerBound * 16..<min(lines.upperBound * 16, trainer.topology.parameterCount)
        let capacity = (trainer.configuration.batchSize + trainer.sliceCount - 1) / trainer.sliceCount
        engine = trainer.configuration.gradient.makeEngine(
            topology: trainer.topology, samples: trainer.dataset.train, capacity: capacity)
        scratch = .allocate(capacity: trainer.team.teamCount > 1 ? trainer.state.slotStride : 0)
    }

    deinit { scratch.deallocate() }

    private var state: SharedState<Scalar> { trainer.state }

    /// The order of the epoch's samples, drawn once per team.
    func beginEpoch(_ epoch: Int) {
        for phase in Phase.allCases { seconds(phase).pointee = 0 }
        accounting = Accounting()
        let start = now()
        if worker.isTeamLeader {
            trainer.schedule.permute(
                UnsafeMutableBufferPointer(start: state.permutation, count: trainer.schedule.sampleCount),
                epoch: epoch)
        }
        let drawn = lap(.compute, since: start)
        trainer.team.wait()
        _ = lap(.wait, since: drawn)
    }

    /// The samples of the epoch's first `count` minibatches.
    func accounting(ofFirst count: Int) -> Accounting {
        let end = count == 0 ? 0 : trainer.schedule.minibatch(count - 1).upperBound
        return .of(UnsafeBufferPointer(start: state.permutation, count: end))
    }

    /// Shows the team what this worker used in the epoch.
    func showAccount() { state.accounts[worker.index] = accounting }

    /// What a step came to; the same for every worker.
    struct Outcome {
        let loss: Double
        /// A gradient was not finite or did not fit.
        let diverged: Bool
        let stops: Bool
        let fails: Bool
    }

    /// Computes this worker's slices, and with all workers the sum and the update.
    ///
    /// `request` is what this rank asks for, of its first worker.
    func take(_ minibatch: Int, request: Request) throws -> Outcome {
        let range = trainer.schedule.minibatch(minibatch)
        let start = now()
        computeSlices(range)
        state.requests[worker.index] = request.rawValue
        let computed = lap(.compute, since: start)
        trainer.team.wait()
        let gathered = lap(.wait, since: computed)
        let ended = trainer.team.teamCount == 1 ? addAndUpdate(gathered) : try addAcrossTeams(gathered)
        trainer.team.wait()
        _ = lap(.wait, since: ended)
        return Outcome(
            loss: trainer.sum.agreedValue(.loss), diverged: trainer.sum.agreedValue(.misfits) > 0 || anyMisfit,
            stops: trainer.sum.agreedValue(.stops) > 0, fails: trainer.sum.agreedValue(.failures) > 0)
    }

    private func computeSlices(_ range: Range<Int>) {
        for slice in slices {
            let part = MinibatchSchedule.sliceRange(
                minibatchSize: range.count, slice: slice, sliceCount: trainer.sliceCount)
            let samples = UnsafeBufferPointer(
                start: state.permutation + range.lowerBound + part.lowerBound, count: part.count)
            account(for: samples)
            let slot = slice - trainer.teamSlices.lowerBound
            state.losses[slot] = engine.gradient(
                of: samples, minibatchSize: range.count, parameters: UnsafePointer(state.weights),
                into: state.slot(slot))
        }
    }

    private func account(for samples: UnsafeBufferPointer<UInt32>) {
        var account = accounting
        for sample in samples { account.note(sample) }
        accounting = account
    }

    private var rate: Scalar { Scalar(trainer.configuration.learningRate) }
    private var momentum: Scalar { Scalar(trainer.configuration.momentum) }

    /// One team: what a worker sums it updates at once.
    private func addAndUpdate(_ start: Double) -> Double {
        note(trainer.sum.step(parameters, rate: rate, momentum: momentum))
        if worker.isTeamLeader { agree(misfits: 0) }
        return lap(.update, since: start)
    }

    /// Several teams: the leaders add up the teams' sums before anyone updates.
    private func addAcrossTeams(_ start: Double) throws -> Double {
        note(trainer.sum.addSlots(parameters))
        let added = lap(.sum, since: start)
        trainer.team.wait()
        var waited = lap(.wait, since: added)
        if worker.isTeamLeader {
            agree(misfits: anyMisfit ? 1 : 0)
            try trainer.sum.addTeams(trainer.team.leaders!)
            waited = lap(.allReduce, since: waited)
        }
        trainer.team.wait()
        let ready = lap(.wait, since: waited)
        Scalar.momentumStep(
            gradient: trainer.sum.gradient(parameters, scratch: scratch), range: parameters, rate: rate,
            momentum: momentum, velocity: state.velocity, weights: state.weights)
        return lap(.update, since: ready)
    }

    /// Sets what goes with the sum: the loss, that something did not fit, and what ranks ask for.
    private func agree(misfits: Double) {
        let loss = (0..<state.slotCount).reduce(0.0) { $0 + state.losses[$1] }
        trainer.sum.set(.loss, loss.isFinite ? loss : 0)
        trainer.sum.set(.misfits, loss.isFinite ? misfits : 1)
        let requests = UnsafeBufferPointer(start: state.requests, count: trainer.team.workerCount)
        trainer.sum.set(.stops, requests.contains(Request.stop.rawValue) ? 1 : 0)
        trainer.sum.set(.failures, requests.contains(Request.failure.rawValue) ? 1 : 0)
    }

    /// Whether the weights are still numbers: a finite step can take them beyond the largest. The same for every worker.
    func weightsAreFinite() -> Bool {
        // First all must have read what became of the last step: it stands where this is noted.
        trainer.team.wait()
        note(parameters.first { !state.weights[$0].isFinite })
        trainer.team.wait()
        return !anyMisfit
    }

    private func note(_ misfit: Int?) { state.misfits[worker.index] = misfit.map(Int64.init) ?? -1 }

    private var anyMisfit: Bool { (0..<trainer.team.workerCount).contains { state.misfits[$0] >= 0 } }

    // MARK: Time

    private func seconds(_ phase: Phase) -> UnsafeMutablePointer<Double> {
        state.seconds + worker.index * Phase.allCases.count + phase.rawValue
    }

    private func lap(_ kind: Span.Kind, since start: Double) -> Double {
        let end = now()
        seconds(kind.phase).pointee += end - start
        trace?.add(kind, from: start, to: end)
        return end
    }

    /// A sample that is used once more than it should: see `FaultInjection`.
    func repeatSample() { accounting.note(0) }
}
