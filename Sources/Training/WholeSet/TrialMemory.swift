import Cluster
import Kernels
import MPI

/// A team's memory for steps that are tried: the weights that one would lead to, and what its workers add up of all parameters.
final class TrialMemory<Scalar: Real & Datatype>: @unchecked Sendable {
    let weights: UnsafeMutablePointer<Scalar>
    /// See `VectorWork`.
    let partials: [UnsafeMutablePointer<Double>]
    private let window: SharedWindow?

    /// Collective over the team.
    convenience init(_ plan: StepPlan<Scalar>) throws {
        let (state, workers) = (plan.state, plan.team.workerCount)
        var arena = try Arena(of: plan.team) { _ = TrialMemory(state, workers: workers, in: &$0) }
        self.init(state, workers: workers, in: &arena)
    }

    private init(_ state: SharedState<Scalar>, workers: Int, in arena: inout Arena) {
        weights = arena.take(state.stride)
        let count = VectorWork<Scalar>.partialCount(parameters: state.parameterCount, workers: workers)
        partials = [arena.take(count), arena.take(count)]
        window = arena.window
    }
}
