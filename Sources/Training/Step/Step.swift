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
    let optimizer: any GradientOptimizer
    let learningRate: LearningRate
    var clipping: Clipping?
    /// What losses and gradients are multiplied by, if by anything.
    var lossScale: Double?

    var state: SharedState<Scalar> { sum.state }
    /// Samples of the largest slice.
    var sliceCapacity: Int { slicing.largest(ofBatch: schedule.largestMinibatch) }
}

/// One worker's part of the distributed step.
final class Step<Scalar: Real & Datatype> {
    private let plan: StepPlan<Scalar>
    private let team: Team
    private let state: SharedState<Scalar>
    private let sum: GradientSum<Scalar>
    private let worker: Worker
    private let engine: any GradientEngine<Scalar>
    /// This worker's slices, of all; and its range of the parameters, within the team.
    private let slices: Range<Int>
    private let parameters: Range<Int>
    /// The gradient as numbers, where it comes from several teams or is clipped; the kernels read past its end.
    private let scratch: UnsafeMutablePointer<Scalar>
    /// What all workers know of the step's sum, as a row of `Maxima`.
    private let maxima: UnsafeMutablePointer<Int64>
    /// For rows of W⁰'s gradient.
    private let inputRows: UnsafeMutablePointer<Scalar>

    private var epoch = 1
    private var accounting = Accounting()
    private let trace: WorkerTrace?

    /// - Parameter engine: this worker's own, of the plan's `sliceCapacity`.
    init(_ plan: StepPlan<Scalar>, _ worker: Worker, engine: any GradientEngine<Scalar>, trace: WorkerTrace? = nil) {
        self.plan = plan
        (team, state, sum) = (plan.team, plan.state, plan.sum)
        self.worker = worker
        self.engine = engine
        self.trace = trace
        slices = worker.globalShare(of: plan.slicing.count)
        // Whole cache lines, so that no two workers write to one; and what clipping goes by.
        let unit = plan.clipping == nil ? 16 : Clipping.block
        let units = worker.share(of: (state.parameterCount + unit - 1) / unit)
        parameters = units.lowerBound * unit..<min(units.upperBound * unit, state.parameterCount)
        scratch = .allocate(capacity: team.isAlone && plan.clipping == nil ? 0 : state.stride)
        inputRows = .allocate(capacity: state.inputSlices.map(Scalar.inputRowsScratch) ?? 0)
        maxima = .allocate(capacity: state.maxima.count)
        maxima.initialize(repeating: 0, count: state.maxima.count)
    }

    deinit {
        scratch.deallocate()
        inputRows.deallocate()
        maxima.deallocate()
    }

    /// The order of the epoch's samples, drawn once per team.
    func beginEpoch(_ epoch: Int) {
        self.epoch = epoch
        for phase in Phase.allCases { seconds(phase).pointee = 0 }
        accounting = Accounting()
        let start = now()
        if worker.isTeamLeader {
            plan.schedule.permute(
                UnsafeMutableBufferPointer(start: state.permutation, count: plan.schedule.sampleCount), epoch: epoch)
        }
        let drawn = lap(.compute, since: start)
        team.wait()
        _ = lap(.wait, since: drawn)
    }

