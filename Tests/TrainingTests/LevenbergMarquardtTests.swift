import Cluster
import Datasets
import Foundation
import Kernels
import MPI
import Networks
import Testing

@testable import Training

/// Small networks with their Jacobians by PyTorch and a step by NumPy: Tests/Golden/make-second-order.py.
private struct GoldenStep: Decodable, CustomTestStringConvertible, Sendable {
    let name: String
    let sizes: [Int]
    let activation: String
    let outputActivation: String
    let loss: String
    let inputs: [Double]
    let targets: [Double]
    let rowWeights: [Double]?
    let parameters: [Double]
    let jacobian: [Double]
    /// Of cross-entropy: R·J.
    let squareRoot: [Double]?
    let lossValue: Double
    let gradient: [Double]
    let gaussNewton: [Double]
    let lambda: Double
    let weightDecay: Double
    let step: [Double]
    let lossAfter: Double

    var testDescription: String { name }

    static let all: [GoldenStep] = {
        struct File: Decodable { let networks: [GoldenStep] }
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Golden/second-order.json")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return (try? decoder.decode(File.self, from: Data(contentsOf: path)))?.networks ?? []
    }()

    var count: Int { inputs.count / sizes[0] }

    var options: Configuration {
        var options = Configuration(.modern, for: Recipe.Work(isImages: false, target: isOfLabels ? .labels : .numbers))
        options.choose(.lm)
        options.topology = Topology(sizes: sizes)!
        options.activation = HiddenActivations(Activation(named: activation)!)
        (options.outputActivation, options.loss) = (Activation(named: outputActivation)!, Loss(named: loss)!)
        (options.damping, options.weightDecay) = (lambda, weightDecay)
        return options
    }

    private var isOfLabels: Bool { outputActivation == "softmax" }

    func samples() -> SampleMemory {
        let outputs = sizes.last!
        let labels = (0..<count).map { s in UInt8((0..<outputs).first { targets[s * outputs + $0] == 1 } ?? 0) }
        var values = SampleValues(
            inputs: .numbers(.float64(inputs[...])), columns: sizes[0], labels: isOfLabels ? labels[...] : [],
            targets: isOfLabels ? nil : .float64(targets[...]), count: count, name: "", targetsName: "")
        if let rowWeights { values = values.weighted(by: rowWeights[...], name: "") }
        return SampleMemory(values, target: isOfLabels ? .labels : .numbers)
    }

    /// From PyTorch's order to that of memory.
    func placed(_ numbers: [Double]) -> [Double] {
        let topology = options.topology
        var placed = [Double](repeating: 0, count: topology.parameterCount)
        var next = 0
        for tensor in topology.tensors {
            placed.withUnsafeMutableBufferPointer {
                tensor.place(Array(numbers[next..<next + tensor.count]), into: $0.baseAddress!)
            }
            next += tensor.count
        }
        return placed
    }
}

