import Cluster
import Datasets
import Kernels
import MPI
import Networks

/// What the steps of a team's workers have in common.
struct StepPlan<Scalar: Real & Datatype> {
    let team: Team
    /// That minibatches are of.
    let samples: Samples
    let schedule: MinibatchSchedule
    let slicing: Slicing
    let sum: GradientSum<Scalar>
    /// What losses and gradients are multiplied by, if by anything.
    var lossScale: Double?

    var state: SharedState<Scalar> { sum.state }
    /// Samples of the largest slice.
    var sliceCapacity: Int { slicing.largest(ofBatch: schedule.largestMinibatch) }
}

/// One worker's part of the gradient of some samples: slices of them, and its range of what all slices add up to.
final class GradientPass<Scalar: Real & Datatype> {
    let plan: StepPlan<Scalar>
    let team: Team
    let state: SharedState<Scalar>
    let sum: GradientSum<Scalar>
    let worker: Worker
    let clock: WorkerClock
    private let engine: any GradientEngine<Scalar>
    private var work: SharedWork
    /// This worker's range of the parameters, within the team.
    let parameters: Range<Int>
    /// What all workers know of the sum, as a row of `Maxima`.
    let maxima: UnsafeMutablePointer<Int64>
    /// For rows of W⁰'s gradient.
    let inputRows: UnsafeMutablePointer<Scalar>
    /// The epoch under way, from 1.
    private(set) var epoch = 1
    private var accounting = Accounting()

    /// - Parameters:
    ///   - engine: this worker's own, of the plan's `sliceCapacity`.
    ///   - block: parameters that no two workers may share, beside those of a cache line.
    init(
        _ plan: StepPlan<Scalar>, _ worker: Worker, engine: any GradientEngine<Scalar>, block: Int = 16,
        trace: WorkerTrace? = nil
    ) {
        self.plan = plan
        (team, state, sum) = (plan.team, plan.state, plan.sum)
        self.worker = worker
        self.engine = engine
        clock = WorkerClock(state.seconds + worker.index * Phase.allCases.count, trace)
        work = SharedWork(state.taken, worker)
        // Whole cache lines, so that no two workers write to one.
        let units = worker.share(of: (state.parameterCount + block - 1) / block)
        parameters = units.lowerBound * block..<min(units.upperBound * block, state.parameterCount)
        inputRows = .allocate(capacity: state.inputSlices.map(Scalar.inputRowsScratch) ?? 0)
        maxima = .allocate(capacity: state.maxima.count)
        maxima.initialize(repeating: 0, count: state.maxima.count)
    }

    deinit {
        inputRows.deallocate()
        maxima.deallocate()
    }

    // MARK: An epoch

    /// The order of the epoch's samples, drawn once per team.
    func beginEpoch(_ epoch: Int) {
        self.epoch = epoch
        clock.reset()
        accounting = Accounting()
        let start = now()
        if worker.isTeamLeader {
            plan.schedule.permute(
                UnsafeMutableBufferPointer(start: state.permutation, count: plan.schedule.sampleCount), epoch: epoch)
        }
        _ = wait(after: .compute, since: start)
    }

    /// Waits for the team after some work.
    ///
    /// - Returns: when all were there.
    func wait(after kind: Span.Kind, since start: Double) -> Double {
        let done = clock.lap(kind, since: start)
        team.wait()
        return clock.lap(.wait, since: done)
    }

    /// The samples of the epoch's first `count` minibatches.
    func accounting(ofFirst count: Int) -> Accounting {
        let end = count == 0 ? 0 : plan.schedule.minibatch(count - 1).upperBound
        return .of(UnsafeBufferPointer(start: state.permutation, count: end))
    }

    /// Shows the team what this worker used in the epoch.
    func showAccount() { state.accounts[worker.index] = accounting }

    func account(for samples: UnsafeBufferPointer<UInt32>) {
        var account = accounting
        for sample in samples { account.note(sample) }
        accounting = account
    }

    /// A sample that is used once more than it should: see `FaultInjection`.
    func repeatSample() { accounting.note(0) }

    // MARK: Slices

    /// A minibatch of the epoch.
    func minibatch(_ index: Int) -> MinibatchSamples {
        let range = plan.schedule.minibatch(index)
        let samples = UnsafeBufferPointer(
            start: UnsafePointer(state.permutation + range.lowerBound), count: range.count)
        return MinibatchSamples(
            samples: samples,
            minibatch: Minibatch(
                size: samples.count, meanWeight: plan.samples.meanWeight(of: samples),
                step: (epoch - 1) * plan.schedule.minibatchCount + index + 1))
    }

