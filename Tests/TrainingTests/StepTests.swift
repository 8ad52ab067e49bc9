import Cluster
import Datasets
import Kernels
import MPI
import Networks
import Testing

@testable import Training

/// A team's step without a trainer, against the same arithmetic written out.
@Suite struct StepTests {
    /// An engine that gives each slice a gradient made up from its samples' numbers and the weights.
    private final class MadeUp: GradientEngine {
        typealias Scalar = Double
        private let count: Int
        /// What all gradients are instead.
        private let made: Double?

        init(count: Int, made: Double? = nil) { (self.count, self.made) = (count, made) }

        func gradient(
            of samples: UnsafeBufferPointer<UInt32>, in minibatch: Minibatch, parameters: UnsafePointer<Double>,
            into gradient: UnsafeMutablePointer<Double>
        ) -> Double {
            let sum = samples.reduce(0.0) { $0 + Double($1) } / Double(minibatch.size)
            for e in 0..<count { gradient[e] = made ?? sum * Double(e % 7 - 3) + parameters[e] / 8 }
            return sum
        }
    }

    /// 909 parameters: 8 blocks of a norm, the last a short one.
    private static let topology = Topology(sizes: [20, 30, 9])!
    private static let schedule = MinibatchSchedule(sampleCount: 100, batchSize: 40, seed: 1, shuffled: true)

    /// The engine asks for their numbers alone.
    private let samples = SampleMemory(
        SampleValues(
            inputs: .bytes([UInt8](repeating: 1, count: 500)[...]), columns: 5, count: 100, name: "", targetsName: ""),
        target: .labels)