    /// The samples of the epoch's first `count` minibatches.
    func accounting(ofFirst count: Int) -> Accounting {
        let end = count == 0 ? 0 : plan.schedule.minibatch(count - 1).upperBound
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

    /// Computes this worker's slices of a minibatch of the epoch, and with all workers the sum and the update.
    ///
    /// `request` is what this rank asks for, of its first worker.
    func take(_ minibatch: Int, request: Request) throws -> Outcome {
        let number = (epoch - 1) * plan.schedule.minibatchCount + minibatch + 1
        let start = now()
        computeSlices(plan.schedule.minibatch(minibatch), step: number)
        state.requests[worker.index] = request.rawValue
        let computed = lap(.compute, since: start)
        team.wait()
        var gathered = lap(.wait, since: computed)
        if let slices = state.inputSlices {
            // Their gradients, which no worker has, are looked at by rows.
            sum.note(slices, parameters, in: state.maximaRow(worker.index), scratch: inputRows)
            let noted = lap(.compute, since: gathered)
            team.wait()
            gathered = lap(.wait, since: noted)
        }
        let isExact = sum.reduction == .exact
        let update = plan.optimizer.update(step: number, rate: plan.learningRate.ofStep(number))
        let ended = isExact ? try updateExactly(update, gathered) : try updatePlainly(update, gathered)
        team.wait()
        _ = lap(.wait, since: ended)
        return isExact ? exactOutcome : plainOutcome
    }

    private func computeSlices(_ range: Range<Int>, step: Int) {
        let row = state.maximaRow(worker.index)
        row.update(repeating: 0, count: state.maxima.count)
        let all = UnsafeBufferPointer(start: state.permutation + range.lowerBound, count: range.count)
        let minibatch = Minibatch(size: all.count, meanWeight: plan.samples.meanWeight(of: all), step: step)
        for slice in slices {
            let samples = part(slice, of: all)
            account(for: samples)
            // The cache is asked for those that come next.
            if slice + 1 < slices.upperBound { plan.samples.inputs.prefetch(part(slice + 1, of: all)) }
            let slot = slice - plan.slicing.ofTeam.lowerBound
            engine.inputSlice = state.inputSlices?[slot]
            state.losses[slot] = engine.gradient(
                of: samples, in: minibatch, parameters: UnsafePointer(state.weights), into: state.slot(slot))
            if let scale = plan.lossScale { multiply(slot, by: scale) }
            if sum.reduction == .exact { sum.note(slot: slot, in: row) }
        }
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

    private func account(for samples: UnsafeBufferPointer<UInt32>) {
        var account = accounting
        for sample in samples { account.note(sample) }
        accounting = account
    }

    // MARK: The exact sum

    /// Agrees on the maxima, and where all are numbers adds up and takes the step.
    private func updateExactly(_ update: Update, _ gathered: Double) throws -> Double {
        let agreed = try agreeOnMaxima(gathered)
        if let tensor = sum.firstNotFinite(maxima) {
            note(tensor == state.maxima.loss ? nil : state.tensors[tensor].lowerBound)
            return agreed
        }
        if worker.isTeamLeader { sum.exactLoss(maxima) }
        if team.isAlone {
            guard plan.clipping != nil else {
                note(sumAndStep(update))
                return lap(.update, since: agreed)
            }
            note(sum.numbers(parameters, maxima, into: scratch, inputRows: inputRows))
            return step(update, with: scratch, since: lap(.sum, since: agreed))
        }
        sum.exactSum(parameters, maxima, inputRows: inputRows)
        let ready = try addTeams(since: agreed)
        note(sum.fromExact(parameters, maxima, into: scratch))
        return step(update, with: scratch, since: ready)
    }

    /// Where there is one team: adds up this worker's range over the slots and steps with it, in one pass.
    private func sumAndStep(_ update: Update) -> Int? {
        sum.firstMisfit(in: parameters, maxima) { part in
            if let slices = part.inputSlices {
                return Scalar.exactStep(
                    update, slices, range: part.range, exponent: part.exponent, state: state.optimizerState,
                    stateStride: state.stride, weights: state.weights, scratch: inputRows)
            }
            return Scalar.exactStep(
                update, slots: state.slots, slotStride: state.stride, count: part.slotCount, range: part.range,
                exponent: part.exponent, state: state.optimizerState, stateStride: state.stride, weights: state.weights)
        }
    }

    /// One team: each worker looks at all rows for itself. Several: their leaders do, and agree.
    private func agreeOnMaxima(_ start: Double) throws -> Double {
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
            agreed = lap(.allReduce, since: start)
        }
        team.wait()
        maxima.update(from: row, count: state.maxima.count)
        return lap(.wait, since: agreed)
    }

    private var exactOutcome: Outcome {
        Outcome(
            loss: sum.loss(maxima), diverged: sum.firstNotFinite(maxima) != nil || anyMisfit,
            stops: maxima[state.maxima.stops] > 0, fails: maxima[state.maxima.failures] > 0)
    }

    // MARK: The plain sum

    private func updatePlainly(_ update: Update, _ gathered: Double) throws -> Double {
        if team.isAlone {
            if worker.isTeamLeader { agree(misfits: 0) }
            guard plan.clipping != nil else {
                note(plainSumAndStep(update))
                return lap(.update, since: gathered)
            }
            note(sum.plainSum(parameters))
            return step(update, with: state.sums, since: lap(.sum, since: gathered))
        }
        note(sum.plainSum(parameters))
        let ready = try addTeams(since: gathered) { self.agree(misfits: self.anyMisfit ? 1 : 0) }
        return step(update, with: state.sums, since: ready)
    }

    /// As `sumAndStep`, by pieces that stay in the first-level cache.
    private func plainSumAndStep(_ update: Update) -> Int? {
        let piece = 512
        var misfit: Int?
        for first in stride(from: parameters.lowerBound, to: parameters.upperBound, by: piece) {
            let part = first..<min(first + piece, parameters.upperBound)
            misfit = misfit ?? sum.plainSum(part)
            step(part, update, with: state.sums)
        }
        return misfit
    }

    /// Sets what goes with the sum: the loss, that something is not finite, and what ranks ask for.
    private func agree(misfits: Scalar) {
        let loss = (0..<state.slotCount).reduce(0.0) { $0 + state.losses[$1] }
        let requests = UnsafeBufferPointer(start: state.requests, count: team.workerCount)
        sum.agreed(.loss).pointee = loss.isFinite ? Scalar(loss) : 0
        sum.agreed(.misfits).pointee = loss.isFinite ? misfits : 1
        sum.agreed(.stops).pointee = requests.contains(Request.stop.rawValue) ? 1 : 0
        sum.agreed(.failures).pointee = requests.contains(Request.failure.rawValue) ? 1 : 0
    }

    private var plainOutcome: Outcome {
        func agreed(_ what: Agreement) -> Scalar { sum.agreed(what).pointee }
        return Outcome(
            loss: Double(agreed(.loss)), diverged: agreed(.misfits) > 0 || anyMisfit, stops: agreed(.stops) > 0,
            fails: agreed(.failures) > 0)
    }

    // MARK: What both need

    /// Several teams: after all of this team's workers have summed, the leaders add up the teams' sums.
    private func addTeams(since start: Double, preparing prepare: () -> Void = {}) throws -> Double {
        let added = lap(.sum, since: start)
        team.wait()
        var waited = lap(.wait, since: added)
        if worker.isTeamLeader {
            prepare()
            try sum.addTeams(team.leaders)
            waited = lap(.allReduce, since: waited)
        }
        team.wait()
        return lap(.wait, since: waited)
    }

    /// Steps with this worker's range of the gradient, which is added up. Where it is clipped that waits for all, whose norms
    /// decide by how much; what is no number moves nothing then.
    private func step(_ update: Update, with gradient: UnsafePointer<Scalar>, since ready: Double) -> Double {
        guard let clipping = plan.clipping else {
            step(parameters, update, with: gradient)
            return lap(.update, since: ready)
        }
        clipping.note(gradient, parameters, in: state.norms)
        let noted = lap(.sum, since: ready)
        team.wait()
        let known = lap(.wait, since: noted)
        if !anyMisfit {
            let factor = clipping.factor(norms: state.norms, parameterCount: state.parameterCount)
            step(parameters, update.scaling(by: factor), with: gradient)
        }
        return lap(.update, since: known)
    }

    private func step(_ range: Range<Int>, _ update: Update, with gradient: UnsafePointer<Scalar>) {
        Scalar.step(
            update, gradient: gradient, range: range, state: state.optimizerState, stateStride: state.stride,
            weights: state.weights)
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

    private func note(_ misfit: Int?) { state.misfits[worker.index] = misfit.map(Int64.init) ?? -1 }

    private var anyMisfit: Bool { (0..<team.workerCount).contains { state.misfits[$0] >= 0 } }

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
