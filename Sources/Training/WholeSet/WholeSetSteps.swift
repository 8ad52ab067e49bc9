import Cluster
import Kernels
import MPI
import Networks

/// What takes the steps of the optimisers of whole sets.
enum WholeSetSteps {
    /// One worker's part of the steps of a run of these options.
    static func make<Scalar: Real & Datatype>(
        _ options: Configuration, _ plan: StepPlan<Scalar>, _ worker: Worker, trace: WorkerTrace?
    ) -> any WorkerStep<Scalar> {
        switch options.optimizer {
        default: preconditionFailure("\(options.optimizer.rawValue) takes no steps of whole sets")
        }
    }
}