    private func plan(
        _ optimizer: Optimizer, _ options: OptimizerOptions, clipNorm: Double? = nil, reduction: Reduction, threads: Int
    ) throws -> Plan {
        let team = try Team(processes: Processes(Environment.start().world), reduction: reduction, threads: threads)
        let slicing = Slicing(nil, reduction: reduction, team: team)
        let state = try SharedState<Double>(
            team: team,
            shape: SharedState<Double>.Shape(
                topology: Self.topology, optimizerState: optimizer.state(options), workerCount: team.workerCount,
                slotCount: slicing.ofTeam.count, inputSlices: nil, trainCount: 100, blockCount: 1,
                clips: clipNorm != nil))
        for e in 0..<state.parameterCount { state.weights[e] = Double(e) / 16 }
        var configuration = Configuration()
        (configuration.optimizer, configuration.optimizerOptions, configuration.clipNorm) = (
            optimizer, options, clipNorm
        )
        return Plan(
            plan: StepPlan(
                team: team, samples: samples.samples, schedule: Self.schedule, slicing: slicing,
                sum: GradientSum(state: state, reduction: reduction)),
            descent: try #require(Descent(configuration, stepsInEpoch: 3)))
    }

    @dynamicMemberLookup
    private struct Plan {
        let plan: StepPlan<Double>
        let descent: Descent

        subscript<Value>(dynamicMember member: KeyPath<StepPlan<Double>, Value>) -> Value { plan[keyPath: member] }

        func step(_ worker: Worker, _ engine: MadeUp) -> Step<Double> { Step(plan, descent, worker, engine: engine) }
    }

    /// Two epochs; the weights and the losses of all steps.
    private func train(_ plan: Plan) -> (weights: [Double], losses: [Double]) {
        let losses = Losses()
        plan.team.run { worker in
            let step = plan.step(worker, MadeUp(count: plan.state.parameterCount))
            for epoch in 1...2 {
                step.pass.beginEpoch(epoch)
                for minibatch in 0..<plan.schedule.minibatchCount {
                    let outcome = try? step.take(minibatch, request: .none)
                    if worker.isTeamLeader { losses.all.append(outcome?.loss ?? .nan) }
                }
                step.pass.showAccount()
            }
        }
        return (Array(UnsafeBufferPointer(start: plan.state.weights, count: plan.state.parameterCount)), losses.all)
    }

    /// Written by the team's leader alone, read after all have ended.
    private final class Losses: @unchecked Sendable {
        var all: [Double] = []
    }

    /// The same in one loop, of a minibatch's samples together: sums of other shape, so near and not equal.
    private func expected(
        _ optimizer: Optimizer, _ options: OptimizerOptions, clipNorm: Double = .infinity, slices: Int
    ) -> [Double] {
        let count = Self.topology.parameterCount
        var (weights, first, second) = (
            (0..<count).map { Double($0) / 16 }, [Double](repeating: 0, count: count),
            [Double](repeating: 0, count: count)
        )
        let (rate, decay) = (options.learningRate!, options.weightDecay!)
        var t = 0
        for epoch in 1...2 {
            let order = Self.schedule.permutation(epoch: epoch)
            for minibatch in 0..<Self.schedule.minibatchCount {
                t += 1
                let samples = order[Self.schedule.minibatch(minibatch)]
                let sum = samples.reduce(0.0) { $0 + Double($1) } / Double(samples.count)
                let gradient = (0..<count).map { sum * Double($0 % 7 - 3) + Double(slices) * weights[$0] / 8 }
                let norm = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
                for e in 0..<count {
                    var g = gradient[e] * min(1, clipNorm / (norm + 1e-6))
                    if optimizer.rawValue == "adamw" {
                        weights[e] -= rate * decay * weights[e]
                    } else {
                        g += decay * weights[e]
                    }
                    if optimizer == .sgd {
                        first[e] = 0.5 * first[e] - rate * g
                        weights[e] += first[e]
                    } else {
                        first[e] = 0.9 * first[e] + 0.1 * g
                        second[e] = 0.999 * second[e] + 0.001 * g * g
                        let (b1, b2) = (power(0.9, t), power(0.999, t))
                        weights[e] -= rate * (first[e] / (1 - b1)) / ((second[e] / (1 - b2)).squareRoot() + 1e-8)
                    }
                }
            }
        }
        return weights
    }

    private func power(_ x: Double, _ n: Int) -> Double { (0..<n).reduce(1) { power, _ in power * x } }

    @Test(arguments: Optimizer.allCases.filter(\.isOfMinibatches), [Reduction.exact, .allreduce])
    func isTheOptimizersStep(_ optimizer: Optimizer, _ reduction: Reduction) throws {
        for (decay, clipNorm) in [(0, nil), (0.3, nil), (0, 2000), (0.3, 2000)] as [(Double, Double?)] {
            var options = optimizer.defaults
            (options.learningRate, options.weightDecay) = (0.001, decay)
            var found: [[Double]] = []
            for threads in 1...5 {
                let plan = try plan(optimizer, options, clipNorm: clipNorm, reduction: reduction, threads: threads)
                let (weights, losses) = train(plan)
                let expected = expected(
                    optimizer, options, clipNorm: clipNorm ?? .infinity, slices: plan.slicing.count)
                for (a, b) in zip(weights, expected) { #expect(abs(a - b) <= 1e-9 * max(1, abs(b)), "\(a), \(b)") }
                #expect(losses.count == 6 && losses.allSatisfy(\.isFinite))
                // The number of samples, whoever used them.
                let used = (0..<plan.team.workerCount).reduce(0) { $0 + plan.state.accounts[$1].count }
                #expect(used == 100)
                found.append(weights)
            }
            #expect(reduction == .allreduce || Set(found).count == 1)
        }
    }

    /// A limit that no norm comes to changes no bit; one below all norms does.
    @Test(arguments: Optimizer.allCases.filter(\.isOfMinibatches), [Reduction.exact, .allreduce])
    func clippingByItself(_ optimizer: Optimizer, _ reduction: Reduction) throws {
        func weights(_ clipNorm: Double?) throws -> [Double] {
            var options = optimizer.defaults
            options.learningRate = 0.001
            return train(
                try plan(optimizer, options, clipNorm: clipNorm, reduction: reduction, threads: 2)
            ).weights
        }
        let free = try weights(nil)
        #expect(try weights(1e300) == free && weights(1) != free)
    }

    /// What is no number stops all, before anything has moved; the first place is told.
    @Test(arguments: [1, 3], [nil, 1]) func divergence(threads: Int, clipNorm: Double?) throws {
        let plan = try plan(.sgd, Optimizer.sgd.defaults, clipNorm: clipNorm, reduction: .exact, threads: threads)
        plan.state.weights[40] = .infinity
        let before = (0..<40).map { plan.state.weights[$0] }
        let seen = Losses()
        plan.team.run { worker in
            let step = plan.step(worker, MadeUp(count: plan.state.parameterCount))
            step.pass.beginEpoch(1)
            let outcome = try? step.take(0, request: .none)
            if worker.isTeamLeader { seen.all.append(outcome?.diverged == true ? 1 : 0) }
            let vector = step.pass.firstNotFinite()
            if worker.isTeamLeader { seen.all.append(vector?.name == "weights" ? 1 : 0) }
        }
        #expect(seen.all == [1, 1])
        #expect((0..<40).map { plan.state.weights[$0] } == before)
    }

    /// A sum that is no number, of slices that are, stops a step that is clipped before anything has moved.
    @Test(arguments: [1, 3], [Reduction.exact, .allreduce]) func divergenceOfASum(threads: Int, reduction: Reduction)
        throws
    {
        // With allreduce there are as many slices as workers.
        let threads = reduction == .exact ? threads : max(2, threads)
        let plan = try plan(.sgd, Optimizer.sgd.defaults, clipNorm: 1, reduction: reduction, threads: threads)
        let before = (0..<plan.state.parameterCount).map { plan.state.weights[$0] }
        let seen = Losses()
        plan.team.run { worker in
            let step = plan.step(
                worker, MadeUp(count: plan.state.parameterCount, made: .greatestFiniteMagnitude))
            step.pass.beginEpoch(1)
            let outcome = try? step.take(0, request: .none)
            if worker.isTeamLeader { seen.all.append(outcome?.diverged == true ? 1 : 0) }
        }
        #expect(seen.all == [1])
        #expect((0..<plan.state.parameterCount).map { plan.state.weights[$0] } == before)
    }

    /// A vector of the optimiser's that overflows is found, though the weights are numbers.
    @Test func divergenceOfAVector() throws {
        let adam = try #require(Optimizer(rawValue: "adam"))
        let plan = try plan(adam, adam.defaults, reduction: .exact, threads: 2)
        plan.state.vectors[2].base[3] = .infinity
        let seen = Losses()
        plan.team.run { worker in
            let vector = plan.step(worker, MadeUp(count: 1)).pass.firstNotFinite()
            if worker.isTeamLeader { seen.all.append(vector?.name == "second moment" ? 1 : 0) }
        }
        #expect(seen.all == [1])
    }

    @Test func requestsReachAll() throws {
        let plan = try plan(.sgd, Optimizer.sgd.defaults, reduction: .exact, threads: 3)
        let seen = Losses()
        plan.team.run { worker in
            let step = plan.step(worker, MadeUp(count: plan.state.parameterCount))
            step.pass.beginEpoch(1)
            let outcome = try? step.take(0, request: worker.index == 2 ? .stop : .none)
            if worker.isTeamLeader { seen.all.append(outcome?.stops == true && outcome?.fails == false ? 1 : 0) }
        }
        #expect(seen.all == [1])
    }
}

/// A team's memory.
@Suite struct SharedStateTests {
    /// Arrays begin on cache lines, in order, without touching one another; what is laid out nowhere takes as much as in place.
    @Test(arguments: [[], [1], [64], [0, 63, 65, 1000]]) func arenasKeepArraysApart(counts: [Int]) {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 1 << 16, alignment: 64)
        defer { memory.deallocate() }
        var (nowhere, place) = (Arena(), Arena(at: memory))
        var end = memory
        for count in counts {
            let _: UnsafeMutablePointer<Int16> = nowhere.take(count)
            let array: UnsafeMutablePointer<Int16> = place.take(count)
            let start = UnsafeMutableRawPointer(array)
            #expect(Int(bitPattern: start) % 64 == 0 && start >= end)
            end = start + 2 * count
        }
        #expect(nowhere.byteCount == place.byteCount && memory + place.byteCount >= end)
    }

    /// Weights and vectors are zero at first, apart, and named as checkpoints have had them.
    @Test(arguments: Optimizer.allCases) func vectors(_ optimizer: Optimizer) throws {
        let team = try Team(processes: Processes(Environment.start().world), reduction: .exact, threads: 1)
        let topology = Topology(sizes: [5, 7, 3])!
        let state = try SharedState<Float>(
            team: team,
            shape: SharedState<Float>.Shape(
                topology: topology, optimizerState: optimizer.state(optimizer.defaults), workerCount: 1, slotCount: 2,
                inputSlices: nil,
                trainCount: 3, blockCount: 1))
        #expect(state.vectors.map(\.name) == ["weights"] + optimizer.state(optimizer.defaults))
        #expect(state.vectors[0].prefix == "" && state.vectors[0].base == state.weights)
        if optimizer == .sgd { #expect(state.vectors[1].prefix == "velocity.") }
        for (index, vector) in state.vectors.dropFirst().enumerated() {
            #expect(
                vector.base == state.optimizerState + index * state.stride && vector.count == topology.parameterCount)
            #expect(vector.buffer.allSatisfy { $0 == 0 })
        }
        #expect(Set(state.vectors.map(\.prefix)).count == state.vectors.count)
    }
}
