import Cluster
import Datasets
import Kernels
import MPI
import Networks

/// One worker's part of Levenberg and Marquardt's steps, with Nielsen's damping: an iteration multiplies J with itself once, and tries
/// steps of that, damped more and more, until one lowers the loss.
///
/// - SeeAlso: Madsen, Nielsen and Tingleff, *Methods for non-linear least squares problems*, 2004, Algorithm 3.16.
final class LevenbergMarquardtStep: WorkerStep {
    let pass: GradientPass<Double>
    private let equations: NormalEquations
    private let solver: any StepEquations
    private let decay: Double
    private let tolerance: Double
    private let firstDamping: Double
    /// Whether an epoch is one step. If not, each minibatch has a loss of its own to be lowered.
    private let isOfWholeSet: Bool
    /// The same in every worker; its first's copy is the run's.
    private var state: SolverState
    /// Where the weights are: the data's loss, the loss that is minimised, and which of the gradients is theirs. nil before it was
    /// computed.
    private var current: Place?

    private struct Place {
        let loss: Double
        let objective: Double
        let gradient: Int
        let outcome: StepOutcome
    }

    /// A damping this many times the curvature moves nothing.
    private static let mostDamping = 1e16

    init(
        _ plan: StepPlan<Double>, _ options: Configuration, _ equations: NormalEquations, _ worker: Worker,
        trace: WorkerTrace?
    ) {
        let engine: any GradientEngine<Double> = options.gradient.makePiecewiseEngine(
            options.network, samples: plan.samples, capacity: plan.sliceCapacity)
        pass = GradientPass(plan, worker, engine: engine, trace: trace)
        self.equations = equations
        solver = equations.equations(pass, options.network)
        let own = options.optimizerOptions, defaults = LevenbergMarquardt.defaults
        decay = options.curvatureDecay
        tolerance = own.gradientTolerance ?? defaults.gradientTolerance!
        firstDamping = own.damping ?? defaults.damping!
        isOfWholeSet = plan.schedule.minibatchCount == 1
        state = plan.state.solver.pointee
    }

    func take(_ minibatch: Int, request: Request) throws -> StepOutcome {
        let all = pass.minibatch(minibatch)
        if !isOfWholeSet { current = nil }
        let start = try current ?? evaluate(all, at: weights, gradient: 0, request)
        guard !start.outcome.diverged else { return start.outcome }
        current = start
        try solver.make(all, request: request)
        if state.damping == 0 { (state.damping, state.factor) = (firstDamping, 2) }
        if minibatch == 0 { state.tries = 0 }
        var outcome = start.outcome
        repeat {
            state.tries += 1
            if let trial = try attempt(all, from: start, request, &outcome) {
                accept(trial, from: start)
                break
            }
        } while refuse()
        conclude()
        outcome.loss = start.loss
        return outcome
    }

    private var weights: UnsafePointer<Double> { UnsafePointer(pass.state.weights) }

    // MARK: An iteration

    /// Takes a step for a try. - Returns: where it leads, if the loss is less there.
    private func attempt(
        _ all: MinibatchSamples, from start: Place, _ request: Request, _ outcome: inout StepOutcome
    ) throws -> Place? {
        let gradient = equations.gradients[start.gradient]
        guard solver.solve(gradient: gradient, damping: state.damping, decay: decay) else { return nil }
        let began = now()
        for p in pass.parameters { equations.trial[p] = pass.state.weights[p] + equations.step[p] }
        pass.team.wait()
        _ = pass.clock.lap(.update, since: began)
        let trial = try evaluate(all, at: equations.trial, gradient: 1 - start.gradient, request)
        outcome.stops = outcome.stops || trial.outcome.stops
        outcome.fails = outcome.fails || trial.outcome.fails
        return !trial.outcome.diverged && trial.objective < start.objective ? trial : nil
    }

    /// What the damped model says that the step lowers the loss by: ½ Δᵀ(λDΔ − g).
    private func predictedFall(_ gradient: UnsafePointer<Double>) -> Double {
        (0..<equations.parameters).reduce(0) {
            $0 + equations.step[$1] * (state.damping * equations.metric[$1] * equations.step[$1] - gradient[$1])
        } / 2
    }

    private func accept(_ trial: Place, from start: Place) {
        let gain = (start.objective - trial.objective) / predictedFall(equations.gradients[start.gradient])
        let bend = 2 * gain - 1
        state.damping *= gain.isFinite ? max(1.0 / 3, 1 - bend * bend * bend) : 1.0 / 3
        state.damping = max(state.damping, .leastNormalMagnitude)
        state.factor = 2
        for p in pass.parameters { pass.state.weights[p] = equations.trial[p] }
        current = trial
    }

    /// - Returns: whether to try again.
    private func refuse() -> Bool {
        state.damping *= state.factor
        state.factor *= 2
        guard state.damping > Self.mostDamping else { return true }
        // The next minibatch may have a way down.
        state.isDone = isOfWholeSet
        if !isOfWholeSet { (state.damping, state.factor) = (firstDamping, 2) }
        return false
    }

    private func conclude() {
        if let current {
            let gradient = equations.gradients[current.gradient]
            state.gradientNorm = Double.magnitude(bits: Double.largest(gradient, range: 0..<equations.parameters))
            if isOfWholeSet && state.gradientNorm <= tolerance { state.isDone = true }
        }
        // A damping beyond all numbers is of a run that is over.
        if !state.damping.isFinite || !state.factor.isFinite { (state.damping, state.factor) = (0, 0) }
        if pass.worker.isTeamLeader { pass.state.solver.pointee = state }
        pass.team.wait()
    }

    // MARK: The loss that is minimised

    /// Its value at some weights, and its gradient, which is left in the place of that number.
    private func evaluate(
        _ all: MinibatchSamples, at weights: UnsafePointer<Double>, gradient index: Int, _ request: Request
    ) throws -> Place {
        let outcome = try pass.gradient(
            of: all, at: weights, request, into: equations.gradients[index])
        guard !outcome.diverged else { return Place(loss: .nan, objective: .nan, gradient: index, outcome: outcome) }
        var squares = 0.0
        if decay > 0 {
            for p in 0..<equations.parameters { squares += weights[p] * weights[p] }
            for p in pass.parameters { equations.gradients[index][p] += decay * weights[p] }
            pass.team.wait()
        }
        return Place(
            loss: outcome.loss, objective: outcome.loss + decay / 2 * squares, gradient: index, outcome: outcome)
    }
}
