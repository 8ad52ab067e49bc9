import Cluster
import Kernels
import MPI
import Networks

/// A team's memory: one copy of the weights and of what the optimiser keeps beside them, a slot for each slice's gradient,
/// and the sums.
final class SharedState<Scalar: Real & Datatype>: @unchecked Sendable {
    let parameterCount: Int
    /// Where each tensor's parameters lie: W⁰, b⁰, W¹, …
    let tensors: [Range<Int>]
    let maxima: Maxima
    let weights: UnsafeMutablePointer<Scalar>
    /// The optimiser's vectors, in its order, `stride` apart; zeros at first.
    let optimizerState: UnsafeMutablePointer<Scalar>
    /// The weights, the optimiser's vectors, and the best weights where they are kept: all that a run is between two steps but
    /// for its place.
    let vectors: [ParameterVector<Scalar>]
    /// One gradient per slice of this team, `stride` apart.
    let slots: UnsafeMutablePointer<Scalar>
    let slotCount: Int
    /// Where slices leave what W⁰'s gradient is made of, in place of that; nil: all of a gradient is in its slot.
    let inputSlices: InputSlices<Scalar>?
    /// From one vector to the next, and from one slot to the next.
    let stride: Int
    /// Each slot's share of the minibatch's loss.
    let losses: UnsafeMutablePointer<Double>
    /// Exact sums, and the loss's: see `GradientSum`.
    let words: UnsafeMutablePointer<Int64>
    /// Plain sums, and what is agreed on with them.
    let sums: UnsafeMutablePointer<Scalar>
    /// Where the gradient is clipped, the norm of each block of its sum: see `Clipping`.
    let norms: UnsafeMutablePointer<Double>
    /// A row per worker, and one that the teams agreed on: see `Maxima`.
    private let maximaRows: UnsafeMutablePointer<Int64>
    /// Per worker: the first parameter that it found to be no number, or -1.
    let misfits: UnsafeMutablePointer<Int64>
    /// Per worker: what its rank asks all for, as a `Request`.
    let requests: UnsafeMutablePointer<Int64>
    /// For the slices that its workers take: see `SharedWork`.
    let taken: UnsafeMutablePointer<UInt64>
    /// Per worker: the samples it used in an epoch.
    let accounts: UnsafeMutablePointer<Accounting>
    /// Per worker: the checksum of its part of the dataset.
    let dataSums: UnsafeMutablePointer<UInt64>
    /// Per worker: the seconds of an epoch by phase.
    let seconds: UnsafeMutablePointer<Double>
    /// The epoch's order of the samples.
    let permutation: UnsafeMutablePointer<UInt32>
    /// What the team's ranks agreed on at the end of an epoch.
    let verdict: UnsafeMutablePointer<Int64>
    /// Per block of an evaluation: what `EvaluationSets.blockWidth` says, and correct answers.
    private let scoreRows: UnsafeMutablePointer<Double>
    private let blockWidth: Int
    let blockCorrect: UnsafeMutablePointer<Int64>
    /// Per worker: `ClassCounts` of each set.
    private let countRows: UnsafeMutablePointer<Int64>
    private let countWidth: Int
    /// The number of the epoch whose weights are kept as the best, 0 for none; and those.
    let bestEpoch: UnsafeMutablePointer<Int64>
    let solver: UnsafeMutablePointer<SolverState>
    let bestWeights: UnsafeMutablePointer<Scalar>
    private let window: SharedWindow?

    /// What decides how large it is.
    struct Shape {
        let topology: Topology
        /// The names of the optimiser's vectors.
        let optimizerState: [String]
        let workerCount: Int
        let slotCount: Int
        let inputSlices: InputSlicesShape?
        let trainCount: Int
        /// Of an evaluation.
        let blockCount: Int
        var blockWidth = 1
        var countWidth = 0
        var clips = false
        var keepsBest = false
    }

    /// Collective over the team.
    convenience init(team: Team, shape: Shape) throws {
        var arena = try Arena(of: team) { _ = SharedState(shape, in: &$0) }
        self.init(shape, in: &arena)
    }