@Suite struct LevenbergMarquardtTests {
    @Test func thereAreGoldenSteps() { #expect(GoldenStep.all.count == 4) }

    /// Row by row against PyTorch's Jacobian: 1e-10 of the largest.
    @Test(arguments: GoldenStep.all) fileprivate func jacobian(_ golden: GoldenStep) throws {
        let memory = golden.samples()
        let rows = CurvatureRows(golden.options.network, samples: memory.samples)
        let all = (0..<UInt32(golden.count)).map(\.self)
        let parameters = golden.placed(golden.parameters) + [Double](repeating: 0, count: 64)
        let mean = (golden.rowWeights ?? [1]).reduce(0, +) / Double((golden.rowWeights ?? [1]).count)
        let found = all.withUnsafeBufferPointer { all in
            rows.run(all, in: Minibatch(size: all.count, meanWeight: mean), parameters: parameters)
            return rows.rows(parameters: parameters, count: all.count)
        }
        let outputs = golden.sizes.last!, width = golden.parameters.count
        let expected = golden.squareRoot ?? golden.jacobian
        let most = expected.reduce(0) { max($0, abs($1)) }
        #expect(found.count == golden.count * outputs && most > 0)
        for (index, row) in found.enumerated() {
            let weight = (golden.rowWeights?[index / outputs] ?? 1) / mean / Double(golden.count)
            let factor = (golden.squareRoot == nil ? weight * 2 / Double(outputs) : weight).squareRoot()
            let wanted = golden.placed(Array(expected[index * width..<(index + 1) * width]))
            for (a, b) in zip(row, wanted) {
                #expect(abs(a - b * factor) <= 1e-10 * most, "row \(index): \(a), \(b * factor)")
            }
        }
    }

    /// A step of the run against NumPy's, and to the bit the same on any number of threads.
    @Test(arguments: GoldenStep.all) fileprivate func step(_ golden: GoldenStep) throws {
        var found: [[UInt64]] = []
        for threads in 1...5 {
            let setup = try EquationsSetup(
                golden.options, golden.samples(), parameters: golden.placed(golden.parameters), threads: threads)
            let seen = Seen()
            setup.plan.team.run { worker in
                let step = setup.step(worker)
                step.pass.beginEpoch(1)
                let outcome = try? step.take(0, request: .none)
                step.pass.showAccount()
                if worker.isTeamLeader { seen.outcome = outcome }
            }
            let outcome = try #require(seen.outcome)
            #expect(abs(outcome.loss - golden.lossValue) <= 1e-12 * abs(golden.lossValue))
            let state = setup.plan.state
            let used = (0..<setup.plan.team.workerCount).reduce(0) { $0 + state.accounts[$1].count }
            #expect(used == golden.count)
            #expect(state.solver.pointee.tries == 1 && state.solver.pointee.damping != golden.lambda)
            let before = golden.placed(golden.parameters), step = golden.placed(golden.step)
            let most = step.reduce(0) { max($0, abs($1)) }
            for p in step.indices {
                #expect(abs(state.weights[p] - before[p] - step[p]) <= 1e-9 * most, "\(threads) threads, \(p)")
            }
            found.append(step.indices.map { state.weights[$0].bitPattern })
        }
        #expect(Set(found).count == 1)
    }

    /// Written by the team's leader alone, read after all have ended.
    private final class Seen: @unchecked Sendable { var outcome: StepOutcome? }
}

@Suite struct NormalEquationsTests {
    /// Every tile on or above the diagonal, once; group after group.
    @Test(arguments: [1, 7, 8, 23, 24, 25, 48, 61, 96, 131, 200]) func tiles(order: Int) {
        let shape = GramMatrix.Shape(order: order)
        let runs = GramTile.runs(shape)
        let tiles = runs.all.flatMap { $0 }
        var covered = Set<[Int]>()
        for tile in tiles {
            #expect(tile.vectors > 0 && tile.columnStart >= tile.rowStart)
            for v in 0..<tile.vectors {
                #expect(covered.insert([tile.strip, tile.panel * 3 + tile.first + v]).inserted)
            }
        }
        #expect(covered.count == shape.strips * (shape.strips + 1) / 2)
        for run in runs.all { #expect(!run.isEmpty && Set(run.map(\.panel)).count == 1) }
        for (group, start) in runs.groups.enumerated() {
            let rows = group * GramTile.groupRows
            #expect(runs.all[start...].allSatisfy { $0.allSatisfy { $0.rowStart >= rows } })
            #expect(runs.all[..<start].allSatisfy { $0.allSatisfy { $0.rowStart < rows } })
        }
    }

    /// Cholesky's factor by blocks, of a matrix that is known to have one.
    @Test(arguments: [8, 16, 48, 56, 96, 104, 160]) func factorAndSolution(n: Int) {
        let row = n + 8
        var draws = SystemRandomNumberGenerator()
        let half = (0..<n * n).map { _ in Double.random(in: -1...1, using: &draws) }
        var a = [Double](repeating: 0, count: n * row)
        for i in 0..<n {
            for j in 0..<n {
                a[i * row + j] = (0..<n).reduce(i == j ? 1 : 0) { $0 + half[$1 * n + i] * half[$1 * n + j] }
            }
        }
        let x = (0..<n).map { _ in Double.random(in: -1...1, using: &draws) }
        var b = (0..<n).map { i in (0..<n).reduce(0) { $0 + a[i * row + $1] * x[$1] } }
        var r = a
        r.withUnsafeMutableBufferPointer { r in
            let r = r.baseAddress!
            #expect(Curvature.factorBlock(r, row: row, n: min(n, 48)))
            for start in stride(from: 48, to: n, by: 48) {
                let size = min(48, n - start)
                Curvature.factorColumns(
                    r + (start - 48) * row + start - 48, row: row, n: 48, r + (start - 48) * row + start,
                    columns: n - start)
                for strip in stride(from: start, to: n, by: 8) {
                    for column in stride(from: strip, to: n, by: 8) {
                        Curvature.subtractTile(
                            r + (start - 48) * row + strip, r + (start - 48) * row + column, row: row, depth: 48,
                            vectors: 1,
                            from: r + strip * row + column)
                    }
                }
                #expect(Curvature.factorBlock(r + start * row + start, row: row, n: size))
            }
            Curvature.solve(r, row: row, n: n, &b)
        }
        for i in 0..<n { #expect(abs(b[i] - x[i]) < 1e-9) }
    }

    @Test func whatHasNoFactor() {
        var a = [Double](repeating: 0, count: 64)
        for i in 0..<8 { a[i * 9] = i == 5 ? -1 : 1 }
        #expect(!Curvature.factorBlock(&a, row: 8, n: 8))
        a[45] = .nan
        #expect(!Curvature.factorBlock(&a, row: 8, n: 8))
    }
}
