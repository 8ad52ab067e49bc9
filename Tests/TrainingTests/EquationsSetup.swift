import Cluster
import Datasets
import MPI
import Networks

@testable import Training

/// A run by Levenberg-Marquardt at some weights, by a team of so many threads.
struct EquationsSetup {
    let plan: StepPlan<Double>
    let options: Configuration
    let equations: NormalEquations
    let memory: SampleMemory

    /// - Parameter form: nil for the run's own.
    init(
        _ options: Configuration, _ memory: SampleMemory, parameters: [Double], threads: Int, form: CurvatureForm? = nil
    ) throws {
        (self.options, self.memory) = (options, memory)
        let count = memory.samples.count
        let team = try Team(processes: Processes(Environment.start().world), reduction: .exact, threads: threads)
        let slicing = Slicing(nil, reduction: .exact, team: team)
        let state = try SharedState<Double>(
            team: team,
            shape: SharedState<Double>.Shape(
                topology: options.topology, optimizerState: [], workerCount: team.workerCount,
                slotCount: slicing.ofTeam.count, inputSlices: nil, trainCount: count, blockCount: 1))
        for (p, value) in parameters.enumerated() { state.weights[p] = value }
        plan = StepPlan(
            team: team, samples: memory.samples, schedule: MinibatchSchedule(options, sampleCount: count),
            slicing: slicing, sum: GradientSum(state: state, reduction: .exact))
        equations = try NormalEquations(
            team: team, options.topology, form: form ?? options.curvatureForm(samples: count),
            samples: plan.schedule.largestMinibatch)
    }

    func step(_ worker: Worker) -> LevenbergMarquardtStep {
        LevenbergMarquardtStep(plan, options, equations, worker, trace: nil)
    }
}
