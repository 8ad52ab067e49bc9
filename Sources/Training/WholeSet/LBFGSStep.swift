import Cluster
import Kernels
import MPI
import Networks

/// One worker's part of the iterations of L-BFGS: a direction from the pairs of the last steps, and a search along it for a
/// step that satisfies the strong Wolfe conditions on the exact loss of the whole set.
///
/// What is minimised is the mean loss + λ/2·|w|². All workers are told the same numbers, and so decide the same.
final class LBFGSStep<Scalar: Real & Datatype>: WorkerStep {
    let pass: GradientPass<Scalar>
    private let work: VectorWork<Scalar>
    private let pairs: CorrectionPairs<Scalar>
    private let decay: Double
    private let tolerance: Double
    private let weights: UnsafeMutablePointer<Scalar>
    /// The objective's gradient there.
    private let gradient: UnsafeMutablePointer<Scalar>
    /// The weights that are tried; and of this worker's range alone where the search goes, and the gradient where it is.
    private let trial: UnsafeMutablePointer<Scalar>
    private let direction: UnsafeMutablePointer<Scalar>
    private let trialGradient: UnsafeMutablePointer<Scalar>
    /// The iteration's evaluations so far, what this rank asks for in all of them, and what the last came to.
    private var tries = 0
    private var request = Request.none
    private var outcome: StepOutcome?

    /// - Parameter engine: this worker's own, of the plan's `sliceCapacity`.
    init(
        _ plan: StepPlan<Scalar>, _ options: LBFGS, _ memory: TrialMemory<Scalar>, _ worker: Worker,
        engine: any GradientEngine<Scalar>, trace: WorkerTrace? = nil
    ) {
        pass = GradientPass(plan, worker, engine: engine, block: VectorWork<Scalar>.block, trace: trace)
        work = VectorWork(pass, memory)
        (decay, tolerance) = (options.decay, options.tolerance)
        let state = plan.state
        (weights, gradient, trial) = (state.weights, state.optimizerState, memory.weights)
        pairs = CorrectionPairs(at: gradient + state.stride, stride: state.stride, capacity: options.history)
        direction = .allocate(capacity: state.stride)
        trialGradient = .allocate(capacity: state.stride)
    }

    deinit {
        direction.deallocate()
        trialGradient.deallocate()
    }

    /// One iteration.
    func take(_ minibatch: Int, request: Request) throws -> StepOutcome {
        (self.request, tries) = (request, 0)
        var solver = pass.state.solver.pointee
        if solver.tries == 0 {
            guard let loss = try evaluate(at: weights) else { return outcome! }
            solver.loss = loss
            work.copy(trialGradient, to: gradient)
        }
        let loss = solver.loss
        if work.largest(gradient) > tolerance { try iterate(&solver) } else { solver.isDone = true }
        solver.gradientNorm = work.largest(gradient)
        if solver.gradientNorm <= tolerance { solver.isDone = true }
        solver.tries = tries
        // All have read what it was.
        if pass.worker.isTeamLeader { pass.state.solver.pointee = solver }
        pass.team.wait()
        return StepOutcome(loss: loss, diverged: false, stops: outcome!.stops, fails: outcome!.fails)
    }

    /// Goes as far as the search leads, or else down the gradient; where neither lowers the objective, all is done.
    private func iterate(_ solver: inout SolverState) throws {
        let value = solver.loss + penalty(of: weights)
        while true {
            pairs.descend(from: gradient, solver, work, into: direction)
            let slope = work.dot(gradient, direction)
            let isSteepest = solver.pairs == 0
            if slope < 0 || isSteepest, let loss = try search(from: value, slope: slope, isFirst: isSteepest) {
                return accept(loss, &solver)
            }
            if isSteepest { break }
            solver.pairs = 0
        }
        solver.isDone = true
    }

    /// Searches along the direction. - Returns: the loss where it led, whose weights and gradient are the last tried; nil
    /// where that is nowhere.
    private func search(from value: Double, slope: Double, isFirst: Bool) throws -> Double? {
        var search = StrongWolfeSearch(
            value: value, slope: slope, firstStep: isFirst ? min(1, 1 / (-slope).squareRoot()) : 1)
        var (answer, last, loss) = (search.first, 0.0, 0.0)
        while true {
            switch answer {
            case .fail: return nil
            case .take(let step):
                return step == last ? loss : try evaluate(step)
            case .evaluate(let step):
                (last, loss) = (step, try evaluate(step) ?? .infinity)
                answer = search.told(
                    value: loss + penalty(of: trial), slope: work.dot(trialGradient, direction))
            }
        }
    }

    /// As `evaluate(at:)`, this far along the direction.
    private func evaluate(_ step: Double) throws -> Double? {
        work.combine(1, weights, step, direction, into: trial)
        pass.team.wait()
        return try evaluate(at: trial)
    }

    /// Steps to the weights last tried.
    private func accept(_ loss: Double, _ solver: inout SolverState) {
        solver.loss = loss
        work.combine(1, trial, -1, weights, into: direction)
        work.combine(1, trialGradient, -1, gradient, into: gradient)
        pairs.add(direction, gradient, to: &solver, work)
        work.copy(trialGradient, to: gradient)
        work.copy(trial, to: weights)
    }

    /// λ/2·|w|².
    private func penalty(of weights: UnsafePointer<Scalar>) -> Double {
        decay == 0 ? 0 : decay / 2 * work.dot(weights, weights)
    }

    /// The mean loss of the whole set, with the objective's gradient in `trialGradient`, as far as it is this worker's; nil
    /// where they are no numbers.
    private func evaluate(at weights: UnsafePointer<Scalar>) throws -> Double? {
        let found = try pass.gradient(
            of: pass.minibatch(0), at: weights, request, counts: tries == 0, into: trialGradient)
        tries += 1
        outcome = found
        guard !found.diverged else { return nil }
        if decay != 0 { work.combine(1, trialGradient, decay, weights, into: trialGradient) }
        return found.loss
    }
}