    private init(_ shape: Shape, in arena: inout Arena) {
        let (count, workers) = (shape.topology.parameterCount, shape.workerCount)
        parameterCount = count
        tensors = shape.topology.tensors.map { $0.offset..<$0.offset + $0.count }
        maxima = Maxima(tensorCount: tensors.count)
        stride = Self.stride(of: count)
        slotCount = shape.slotCount
        weights = arena.take(stride)
        optimizerState = arena.take(stride * shape.optimizerState.count)
        slots = arena.take(stride * slotCount)
        inputSlices = shape.inputSlices.map { [count = shape.slotCount] shape in
            InputSlices(
                shape, count: count, values: arena.take(InputSlices<Scalar>.valueCount(shape, count: count)),
                deltas: arena.take(InputSlices<Scalar>.deltaCount(shape, count: count)))
        }
        losses = arena.take(slotCount)
        words = arena.take(count * Scalar.exactWords + 2)
        sums = arena.take(count + Agreement.count)
        norms = arena.take(shape.clips ? Clipping.blockCount(count) : 0)
        maximaRows = arena.take(maxima.stride * (workers + 1))
        misfits = arena.take(workers)
        requests = arena.take(workers)
        taken = arena.take(SharedWork.wordCount(workers: workers))
        accounts = arena.take(workers)
        dataSums = arena.take(workers)
        seconds = arena.take(workers * Phase.allCases.count)
        permutation = arena.take(shape.trainCount)
        verdict = arena.take(1)
        (blockWidth, countWidth) = (shape.blockWidth, shape.countWidth)
        scoreRows = arena.take(shape.blockCount * blockWidth)
        blockCorrect = arena.take(shape.blockCount)
        countRows = arena.take(workers * countWidth)
        bestEpoch = arena.take(1)
        solver = arena.take(1)
        bestWeights = arena.take(shape.keepsBest ? stride : 0)
        window = arena.window
        var vectors = [ParameterVector(name: "weights", prefix: "", base: weights, count: count)]
        for (index, name) in shape.optimizerState.enumerated() {
            vectors.append(
                ParameterVector(
                    name: name, prefix: name.replacing(" ", with: "_") + ".", base: optimizerState + index * stride,
                    count: count))
        }
        if shape.keepsBest {
            vectors.append(
                ParameterVector(name: "best weights", prefix: "best.", base: bestWeights, count: count))
        }
        self.vectors = vectors
    }

    /// Elements from one array of `count` parameters to the next: whole cache lines, and what kernels read behind the end.
    static func stride(of count: Int) -> Int {
        (count + 63) / 16 * 16 + kernelPadding / MemoryLayout<Scalar>.stride
    }

    func slot(_ index: Int) -> UnsafeMutablePointer<Scalar> { slots + index * stride }

    /// What a block of an evaluation was measured with; those of the next follow.
    func blockScores(_ block: Int) -> UnsafeMutablePointer<Double> { scoreRows + block * blockWidth }
    func classCounts(_ worker: Int) -> UnsafeMutablePointer<Int64> { countRows + worker * countWidth }

    /// The maxima of the team's worker `index`; behind those of the last, what the teams agreed on.
    func maximaRow(_ index: Int) -> UnsafeMutablePointer<Int64> { maximaRows + index * maxima.stride }
}

/// A number for each parameter, in a team's memory.
struct ParameterVector<Scalar> {
    /// For messages.
    let name: String
    /// What the names of its tensors begin with in a checkpoint.
    let prefix: String
    let base: UnsafeMutablePointer<Scalar>
    let count: Int

    var buffer: UnsafeMutableBufferPointer<Scalar> { UnsafeMutableBufferPointer(start: base, count: count) }
}

/// What a worker's time goes into.
public enum Phase: Int, CaseIterable, Sendable {
    case compute, wait, reduce, update
}

/// What all workers have to know before they add up exactly, by place in a row: the largest magnitude of each tensor, as its
/// bits, that of the loss, and what ranks ask for. All are maxima, so no order shows.
struct Maxima: Sendable {
    let tensorCount: Int
    var loss: Int { tensorCount }
    /// 1 where a rank asks for it.
    var stops: Int { tensorCount + 1 }
    var failures: Int { tensorCount + 2 }
    var count: Int { tensorCount + 3 }
    /// Rows start on cache lines of their own.
    var stride: Int { (count + 7) / 8 * 8 }
}

/// What all workers agree on with a plain sum, summed over teams beside the gradient.
enum Agreement: Int {
    case loss, misfits, stops, failures
    static let count = 4
}

/// What a rank asks all ranks for; they grant it after the step under way.
enum Request: Int64 {
    /// Nothing: go on.
    case none
    /// To save and end, since a signal came.
    case stop
    /// To end, since something failed here.
    case failure
}
