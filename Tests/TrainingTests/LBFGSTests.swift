import Cluster
import Datasets
import Kernels
import MPI
import Networks
import Testing

@testable import Training

/// L-BFGS without a trainer, on an objective whose least place is known.
@Suite struct LBFGSTests {
    /// An engine that gives each slice its share of Σ hᵢ·f(wᵢ − cᵢ): with f half the square, or with what is far from one.
    private final class Bowl<Scalar: Real>: GradientEngine {
        private let count: Int
        private let isSquare: Bool

        init(count: Int, isSquare: Bool) { (self.count, self.isSquare) = (count, isSquare) }

        static func centre(_ index: Int) -> Double { Double(index % 5) / 4 }
        static func curvature(_ index: Int) -> Double { 1 + Double(index % 7) }

        func gradient(
            of samples: UnsafeBufferPointer<UInt32>, in minibatch: Minibatch, parameters: UnsafePointer<Scalar>,
            into gradient: UnsafeMutablePointer<Scalar>
        ) -> Double {
            let share = Double(samples.count) / Double(minibatch.size)
            var loss = 0.0
            for e in 0..<count {
                let x = Double(parameters[e]) - Self.centre(e), h = Self.curvature(e) * share
                loss += h * (isSquare ? x * x / 2 : (1 + x * x).squareRoot() - 1 + x * x * x * x / 4)
                gradient[e] = Scalar(h * (isSquare ? x : x / (1 + x * x).squareRoot() + x * x * x))
            }
            return loss
        }
    }

    /// 909 parameters: 4 blocks of dots, the last a short one.
    private static let topology = Topology(sizes: [20, 30, 9])!

    private let samples = SampleMemory(
        SampleValues(
            inputs: .bytes([UInt8](repeating: 1, count: 500)[...]), columns: 5, count: 100, name: "", targetsName: ""),
        target: .labels)

    private func plan<Scalar: Real & Datatype>(_ options: OptimizerOptions, threads: Int, as: Scalar.Type) throws
        -> StepPlan<Scalar>
    {
        let team = try Team(processes: Processes(Environment.start().world), reduction: .exact, threads: threads)
        let slicing = Slicing(nil, reduction: .exact, team: team)
        let state = try SharedState<Scalar>(
            team: team,
            shape: SharedState<Scalar>.Shape(
                topology: Self.topology, optimizerState: LBFGS.state(options), workerCount: team.workerCount,
                slotCount: slicing.ofTeam.count, inputSlices: nil, trainCount: 100, blockCount: 1))
        state.solver.pointee = SolverState()
        for e in 0..<state.parameterCount { state.weights[e] = Scalar(e % 11) / 8 }
        return StepPlan(
            team: team, samples: samples.samples,
            schedule: MinibatchSchedule(sampleCount: 100, batchSize: 100, seed: 1, shuffled: false), slicing: slicing,
            sum: GradientSum(state: state, reduction: .exact))
    }

    /// What a run comes to, by every iteration.
    private struct Course: Sendable, Equatable {
        var weights: [Double] = []
        var losses: [Double] = []
        var tries: [Int] = []
        var isDone = false
    }

    private final class Seen: @unchecked Sendable {
        var course = Course()
    }

    private func minimise<Scalar: Real & Datatype>(
        _ options: OptimizerOptions, threads: Int, isSquare: Bool, most: Int = 100, as type: Scalar.Type
    ) throws -> Course {
        let plan = try plan(options, threads: threads, as: type)
        let seen = Seen()
        let memory = try TrialMemory(plan)
        plan.team.run { worker in
            let step = LBFGSStep(
                plan, LBFGS(options), memory, worker,
                engine: Bowl<Scalar>(count: plan.state.parameterCount, isSquare: isSquare))
            var epoch = 1
            while !plan.state.solver.pointee.isDone, epoch <= most {
                step.pass.beginEpoch(epoch)
                let outcome = try? step.take(0, request: .none)
                step.pass.showAccount()
                if worker.isTeamLeader {
                    seen.course.losses.append(outcome?.loss ?? .nan)
                    seen.course.tries.append(plan.state.solver.pointee.tries)
                }
                plan.team.wait()
                epoch += 1
            }
        }
        let used = (0..<plan.team.workerCount).reduce(0) { $0 + plan.state.accounts[$1].count }
        #expect(used == 100, "each sample counts once, however often it is looked at")
        seen.course.isDone = plan.state.solver.pointee.isDone
        seen.course.weights = (0..<plan.state.parameterCount).map { Double(plan.state.weights[$0]) }
        return seen.course
    }

    private static let defaults = LBFGS.defaults

    /// The least place is found, to what the gradient's numbers hold, in few steps, all of which lead down; the same to the bit by any
    /// number of threads.
    @Test(arguments: [true, false], [1, 10]) func findsTheLeastPlace(isSquare: Bool, history: Int) throws {
        func check<Scalar: Real & Datatype>(_ type: Scalar.Type, tolerance: Double, within error: Double) throws {
            var options = Self.defaults
            (options.history, options.gradientTolerance) = (history, tolerance)
            let course = try minimise(options, threads: 1, isSquare: isSquare, as: type)
            #expect(course.isDone && course.losses.count < 60, "\(course.losses.count) iterations")
            #expect(zip(course.losses, course.losses.dropFirst()).allSatisfy { $0 > $1 })
            for (e, weight) in course.weights.enumerated() {
                #expect(abs(weight - Bowl<Double>.centre(e)) <= error, "\(e): \(weight)")
            }
            // Most steps are right at once.
            #expect(course.tries.reduce(0, +) < 2 * course.losses.count + 5, "\(course.tries)")
            for threads in 2...5 {
                #expect(try minimise(options, threads: threads, isSquare: isSquare, as: type) == course)
            }
        }
        // √(1 + x²) is rounded at 1: where the values no longer say which way is down, slopes are at some 1e-8.
        try check(Double.self, tolerance: isSquare ? 1e-10 : 1e-7, within: isSquare ? 1e-9 : 1e-6)
        try check(Float.self, tolerance: 1e-4, within: 1e-3)
    }

