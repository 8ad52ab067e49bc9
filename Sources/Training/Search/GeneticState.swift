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
    private let window: SharedWindow?

    var round: Int {
        get { Int(rounds[0]) }
        set { rounds[0] = Int64(newValue) }
    }

    /// Collective over the team.
    convenience init(team: Team, topology: Topology, slotCount: Int, blocks: Int) throws {
        var arena = try Arena(of: team) { _ = GeneticState(topology, slotCount, blocks, in: &$0) }
        self.init(topology, slotCount, blocks, in: &arena)
    }

    private init(_ topology: Topology, _ slotCount: Int, _ blocks: Int, in arena: inout Arena) {
        self.slotCount = slotCount
        parameterCount = topology.parameterCount
        slotStride = SharedState<Scalar>.stride(of: parameterCount)
        slots = arena.take(slotStride * slotCount)
        losses = arena.take(slotCount)
        order = arena.take(slotCount)
        blockLosses = arena.take(blocks)
        verdict = arena.take(1)
        rounds = arena.take(1)
        window = arena.window
    }

    /// An individual's parameters, in memory order.
    func slot(_ index: Int) -> UnsafeMutablePointer<Scalar> { slots + index * slotStride }
}
