import Cluster
import Kernels
import MPI
import Networks

/// What takes the steps of the optimisers of whole sets: a team's memory for them, of which every worker has a part.
final class WholeSetSteps<Scalar: Real & Datatype> {
    private let make: (Worker, WorkerTrace?) -> any WorkerStep<Scalar>

    /// Of a run of these options, whose optimiser is one of whole sets. Collective over the team.
    init(_ options: Configuration, _ plan: StepPlan<Scalar>) throws {
        switch options.optimizer {
        case .lm:
            let equations = try NormalEquations(
                team: plan.team, options.topology,
                form: options.curvatureForm(samples: plan.schedule.sampleCount),
                samples: plan.schedule.largestMinibatch)
            make = { worker, trace in
                // Refused in any other precision.
                LevenbergMarquardtStep(plan as! StepPlan<Double>, options, equations, worker, trace: trace)
                    as! any WorkerStep<Scalar>
            }
        case .lbfgs:
            let memory = try TrialMemory<Scalar>(plan)
            make = { worker, trace in
                let engine = options.gradient.makePiecewiseEngine(
                    options.network, samples: plan.samples, capacity: plan.sliceCapacity, as: Scalar.self)
                return LBFGSStep(
                    plan, LBFGS(options.optimizerOptions), memory, worker, engine: engine, trace: trace)
            }
        default: preconditionFailure("no optimiser of whole sets: \(options.optimizer.rawValue)")
        }
    }

    /// One worker's part of the steps.
    func step(_ worker: Worker, trace: WorkerTrace?) -> any WorkerStep<Scalar> { make(worker, trace) }
}
