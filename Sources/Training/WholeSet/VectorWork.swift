import Cluster
import Kernels
import MPI

/// One worker's part of arithmetic on vectors with a number for each parameter.
///
/// The team's workers share the parameters out by blocks. A block's part of a dot product is one worker's, whoever that is, and all
/// add the blocks up in their order: the bits depend on no layout.
final class VectorWork<Scalar: Real & Datatype> {
    typealias Vector = UnsafePointer<Scalar>

    /// Parameters of a block.
    static var block: Int { 256 }
    /// The most dot products at a time.
    static var mostDots: Int { 2 }

    private static func blockCount(_ parameters: Int) -> Int { (parameters + block - 1) / block }

    /// Numbers of the team's memory that are written at a time.
    static func partialCount(parameters: Int, workers: Int) -> Int { max(mostDots * blockCount(parameters), workers) }

    private let team: Team
    private let worker: Int
    private let clock: WorkerClock
    /// This worker's; begins at a block.
    let range: Range<Int>
    private let blockCount: Int
    /// Two, for a worker may write those of the next while others read the last.
    private let turns: [UnsafeMutablePointer<Double>]
    private var isOdd = false

    /// - Parameter pass: whose worker has its parameters by blocks of these.
    init(_ pass: GradientPass<Scalar>, _ memory: TrialMemory<Scalar>) {
        (team, worker, clock, range) = (pass.team, pass.worker.index, pass.clock, pass.parameters)
        blockCount = Self.blockCount(pass.state.parameterCount)
        turns = memory.partials
    }

    /// out = a·x + b·y, of this worker's range.
    func combine(_ a: Double, _ x: Vector, _ b: Double, _ y: Vector, into out: UnsafeMutablePointer<Scalar>) {
        let start = now()
        Scalar.combine(a, x, b, y, range: range, into: out)
        _ = clock.lap(.update, since: start)
    }

    /// out = x, of this worker's range.
    func copy(_ x: Vector, to out: UnsafeMutablePointer<Scalar>) { combine(1, x, 0, x, into: out) }

    /// x·y, the same for every worker; waits for all.
    func dot(_ x: Vector, _ y: Vector) -> Double {
        let partials = nextTurn()
        share { note(x, y, in: partials) }
        return total(partials)
    }

    /// x·y and u·v; as `dot`.
    func dots(_ x: Vector, _ y: Vector, _ u: Vector, _ v: Vector) -> (Double, Double) {
        let partials = nextTurn()
        share {
            note(x, y, in: partials)
            note(u, v, in: partials + blockCount)
        }
        return (total(partials), total(partials + blockCount))
    }

    /// The largest magnitude of x, the same for every worker; waits for all.
    func largest(_ x: Vector) -> Double {
        let partials = nextTurn()
        share { partials[worker] = Double(Scalar.magnitude(bits: Scalar.largest(x, range: range))) }
        return (0..<team.workerCount).reduce(0.0) { max($0, partials[$1]) }
    }

    private func note(_ x: Vector, _ y: Vector, in partials: UnsafeMutablePointer<Double>) {
        Scalar.dots(x, y, range: range, block: Self.block, into: partials + range.lowerBound / Self.block)
    }

    private func total(_ partials: UnsafePointer<Double>) -> Double {
        (0..<blockCount).reduce(0.0) { $0 + partials[$1] }
    }

    private func nextTurn() -> UnsafeMutablePointer<Double> {
        isOdd.toggle()
        return turns[isOdd ? 1 : 0]
    }

    private func share(_ body: () -> Void) {
        let start = now()
        body()
        let computed = clock.lap(.update, since: start)
        team.wait()
        _ = clock.lap(.wait, since: computed)
    }
}
