import Cluster
import Datasets
import Kernels
import MPI
import Networks

/// How a minibatch's gradient becomes a step.
struct Descent {
    let optimizer: any GradientOptimizer
    let learningRate: LearningRate
    var clipping: Clipping?

    /// Of a run of these options; nil where its steps are not of minibatches.
    init?(_ options: Configuration, stepsInEpoch: Int) {
        guard let optimizer = options.optimizer.make(options.optimizerOptions) else { return nil }
        self.optimizer = optimizer
        learningRate = LearningRate(
            options.learningRate ?? 0, schedule: options.schedule, warmup: options.warmup, stepsInEpoch: stepsInEpoch,
            epochs: options.epochs)
        clipping = options.clipNorm.map(Clipping.init)
    }
}

/// One worker's part of the distributed step.
final class Step<Scalar: Real & Datatype>: WorkerStep {
    let pass: GradientPass<Scalar>
    private let descent: Descent
    private let plan: StepPlan<Scalar>
    private let team: Team
    private let state: SharedState<Scalar>
    private let sum: GradientSum<Scalar>
    private let parameters: Range<Int>
    /// The gradient as numbers, where it comes from several teams or is clipped; the kernels read past its end.
    private let scratch: UnsafeMutablePointer<Scalar>

    /// - Parameter engine: this worker's own, of the plan's `sliceCapacity`.
    init(
        _ plan: StepPlan<Scalar>, _ descent: Descent, _ worker: Worker, engine: any GradientEngine<Scalar>,
        trace: WorkerTrace? = nil
    ) {
        self.plan = plan
        self.descent = descent
        (team, state, sum) = (plan.team, plan.state, plan.sum)
        // Clipping goes by blocks.
        pass = GradientPass(
            plan, worker, engine: engine, block: descent.clipping == nil ? 16 : Clipping.block, trace: trace)
        parameters = pass.parameters
        scratch = .allocate(capacity: team.isAlone && descent.clipping == nil ? 0 : state.stride)
    }

    deinit { scratch.deallocate() }

    /// Computes this worker's slices of a minibatch of the epoch, and with all workers the sum and the update.
    func take(_ minibatch: Int, request: Request) throws -> StepOutcome {
        let start = now()
        let all = pass.minibatch(minibatch)
        pass.computeGradients(of: all, at: UnsafePointer(state.weights), counts: true)
        let number = all.minibatch.step
        let gathered = pass.gather(request, since: start)
        let isExact = sum.reduction == .exact
        let update = descent.optimizer.update(step: number, rate: descent.learningRate.ofStep(number))
        let ended = isExact ? try updateExactly(update, gathered) : try updatePlainly(update, gathered)
        team.wait()
        _ = pass.clock.lap(.wait, since: ended)
        return isExact ? pass.outcome : plainOutcome
    }

    // MARK: The exact sum

    /// Agrees on the maxima, and where all are numbers adds up and takes the step.
    private func updateExactly(_ update: Update, _ gathered: Double) throws -> Double {
        let agreed = try pass.agreeOnMaxima(gathered)
        let maxima = pass.maxima
        if let tensor = sum.firstNotFinite(maxima) {
            pass.note(tensor == state.maxima.loss ? nil : state.tensors[tensor].lowerBound)
            return agreed
        }
        if pass.worker.isTeamLeader { sum.exactLoss(maxima) }
        if team.isAlone && descent.clipping == nil {
            pass.note(sumAndStep(update))
            return pass.clock.lap(.update, since: agreed)
        }
        return step(update, with: scratch, since: try pass.addUp(into: scratch, since: agreed))
    }

    /// Where there is one team: adds up this worker's range over the slots and steps with it, in one pass.
    private func sumAndStep(_ update: Update) -> Int? {
        sum.firstMisfit(in: parameters, pass.maxima) { part in
            if let slices = part.inputSlices {
                return Scalar.exactStep(
                    update, slices, range: part.range, exponent: part.exponent, state: state.optimizerState,
                    stateStride: state.stride, weights: state.weights, scratch: pass.inputRows)
            }
            return Scalar.exactStep(
                update, slots: state.slots, slotStride: state.stride, count: part.slotCount, range: part.range,
                exponent: part.exponent, state: state.optimizerState, stateStride: state.stride, weights: state.weights)
        }
    }

    // MARK: The plain sum

    private func updatePlainly(_ update: Update, _ gathered: Double) throws -> Double {
        if team.isAlone {
            if pass.worker.isTeamLeader { agree(misfits: 0) }
            guard descent.clipping != nil else {
                pass.note(plainSumAndStep(update))
                return pass.clock.lap(.update, since: gathered)
            }
            pass.note(sum.plainSum(parameters))
            return step(update, with: state.sums, since: pass.clock.lap(.sum, since: gathered))
        }
        pass.note(sum.plainSum(parameters))
        let ready = try pass.addTeams(since: gathered) { self.agree(misfits: self.pass.anyMisfit ? 1 : 0) }
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

    private var plainOutcome: StepOutcome {
        func agreed(_ what: Agreement) -> Scalar { sum.agreed(what).pointee }
        return StepOutcome(
            loss: Double(agreed(.loss)), diverged: agreed(.misfits) > 0 || pass.anyMisfit, stops: agreed(.stops) > 0,
            fails: agreed(.failures) > 0)
    }

    // MARK: What both need

    /// Steps with this worker's range of the gradient, which is added up. Where it is clipped that waits for all, whose norms
    /// decide by how much; what is no number moves nothing then.
    private func step(_ update: Update, with gradient: UnsafePointer<Scalar>, since ready: Double) -> Double {
        guard let clipping = descent.clipping else {
            step(parameters, update, with: gradient)
            return pass.clock.lap(.update, since: ready)
        }
        clipping.note(gradient, parameters, in: state.norms)
        let noted = pass.clock.lap(.sum, since: ready)
        team.wait()
        let known = pass.clock.lap(.wait, since: noted)
        if !pass.anyMisfit {
            let factor = clipping.factor(norms: state.norms, parameterCount: state.parameterCount)
            step(parameters, update.scaling(by: factor), with: gradient)
        }
        return pass.clock.lap(.update, since: known)
    }

    private func step(_ range: Range<Int>, _ update: Update, with gradient: UnsafePointer<Scalar>) {
        Scalar.step(
            update, gradient: gradient, range: range, state: state.optimizerState, stateStride: state.stride,
            weights: state.weights)
    }
}