    /// Nothing is small enough: it ends where no step leads down.
    @Test func endsAtTheBottom() throws {
        var options = Self.defaults
        options.gradientTolerance = 0
        let course = try minimise(options, threads: 2, isSquare: false, as: Double.self)
        #expect(course.isDone && course.losses.count < 100)
        for (e, weight) in course.weights.enumerated() { #expect(abs(weight - Bowl<Double>.centre(e)) <= 1e-7) }
    }

    /// λ/2·|w|² moves the least place of h/2·(w − c)² to h·c / (h + λ).
    @Test func decay() throws {
        var options = Self.defaults
        (options.weightDecay, options.gradientTolerance) = (0.5, 1e-10)
        let course = try minimise(options, threads: 2, isSquare: true, as: Double.self)
        #expect(course.isDone)
        for (e, weight) in course.weights.enumerated() {
            let h = Bowl<Double>.curvature(e)
            #expect(abs(weight - h * Bowl<Double>.centre(e) / (h + 0.5)) <= 1e-9)
        }
    }

    /// Along a direction, against the inverse Hessian that the pairs make, written out.
    @Test(arguments: [0, 1, 3, 5]) func directions(pairs count: Int) throws {
        var options = Self.defaults
        options.history = 3
        let plan = try plan(options, threads: 3, as: Double.self)
        let size = plan.state.parameterCount
        func vector(_ seed: Int) -> [Double] {
            (0..<size).map { Double(((($0 + 1) * (seed + 3)) &* 0x9E37_79B9) >> 7 & 0xFFFF) / 0x8000 - 1 }
        }
        let gradient = vector(1)
        let steps = (0..<count).map { vector(10 + $0) }
        let changes = steps.enumerated().map { index, step in
            zip(step, vector(20 + index)).map { (1 + 0.5 * $1) * $0 }
        }
        let result = UnsafeMutablePointer<Double>.allocate(capacity: plan.state.stride)
        defer { result.deallocate() }
        let memory = try TrialMemory(plan)
        plan.team.run { worker in
            let pass = GradientPass(
                plan, worker, engine: Bowl<Double>(count: size, isSquare: true), block: VectorWork<Double>.block)
            let work = VectorWork(pass, memory)
            let history = CorrectionPairs(
                at: plan.state.optimizerState + plan.state.stride, stride: plan.state.stride, capacity: 3)
            var solver = SolverState()
            // The kernels read behind the end.
            func padded(_ values: [Double]) -> [Double] { values + [Double](repeating: .nan, count: 16) }
            for (s, y) in zip(steps, changes) { history.add(padded(s), padded(y), to: &solver, work) }
            // One along which nothing curves.
            history.add(padded(vector(2)), padded(vector(2).map { -$0 }), to: &solver, work)
            history.descend(from: padded(gradient), solver, work, into: result)
        }
        let expected = Self.direction(gradient, Array(zip(steps, changes).suffix(3)))
        for e in 0..<size { #expect(abs(result[e] - expected[e]) <= 1e-11, "\(e)") }
    }

    /// H = V₁ᵀ…(γ·I)…V₁ + …, by the recursion H ← (I − ρ·s·yᵀ)·H·(I − ρ·y·sᵀ) + ρ·s·sᵀ, applied to vectors.
    private static func direction(_ gradient: [Double], _ pairs: [([Double], [Double])]) -> [Double] {
        func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
        func product(_ pairs: ArraySlice<([Double], [Double])>, gamma: Double, _ v: [Double]) -> [Double] {
            guard let (s, y) = pairs.last else { return v.map { gamma * $0 } }
            let rho = 1 / dot(s, y), part = rho * dot(s, v)
            let inner = product(pairs.dropLast(), gamma: gamma, zip(v, y).map { $0 - part * $1 })
            let back = rho * dot(y, inner)
            return zip(inner, s).map { $0 + (part - back) * $1 }
        }
        let gamma = pairs.last.map { dot($0.0, $0.1) / dot($0.1, $0.1) } ?? 1
        return product(pairs[...], gamma: gamma, gradient).map { -$0 }
    }

    /// A loss that is no number at the first weights ends it before anything moves; behind them it is too far to go.
    @Test(arguments: [1, 3]) func divergence(threads: Int) throws {
        let plan = try plan(Self.defaults, threads: threads, as: Double.self)
        plan.state.weights[40] = .infinity
        let seen = Seen()
        let memory = try TrialMemory(plan)
        plan.team.run { worker in
            let step = LBFGSStep(
                plan, LBFGS(Self.defaults), memory, worker,
                engine: Bowl<Double>(count: plan.state.parameterCount, isSquare: true))
            step.pass.beginEpoch(1)
            let outcome = try? step.take(0, request: .stop)
            if worker.isTeamLeader { seen.course.isDone = outcome?.diverged == true && outcome?.stops == true }
        }
        #expect(seen.course.isDone)
    }
}
