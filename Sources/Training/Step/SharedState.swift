import Cluster
import Kernels
import MPI
import Networks

/// A team's memory: one copy of weights and velocity, a slot for each slice's gradient, and the sums.
final class SharedState<Scalar: Real & Datatype>: @unchecked Sendable {
    let parameterCount: Int
    /// Where each tensor's parameters lie: W⁰, b⁰, W¹, …
    let tensors: [Range<Int>]
    let maxima: Maxima
    let weights: UnsafeMutablePointer<Scalar>
    let velocity: UnsafeMutablePointer<Scalar>
    /// One gradient per slice of this team, `slotStride` apart.
    let slots: UnsafeMutablePointer<Scalar>
    let slotStride: Int
    let slotCount: Int
    /// Each slot's share of the minibatch's loss.
    let losses: UnsafeMutablePointer<Double>
    /// Exact sums, and the loss's: see `GradientSum`.
    let words: UnsafeMutablePointer<Int64>
    /// Plain sums, and what is agreed on with them.
    let sums: UnsafeMutablePointer<Scalar>
    /// A row per worker, and one that the teams agreed on: see `Maxima`.
    private let maximaRows: UnsafeMutablePointer<Int64>
    /// Per worker: the first parameter that it found to be no number, or -1.
    let misfits: UnsafeMutablePointer<Int64>
    /// Per worker: what its rank asks all for, as a `Request`.
    let requests: UnsafeMutablePointer<Int64>
    /// Per worker: the samples it used in an epoch, as an `Accounting`.
    let accounts: UnsafeMutablePointer<Accounting>
    /// Per worker: the checksum of its part of the dataset.
    let dataSums: UnsafeMutablePointer<UInt64>
    /// Per worker: the seconds of an epoch by phase.
    let seconds: UnsafeMutablePointer<Double>
    /// The epoch's order of the samples.
    let permutation: UnsafeMutablePointer<UInt32>
    /// What the team's ranks agreed on at the end of an epoch.
    let verdict: UnsafeMutablePointer<Int64>
    /// Per block of an evaluation: loss and correct answers.
    let blockLosses: UnsafeMutablePointer<Double>
    let blockCorrect: UnsafeMutablePointer<Int64>
    private let window: SharedWindow

    /// Collective over the team.
    init(team: Team, topology: Topology, slotCount: Int, trainCount: Int, blocks: Int) throws {
        parameterCount = topology.parameterCount
        tensors = topology.tensors.map { $0.offset..<$0.offset + $0.count }
        maxima = Maxima(tensorCount: tensors.count)
        self.slotCount = slotCount
        slotStride = (parameterCount + 63) / 16 * 16 + kernelPadding / MemoryLayout<Scalar>.stride
        var plan = Plan()
        let weights = plan.add(Scalar.self, slotStride)
        let velocity = plan.add(Scalar.self, slotStride)
        let slots = plan.add(Scalar.self, slotStride * slotCount)
        let losses = plan.add(Double.self, slotCount)
        let words = plan.add(Int64.self, parameterCount * Scalar.exactWords + 2)
        let sums = plan.add(Scalar.self, parameterCount + Agreement.count)
        let maximaRows = plan.add(Int64.self, maxima.stride * (team.workerCount + 1))
        let misfits = plan.add(Int64.self, team.workerCount)
        let requests = plan.add(Int64.self, team.workerCount)
        let accounts = plan.add(Accounting.self, team.workerCount)
        let dataSums = plan.add(UInt64.self, team.workerCount)
        let seconds = plan.add(Double.self, team.workerCount * Phase.allCases.count)
        let permutation = plan.add(UInt32.self, trainCount)
        let verdict = plan.add(Int64.self, 1)
        let blockLosses = plan.add(Double.self, blocks)
        let blockCorrect = plan.add(Int64.self, blocks)
        window = try team.window(byteCount: plan.byteCount + kernelPadding)
        let base = window.base
        func place<T>(_ offset: Int, _: T.Type = T.self) -> UnsafeMutablePointer<T> {
            (base + offset).assumingMemoryBound(to: T.self)
        }
        self.weights = place(weights)
        self.velocity = place(velocity)
        self.slots = place(slots)
        self.losses = place(losses)
        self.words = place(words)
        self.sums = place(sums)
        self.maximaRows = place(maximaRows)
        self.misfits = place(misfits)
        self.requests = place(requests)
        self.accounts = place(accounts)
        self.dataSums = place(dataSums)
        self.seconds = place(seconds)
        self.permutation = place(permutation)
        self.verdict = place(verdict)
        self.blockLosses = place(blockLosses)
        self.blockCorrect = place(blockCorrect)
    }

    /// Offsets of arrays that start on cache lines of their own.
    struct Plan {
        var byteCount = 0

        mutating func add<T>(_: T.Type, _ count: Int) -> Int {
            defer { byteCount = (byteCount + count * MemoryLayout<T>.stride + 127) / 64 * 64 }
            return byteCount
        }
    }

    func slot(_ index: Int) -> UnsafeMutablePointer<Scalar> { slots + index * slotStride }

    /// The maxima of the team's worker `index`; behind those of the last, what the teams agreed on.
    func maximaRow(_ index: Int) -> UnsafeMutablePointer<Int64> { maximaRows + index * maxima.stride }
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