    /// Computes the gradients of the slices of a minibatch that this worker takes.
    func computeGradients(of all: MinibatchSamples, at weights: UnsafePointer<Scalar>, counts: Bool) {
        computeSlices(of: all.samples) { samples, slot in
            if counts { account(for: samples) }
            engine.inputSlice = state.inputSlices?[slot]
            state.losses[slot] = engine.gradient(
                of: samples, in: all.minibatch, parameters: weights, into: state.slot(slot))
            if let scale = plan.lossScale { multiply(slot, by: scale) }
        }
    }

    /// Calls `body` for each slice of some samples that this worker takes, with the slot that it is to fill, and notes what is
    /// largest there. All wait for each other before the next.
    func computeSlices(
        of all: UnsafeBufferPointer<UInt32>, _ body: (_ samples: UnsafeBufferPointer<UInt32>, _ slot: Int) -> Void
    ) {
        let row = state.maximaRow(worker.index)
        row.update(repeating: 0, count: state.maxima.count)
        let ofTeam = plan.slicing.ofTeam, own = worker.share(of: ofTeam.count)
        forEach(of: 0..<ofTeam.count) { slot in
            let slice = ofTeam.lowerBound + slot
            // The cache is asked for those that come next.
            if own.contains(slot + 1) { plan.samples.inputs.prefetch(part(slice + 1, of: all)) }
            body(part(slice, of: all), slot)
            if sum.reduction == .exact { sum.note(slot: slot, in: row) }
        }
    }

    /// Calls `body` for each thing that this worker takes of what its team shares out; see `SharedWork`.
    func forEach(of things: Range<Int>, _ body: (Int) -> Void) { work.forEach(of: things, body) }

    /// The exact sum of a minibatch's gradient as numbers, in memory of the team: by all workers, who find it whole.
    ///
    /// - Parameter counts: whether the samples count as used.
    func gradient(
        of all: MinibatchSamples, at weights: UnsafePointer<Scalar>, _ request: Request, counts: Bool = false,
        into sums: UnsafeMutablePointer<Scalar>
    ) throws -> StepOutcome {
        let start = now()
        computeGradients(of: all, at: weights, counts: counts)
        return try addUp(gather(request, since: start), into: sums)
    }

    /// The samples of a slice, of all of a minibatch.
    private func part(_ slice: Int, of minibatch: UnsafeBufferPointer<UInt32>) -> UnsafeBufferPointer<UInt32> {
        let part = MinibatchSchedule.sliceRange(
            minibatchSize: minibatch.count, slice: slice, sliceCount: plan.slicing.count)
        return UnsafeBufferPointer(rebasing: minibatch[part])
    }

    private func multiply(_ slot: Int, by scale: Double) {
        let gradient = state.slot(slot)
        for index in 0..<state.parameterCount { gradient[index] *= Scalar(scale) }
        state.losses[slot] *= scale
    }

    /// Shows all what this rank asks for, and waits for the slices of the team.
    ///
    /// - Returns: when all were there.
    func gather(_ request: Request, since start: Double) -> Double {
        state.requests[worker.index] = request.rawValue
        var gathered = wait(after: .compute, since: start)
        if let slices = state.inputSlices {
            // Their gradients, which no worker has, are looked at by rows.
            sum.note(slices, parameters, in: state.maximaRow(worker.index), scratch: inputRows)
            gathered = wait(after: .compute, since: gathered)
        }
        return gathered
    }

    // MARK: Their exact sum

    /// The exact sum of what is in all slots as numbers, in memory of the team, when all slots are filled; by all workers, who
    /// find it whole.
    func addUp(_ gathered: Double, into sums: UnsafeMutablePointer<Scalar>) throws -> StepOutcome {
        var ended = try agreeOnMaxima(gathered)
        if let tensor = sum.firstNotFinite(maxima) {
            note(tensor == state.maxima.loss ? nil : state.tensors[tensor].lowerBound)
        } else {
            if worker.isTeamLeader { sum.exactLoss(maxima) }
            ended = clock.lap(.sum, since: try addUp(into: sums, since: ended))
        }
        team.wait()
        _ = clock.lap(.wait, since: ended)
        let outcome = self.outcome
        // Nobody begins again before all have seen it.
        team.wait()
        return outcome
    }

