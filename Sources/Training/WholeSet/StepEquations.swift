import Cluster
import Datasets
import Kernels
import MPI
import Networks

/// One worker's part of the equations of a damped step, (JᵀJ + λD + decay·I) Δ = −g, in one of their forms. All workers of a team
/// call each at the same time.
protocol StepEquations {
    /// Leaves what is known of JᵀJ at the weights in the memory of every team, and beside it the metric D.
    func make(_ batch: MinibatchSamples, request: Request) throws

    /// Leaves −(JᵀJ + damping · D + decay · I)⁻¹ gradient in the memory's `step`.
    ///
    /// - Returns: whether there is such a step, the same for every worker.
    func solve(gradient: UnsafePointer<Double>, damping: Double, decay: Double) -> Bool
}

/// One worker's rows of J, and the metric that is made of them.
final class JacobianWorker {
    let rows: CurvatureRows
    let pass: GradientPass<Double>
    private let memory: NormalEquations
    private let squares: UnsafeMutablePointer<Double>

    init(_ memory: NormalEquations, _ pass: GradientPass<Double>, _ network: Network) {
        (self.memory, self.pass) = (memory, pass)
        rows = CurvatureRows(network, samples: pass.plan.samples)
        squares = .allocate(capacity: memory.parameters * Curvature.lanes)
    }

    deinit { squares.deallocate() }

    var weights: UnsafePointer<Double> { UnsafePointer(pass.state.weights) }

    /// What the metric has at least, of its largest element.
    private static let leastPart = 0.1

    /// Leaves the exact sums of the columns' squares, which are JᵀJ's diagonal, and the metric D: that diagonal, but nowhere next to
    /// nothing. Other workers' parts are there after the team's next wait.
    ///
    /// - Parameter counts: whether the samples count as used.
    func measureColumns(_ batch: MinibatchSamples, counts: Bool, request: Request) throws {
        let started = now()
        let (count, size) = (memory.parameters, memory.shape.pieceSamples)
        pass.computeSlices(of: batch.samples) { samples, slot in
            if counts { pass.account(for: samples) }
            let into = pass.state.slot(slot)
            pass.state.losses[slot] = 0
            squares.update(repeating: 0, count: count * Curvature.lanes)
            for first in stride(from: 0, to: samples.count, by: size) {
                run(UnsafeBufferPointer(rebasing: samples[first..<min(first + size, samples.count)]), of: batch)
                rows.addSquares(parameters: weights, to: squares)
            }
            for p in 0..<count {
                let lanes = squares + p * Curvature.lanes
                into[p] =
                    ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]))
            }
        }
        _ = try pass.addUp(pass.gather(request, since: started), into: memory.squares)
        let largest = Double.magnitude(bits: Double.largest(memory.squares, range: 0..<count))
        for p in pass.parameters {
            memory.metric[p] = largest > 0 ? max(memory.squares[p], Self.leastPart * largest) : 1
        }
    }

    /// The rows of some samples.
    func run(_ samples: UnsafeBufferPointer<UInt32>, of batch: MinibatchSamples) {
        rows.run(samples, in: batch.minibatch, parameters: weights)
    }
}

extension MinibatchSamples {
    /// So many of them at a time.
    func piece(_ index: Int, size: Int) -> UnsafeBufferPointer<UInt32> {
        UnsafeBufferPointer(rebasing: samples[index * size..<min((index + 1) * size, samples.count)])
    }

    func pieceCount(size: Int) -> Int { (samples.count + size - 1) / size }
}
