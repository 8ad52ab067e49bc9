import Datasets
import Foundation
import Kernels
import Networks
import RandomNumbers
import Testing

@testable import Training

#if arch(x86_64)
    private typealias Wide = Float80
#else
    private typealias Wide = Double
#endif

/// A network with more weights than its samples have outputs, over one chunk and several panels, with weighted rows.
private struct DualCase: CustomTestStringConvertible, Sendable {
    let loss: String
    let outputActivation: String
    let outputs: Int
    let samples: Int

    var testDescription: String { "\(loss) of \(outputs) \(outputActivation) outputs, \(samples) samples" }

    static let all = [
        DualCase(loss: "mse", outputActivation: "linear", outputs: 1, samples: 50),
        DualCase(loss: "mse", outputActivation: "sigmoid", outputs: 2, samples: 37),
        DualCase(loss: "huber", outputActivation: "linear", outputs: 2, samples: 40),
        DualCase(loss: "poisson", outputActivation: "linear", outputs: 1, samples: 33),
        DualCase(loss: "cross-entropy", outputActivation: "sigmoid", outputs: 2, samples: 16),
        DualCase(loss: "cross-entropy", outputActivation: "softmax", outputs: 3, samples: 29),
    ]

    private var isOfLabels: Bool { outputActivation == "softmax" }

    var options: Configuration {
        var options = Configuration(.modern, for: Recipe.Work(isImages: false, target: isOfLabels ? .labels : .numbers))
        options.choose(.lm)
        options.topology = Topology(sizes: [4, 20, 9, outputs])!
        options.activation = HiddenActivations(Activation(named: "tanh")!)
        (options.outputActivation, options.loss) = (Activation(named: outputActivation)!, Loss(named: loss)!)
        return options
    }

    private func numbers(_ stream: UInt32, _ count: Int) -> [Double] {
        var words = [UInt32](repeating: 0, count: (count + 31) / 32 * 32)
        words.withUnsafeMutableBufferPointer {
            Philox(seed: 7, purpose: .check, stream: stream).fill($0, from: 0)
        }
        return words[..<count].map { Double($0) / 0x1p31 - 1 }
    }

    var parameters: [Double] { numbers(1, options.topology.parameterCount) }

    func memory() -> SampleMemory {
        let inputs = numbers(2, samples * 4).map { 2 * $0 }
        let labels = numbers(3, samples).map { UInt8(($0 + 1) / 2 * Double(outputs)) }
        let targets = numbers(4, samples * outputs).map { loss == "huber" ? 3 * $0 : ($0 + 1) / 2 }
        let values = SampleValues(
            inputs: .numbers(.float64(inputs[...])), columns: 4, labels: isOfLabels ? labels[...] : [],
            targets: isOfLabels ? nil : .float64(targets[...]), count: samples, name: "", targetsName: ""
        ).weighted(by: numbers(5, samples).map { $0 + 1.1 }[...], name: "")
        return SampleMemory(values, target: isOfLabels ? .labels : .numbers)
    }
}

/// What one layout and form came to.
private struct Steps: Equatable {
    var gradient: [Double] = []
    /// Of each damping; nil where there was none.
    var steps: [[Double]?] = []
    var metric: [Double] = []
    var jacobian: [[Double]] = []
}

@Suite struct DualEquationsTests {
    private static let dampings = [1e-1, 1e-3, 1e-5, 1e-8, 1e-11]

    private func steps(_ test: DualCase, _ form: CurvatureForm?, threads: Int = 1) throws -> Steps {
        let setup = try EquationsSetup(
            test.options, test.memory(), parameters: test.parameters, threads: threads, form: form)
        let found = Found()
        setup.plan.team.run { worker in
            let pass = GradientPass(
                setup.plan, worker,
                engine: test.options.gradient.makePiecewiseEngine(
                    test.options.network, samples: setup.plan.samples, capacity: setup.plan.sliceCapacity))
            let equations = setup.equations.equations(pass, test.options.network)
            pass.beginEpoch(1)
            let all = pass.minibatch(0), gradient = setup.equations.gradients[0]
            _ = try? pass.gradient(of: all, at: UnsafePointer(pass.state.weights), .none, into: gradient)
            try? equations.make(all, request: .none)
            let count = setup.equations.parameters
            var steps: [[Double]?] = []
            for damping in Self.dampings {
                let isOne = equations.solve(gradient: gradient, damping: damping, decay: 0)
                steps.append(isOne ? (0..<count).map { setup.equations.step[$0] } : nil)
                pass.team.wait()
            }
            guard worker.isTeamLeader else { return }
            let rows = CurvatureRows(test.options.network, samples: setup.plan.samples)
            rows.run(all.samples, in: all.minibatch, parameters: UnsafePointer(pass.state.weights))
            found.steps = Steps(
                gradient: (0..<count).map { gradient[$0] }, steps: steps,
                metric: (0..<count).map { setup.equations.metric[$0] },
                jacobian: rows.rows(parameters: UnsafePointer(pass.state.weights), count: all.samples.count))
        }
        return found.steps
    }

    /// Written by the team's leader alone, read after all have ended.
    private final class Found: @unchecked Sendable { var steps = Steps() }