    /// One team: each worker looks at all rows for itself. Several: their leaders do, and agree.
    func agreeOnMaxima(_ start: Double) throws -> Double {
        guard !team.isAlone else {
            sum.gatherMaxima(workers: team.workerCount, into: maxima)
            return start
        }
        let row = state.maximaRow(team.workerCount)
        var agreed = start
        if worker.isTeamLeader {
            sum.gatherMaxima(workers: team.workerCount, into: row)
            try team.leaders.allReduce(
                inPlace: UnsafeMutableBufferPointer(start: row, count: state.maxima.count), operation: .max)
            agreed = clock.lap(.allReduce, since: start)
        }
        team.wait()
        maxima.update(from: row, count: state.maxima.count)
        return clock.lap(.wait, since: agreed)
    }

    /// Leaves the exact sum of this worker's range as numbers in `sums`, when all know the maxima, which are finite, and the
    /// team's leader has begun the loss's sum.
    func addUp(into sums: UnsafeMutablePointer<Scalar>, since start: Double) throws -> Double {
        if team.isAlone {
            note(sum.numbers(parameters, maxima, into: sums, inputRows: inputRows))
            return clock.lap(.sum, since: start)
        }
        sum.exactSum(parameters, maxima, inputRows: inputRows)
        let ready = try addTeams(since: start)
        note(sum.fromExact(parameters, maxima, into: sums))
        return ready
    }

    /// Several teams: after all of this team's workers have summed, the leaders add up the teams' sums.
    func addTeams(since start: Double, preparing prepare: () -> Void = {}) throws -> Double {
        var waited = wait(after: .sum, since: start)
        if worker.isTeamLeader {
            prepare()
            try sum.addTeams(team.leaders)
            waited = clock.lap(.allReduce, since: waited)
        }
        team.wait()
        return clock.lap(.wait, since: waited)
    }

    // MARK: What is no number

    func note(_ misfit: Int?) { state.misfits[worker.index] = misfit.map(Int64.init) ?? -1 }

    var anyMisfit: Bool { (0..<team.workerCount).contains { state.misfits[$0] >= 0 } }

    /// What the sum came to, as all know it.
    var outcome: StepOutcome {
        StepOutcome(
            loss: sum.loss(maxima), diverged: sum.firstNotFinite(maxima) != nil || anyMisfit,
            stops: maxima[state.maxima.stops] > 0, fails: maxima[state.maxima.failures] > 0)
    }

    /// The first of the weights and the optimiser's vectors that holds something that is no number, for a finite step can
    /// take it beyond the largest; nil where none does. The same for every worker.
    func firstNotFinite() -> ParameterVector<Scalar>? {
        for vector in state.vectors {
            // First all must have read what became of the last: it stands where this is noted.
            team.wait()
            note(parameters.first { !vector.base[$0].isFinite })
            team.wait()
            if anyMisfit { return vector }
        }
        return nil
    }
}

/// A minibatch's samples, and what engines have to know of it.
struct MinibatchSamples {
    let samples: UnsafeBufferPointer<UInt32>
    let minibatch: Minibatch
}

/// What a step came to; the same for every worker.
struct StepOutcome {
    var loss: Double
    /// A gradient, a sum or the loss was not finite.
    let diverged: Bool
    var stops: Bool
    var fails: Bool
}

/// One worker's part of the steps of a run.
protocol WorkerStep<Scalar>: AnyObject {
    associatedtype Scalar: Real & Datatype
    /// By which the step has its gradients, and the epoch its samples.
    var pass: GradientPass<Scalar> { get }

    /// Takes the step of a minibatch of the epoch, with all workers.
    ///
    /// - Parameter request: what this rank asks for, of its first worker.
    func take(_ minibatch: Int, request: Request) throws -> StepOutcome
}

/// Where a worker's time of an epoch goes.
struct WorkerClock {
    private let seconds: UnsafeMutablePointer<Double>
    private let trace: WorkerTrace?

    /// - Parameter seconds: of the worker, by phase.
    init(_ seconds: UnsafeMutablePointer<Double>, _ trace: WorkerTrace?) {
        (self.seconds, self.trace) = (seconds, trace)
    }

    func reset() { for phase in Phase.allCases { seconds[phase.rawValue] = 0 } }

    /// - Returns: now.
    func lap(_ kind: Span.Kind, since start: Double) -> Double {
        let end = now()
        seconds[kind.phase.rawValue] += end - start
        trace?.add(kind, from: start, to: end)
        return end
    }
}
