import Cluster
import Kernels
import MPI
import Networks

/// A search between two rounds, in a team's shared memory: all that a checkpoint has to hold is `round`, the individuals
/// of the slots that `isKept`, `losses` and `order`.
final class GeneticState<Scalar: Real & Datatype>: @unchecked Sendable {
    let slotCount: Int
    let parameterCount: Int
    private let slots: UnsafeMutablePointer<Scalar>
    private let slotStride: Int
    /// By slot: the loss that the individual was measured with.
    let losses: UnsafeMutablePointer<Double>
    /// Slots: those of the population, the best first, then those that are free.
    let order: UnsafeMutablePointer<Int64>
    /// By candidate and block: the part of its loss.
    let blockLosses: UnsafeMutablePointer<Double>
    /// What the teams agreed on after a round: 0 to go on.
    let verdict: UnsafeMutablePointer<Int64>
    /// Rounds that are over.
    private let rounds: UnsafeMutablePointer<Int64>
    private let window: SharedWindow

    var round: Int {
        get { Int(rounds[0]) }
        set { rounds[0] = Int64(newValue) }
    }

    /// Collective over the team.
    init(team: Team, topology: Topology, slotCount: Int, blocks: Int) throws {
        self.slotCount = slotCount
        parameterCount = topology.parameterCount
        slotStride = (parameterCount + 63) / 16 * 16 + kernelPadding / MemoryLayout<Scalar>.stride
        var plan = SharedState<Scalar>.Plan()
        let slots = plan.add(Scalar.self, slotStride * slotCount)
        let losses = plan.add(Double.self, slotCount)
        let order = plan.add(Int64.self, slotCount)
        let blockLosses = plan.add(Double.self, blocks)
        let verdict = plan.add(Int64.self, 1)
        let rounds = plan.add(Int64.self, 1)
        window = try team.window(byteCount: plan.byteCount + kernelPadding)
        let base = window.base
        self.slots = (base + slots).assumingMemoryBound(to: Scalar.self)
        self.losses = (base + losses).assumingMemoryBound(to: Double.self)
        self.order = (base + order).assumingMemoryBound(to: Int64.self)
        self.blockLosses = (base + blockLosses).assumingMemoryBound(to: Double.self)
        self.verdict = (base + verdict).assumingMemoryBound(to: Int64.self)
        self.rounds = (base + rounds).assumingMemoryBound(to: Int64.self)
    }

    /// An individual's parameters, in memory order.
    func slot(_ index: Int) -> UnsafeMutablePointer<Scalar> { slots + index * slotStride }
}
