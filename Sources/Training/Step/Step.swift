import Cluster
import Datasets
import Kernels
import MPI
import Networks

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
    /// What all workers know of the step's sum, as a row of `Maxima`.
    private let maxima: UnsafeMutablePointer<Int64>

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
        let capacity = (trainer.schedule.largestMinibatch + trainer.sliceCount - 1) / trainer.sliceCount
        engine = trainer.configuration.gradient.makeEngine(
            trainer.configuration.network, samples: trainer.dataset.train, capacity: capacity)
        scratch = .allocate(capacity: trainer.team.isAlone ? 0 : trainer.state.slotStride)
        maxima = .allocate(capacity: trainer.state.maxima.count)
        maxima.initialize(repeating: 0, count: trainer.state.maxima.count)
    }

    deinit {
        scratch.deallocate()
        maxima.deallocate()
    }

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
        /// A gradient, a sum or the loss was not finite.
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
        let isExact = trainer.sum.reduction == .exact
        let ended = isExact ? try updateExactly(gathered) : try updatePlainly(gathered)
        trainer.team.wait()
        _ = lap(.wait, since: ended)
        return isExact ? exactOutcome : plainOutcome
    }

    private func computeSlices(_ range: Range<Int>) {
        let row = state.maximaRow(worker.index)
        row.update(repeating: 0, count: state.maxima.count)
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
            if let scale = trainer.configuration.lossScale { multiply(slot, by: scale) }
            if trainer.sum.reduction == .exact { trainer.sum.note(slot: slot, in: row) }
        }
    }

    private func multiply(_ slot: Int, by scale: Double) {
        let gradient = state.slot(slot)
        for index in 0..<state.parameterCount { gradient[index] *= Scalar(scale) }
        state.losses[slot] *= scale
    }

    private func account(for samples: UnsafeBufferPointer<UInt32>) {
        var account = accounting
        for sample in samples { account.note(sample) }
        accounting = account
    }

    private var rate: Scalar { Scalar(trainer.configuration.learningRate) }
    private var momentum: Scalar { Scalar(trainer.configuration.momentum) }

    // MARK: The exact sum

    /// Agrees on the maxima, and where all are numbers adds up and takes the step.
    private func updateExactly(_ gathered: Double) throws -> Double {
        let agreed = try agreeOnMaxima(gathered)
        if let tensor = trainer.sum.firstNotFinite(maxima) {
            note(tensor == state.maxima.loss ? nil : state.tensors[tensor].lowerBound)
            return agreed
        }
        if worker.isTeamLeader { trainer.sum.exactLoss(maxima) }
        guard !trainer.team.isAlone else {
            note(trainer.sum.exactStep(parameters, maxima, rate: rate, momentum: momentum))
            return lap(.update, since: agreed)
        }
        trainer.sum.exactSum(parameters, maxima)
        let ready = try addTeams(since: agreed)
        note(trainer.sum.fromExact(parameters, maxima, into: scratch))
        momentumStep(with: scratch)
        return lap(.update, since: ready)
    }

    /// One team: each worker looks at all rows for itself. Several: their leaders do, and agree.
    private func agreeOnMaxima(_ start: Double) throws -> Double {
        let team = trainer.team
        guard !team.isAlone else {
            trainer.sum.gatherMaxima(workers: team.workerCount, into: maxima)
            return start
        }
        let row = state.maximaRow(team.workerCount)
        var agreed = start
        if worker.isTeamLeader {
            trainer.sum.gatherMaxima(workers: team.workerCount, into: row)
            try team.leaders.allReduce(
                inPlace: UnsafeMutableBufferPointer(start: row, count: state.maxima.count), operation: .max)
            agreed = lap(.allReduce, since: start)
        }
        team.wait()
        maxima.update(from: row, count: state.maxima.count)
        return lap(.wait, since: agreed)
    }

    private var exactOutcome: Outcome {
        Outcome(
            loss: trainer.sum.loss(maxima), diverged: trainer.sum.firstNotFinite(maxima) != nil || anyMisfit,
            stops: maxima[state.maxima.stops] > 0, fails: maxima[state.maxima.failures] > 0)
    }

    // MARK: The plain sum

    private func updatePlainly(_ gathered: Double) throws -> Double {
        guard !trainer.team.isAlone else {
            note(trainer.sum.plainStep(parameters, rate: rate, momentum: momentum))
            if worker.isTeamLeader { agree(misfits: 0) }
            return lap(.update, since: gathered)
        }
        note(trainer.sum.plainSum(parameters))
        let ready = try addTeams(since: gathered) { self.agree(misfits: self.anyMisfit ? 1 : 0) }
        momentumStep(with: state.sums)
        return lap(.update, since: ready)
    }

    /// Sets what goes with the sum: the loss, that something is not finite, and what ranks ask for.
    private func agree(misfits: Scalar) {
        let loss = (0..<state.slotCount).reduce(0.0) { $0 + state.losses[$1] }
        let requests = UnsafeBufferPointer(start: state.requests, count: trainer.team.workerCount)
        trainer.sum.agreed(.loss).pointee = loss.isFinite ? Scalar(loss) : 0
        trainer.sum.agreed(.misfits).pointee = loss.isFinite ? misfits : 1
        trainer.sum.agreed(.stops).pointee = requests.contains(Request.stop.rawValue) ? 1 : 0
        trainer.sum.agreed(.failures).pointee = requests.contains(Request.failure.rawValue) ? 1 : 0
    }

    private var plainOutcome: Outcome {
        func agreed(_ what: Agreement) -> Scalar { trainer.sum.agreed(what).pointee }
        return Outcome(
            loss: Double(agreed(.loss)), diverged: agreed(.misfits) > 0 || anyMisfit, stops: agreed(.stops) > 0,
            fails: agreed(.failures) > 0)
    }

    // MARK: What both need

    /// Several teams: after all of this team's workers have summed, the leaders add up the teams' sums.
    private func addTeams(since start: Double, preparing prepare: () -> Void = {}) throws -> Double {
        let added = lap(.sum, since: start)
        trainer.team.wait()
        var waited = lap(.wait, since: added)
        if worker.isTeamLeader {
            prepare()
            try trainer.sum.addTeams(trainer.team.leaders)
            waited = lap(.allReduce, since: waited)
        }
        trainer.team.wait()
        return lap(.wait, since: waited)
    }

    private func momentumStep(with gradient: UnsafePointer<Scalar>) {
        Scalar.momentumStep(
            gradient: gradient, range: parameters, rate: rate, momentum: momentum, velocity: state.velocity,
            weights: state.weights)
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