    /// By Cholesky's factor of the matrix as it stands, in more digits where the CPU has them.
    private func denseStep(_ made: Steps, damping: Double) -> [Double] {
        let n = made.gradient.count
        var a = [Wide](repeating: 0, count: n * n)
        for row in made.jacobian {
            let row = row.map { Wide($0) }
            for i in 0..<n { for j in 0...i { a[i * n + j] += row[i] * row[j] } }
        }
        for i in 0..<n { a[i * n + i] += Wide(damping) * Wide(made.metric[i]) }
        var x = made.gradient.map { -Wide($0) }
        for i in 0..<n {
            for j in 0...i {
                var sum = a[i * n + j]
                for k in 0..<j { sum -= a[i * n + k] * a[j * n + k] }
                a[i * n + j] = i == j ? sum.squareRoot() : sum / a[j * n + j]
            }
        }
        for i in 0..<n {
            for k in 0..<i { x[i] -= a[i * n + k] * x[k] }
            x[i] /= a[i * n + i]
        }
        for i in stride(from: n - 1, through: 0, by: -1) {
            for k in i + 1..<n { x[i] -= a[k * n + i] * x[k] }
            x[i] /= a[i * n + i]
        }
        return x.map { Double($0) }
    }

    private func distance(_ a: [Double], _ b: [Double]) -> Double {
        let norm = { (x: [Double]) in x.reduce(0) { $0 + $1 * $1 }.squareRoot() }
        return norm(zip(a, b).map { $0 - $1 }) / norm(b)
    }

    /// Both forms against a dense solution. What a rounded gradient lacks of being Jᵀ times something is divided by the damping, so
    /// that no form can do better than ε over it; the dual form is nowhere worse than the primal one.
    @Test(arguments: DualCase.all) fileprivate func step(_ test: DualCase) throws {
        let dual = try steps(test, .dual), primal = try steps(test, .primal)
        #expect(dual.gradient == primal.gradient && dual.metric == primal.metric)
        #expect(dual.jacobian.count < dual.gradient.count)
        for (index, damping) in Self.dampings.enumerated() {
            let expected = denseStep(dual, damping: damping)
            let error = distance(try #require(dual.steps[index]), expected)
            let beside = primal.steps[index].map { distance($0, expected) } ?? 1
            #expect(error <= max(1e-9, 2e-15 / damping), "\(damping): \(error)")
            #expect(error <= beside, "\(damping): \(error), primal \(beside)")
        }
    }

    @Test(arguments: DualCase.all) fileprivate func sameOnAnyThreads(_ test: DualCase) throws {
        let expected = try steps(test, nil)
        #expect(try expected == steps(test, .dual))
        for threads in 2...5 { #expect(try steps(test, nil, threads: threads) == expected, "\(threads) threads") }
    }

    /// What panels are multiplied by, of any size; and a range's sums are those of the whole.
    @Test(arguments: [8, 16, 24, 40, 48, 72], [1, 3, 4, 5, 11, 64]) func products(rows: Int, depth: Int) {
        let width = Curvature.panel, panels = (rows + width - 1) / width
        // Beyond the rows may be anything.
        var a = [Double](repeating: .nan, count: panels * depth * width)
        func place(_ r: Int, _ k: Int) -> Int { (r / width * depth + k) * width + r % width }
        for r in 0..<rows { for k in 0..<depth { a[place(r, k)] = Double((r * 31 + k * 17) % 23 - 11) } }
        let x = (0..<depth).map { Double($0 % 7 - 3) }, y = (0..<rows).map { Double($0 % 5 - 2) }
        for panel in 0..<panels {
            let vectors = min(3, rows / 8 - 3 * panel)
            var out = [Double](repeating: 0, count: width)
            a.withUnsafeBufferPointer {
                let own = $0.baseAddress! + panel * depth * width
                Curvature.product(own, depth: depth, x, vectors: vectors, into: &out)
            }
            for c in 0..<8 * vectors {
                #expect(out[c] == (0..<depth).reduce(0) { $0 + a[place(panel * width + c, $1)] * x[$1] })
            }
        }
        let expected = (0..<depth).map { k in (0..<rows).reduce(0) { $0 + a[place($1, k)] * y[$1] } }
        for first in [0, depth / 3, depth - 1] {
            var out = [Double](repeating: 0, count: depth)
            Curvature.sums(a, depth: depth, rows: rows, y, range: first..<depth, into: &out)
            #expect(out[first...] == expected[first...] && out[..<first].allSatisfy { $0 == 0 })
        }
    }

    /// The dual form is taken where J has fewer rows than columns, and nothing else is added to the diagonal.
    @Test func choice() throws {
        let topology = try #require(Topology(sizes: [4, 20, 9, 2]))
        for (samples, decays, form) in [
            (10, false, CurvatureForm.dual), (154, false, .dual), (155, false, .primal), (1000, false, .primal),
            (10, true, .primal),
        ] {
            #expect(CurvatureForm(topology: topology, samples: samples, decays: decays) == form, "\(samples)")
        }
        var options = DualCase.all[1].options
        #expect(options.curvatureForm(samples: 1000) == .primal)
        options.batchSize = 100
        #expect(options.curvatureForm(samples: 1000) == .dual && options.curvatureOrder(samples: 1000) == 200)
        let cost = options.curvatureCost(samples: 1000)
        #expect(cost.bytes == 974_400)
        #expect(abs(cost.operations - 15_026_666.7) < 1)
        options.weightDecay = 1e-4
        #expect(options.curvatureForm(samples: 1000) == .primal)
    }
}
