import Foundation

/// Where and on how much a step of training is taken: all that its time depends on but the machine.
public struct StepShape: Sendable, Hashable {
    /// How `MPI_Allreduce` sends a message round.
    public enum Algorithm: String, Sendable, Hashable { case rabenseifner, ring }

    public var nodes: Int
    public var ranks: Int
    public var threads: Int
    public var batchSize: Int
    public var slices: Int
    public var parameters: Int
    public var work: StepWork
    /// Fixed slices summed as integers, or a slice per worker summed in floating point.
    public var isExact: Bool
    public var isDouble: Bool
    /// Of the network between nodes, in bits a second; nil where it is not known.
    public var linkRate: Double?
    public var algorithm = Algorithm.rabenseifner

    public init(
        nodes: Int, ranks: Int, threads: Int, batchSize: Int, slices: Int, parameters: Int, work: StepWork = .gradient,
        isExact: Bool = true, isDouble: Bool = false, linkRate: Double? = nil, algorithm: Algorithm = .rabenseifner
    ) {
        self.nodes = nodes
        self.ranks = ranks
        self.threads = threads
        self.batchSize = batchSize
        self.slices = isExact ? slices : ranks * threads
        self.parameters = parameters
        self.work = work
        self.isExact = isExact
        self.isDouble = isDouble
        self.linkRate = linkRate
        self.algorithm = algorithm
    }

    public var workers: Int { ranks * threads }
    /// Workers that get something to compute.
    public var busyWorkers: Int {
        guard let (count, piece) = pieces else { return min(workers, slices, batchSize) }
        return min(workers, Int(teamWorkers) * min(teams, (count + piece - 1) / piece))
    }

    /// Slices of the worker that has the most.
    var mostSlices: Double { Double((slices + workers - 1) / workers) }

    /// Samples of the worker that has the most: of its slices; or its part of its team's pieces. Where J has fewer rows than there are
    /// parameters a sample costs the less.
    var mostSamples: Double {
        guard let (count, piece) = pieces else {
            return min(Double(batchSize), mostSlices * Double(batchSize) / Double(slices))
        }
        let ofTeam = Double(min(count, ((count + piece - 1) / piece + teams - 1) / teams * piece)) / Double(count)
        return Double(batchSize) * ofTeam / teamWorkers * order / Double(parameters)
    }

    /// What teams share out where J is multiplied by itself, and how much of it goes together: samples; or parameters, where there
    /// are fewer rows.
    private var pieces: (count: Int, piece: Int)? {
        guard case .curvature(let outputs, _) = work else { return nil }
        return batchSize * outputs < parameters ? (parameters, 256) : (batchSize, max(1, 256 / outputs))
    }

    /// Of the matrix that is factored: JᵀJ, or the dual form's.
    var order: Double {
        guard case .curvature(let outputs, _) = work else { return 0 }
        return Double(min(parameters, batchSize * outputs))
    }

    /// Workers that share one copy of the weights, how many such teams, and the slots that one of them adds up.
    var teamWorkers: Double { Double(workers) / Double(teams) }
    var teams: Int { isExact ? nodes : ranks }
    var teamSlots: Double { (Double(slices) / Double(teams)).rounded(.up) }
    var workersPerNode: Double { Double(workers) / Double(nodes) }

    /// Bytes of the gradient as it is sent, with the loss and what else is agreed on.
    public var messageBytes: Double {
        let word = isExact || isDouble ? 8.0 : 4.0
        return (Double(parameters) * (isExact && isDouble ? 2 : 1) + (isExact ? 2 : 4)) * word
    }

    /// The all-reduces that a gradient needs.
    var near: AllReduce { AllReduce(members: isExact ? 1 : (ranks + nodes - 1) / nodes, bytes: messageBytes) }
    /// Of the tensors' largest magnitudes, before an exact sum: a few bytes.
    var maxima: AllReduce { AllReduce(members: isExact ? nodes : 1, bytes: 64) }
    var far: AllReduce { AllReduce(members: nodes, bytes: messageBytes, algorithm: algorithm) }
    /// Of the words of what is factored, where there is anything.
    var words: AllReduce {
        AllReduce(
            members: work.factors > 0 ? nodes : 1, bytes: 4 * order * order,
            algorithm: algorithm)
    }
}

/// An all-reduce as a number of messages after one another, and a number of bytes through a member's link.
struct AllReduce {
    var members: Int
    var bytes: Double
    var algorithm = StepShape.Algorithm.rabenseifner

    /// Below this Open MPI exchanges whole buffers.
    private static let smallBytes = 8192.0

    private var levels: Double { members < 2 ? 0 : Double(Int.bitWidth - (members - 1).leadingZeroBitCount) }

    var messages: Double {
        guard members > 1 else { return 0 }
        if bytes < Self.smallBytes { return levels }
        return algorithm == .ring ? 2 * Double(members - 1) : 2 * levels
    }

    var linkBytes: Double {
        guard members > 1 else { return 0 }
        return bytes < Self.smallBytes ? levels * bytes : 2 * bytes * Double(members - 1) / Double(members)
    }
}
