/// How the workers' gradients become one.
public enum Reduction: String, CaseIterable, Sendable, Codable {
    /// Fixed slices, summed exactly as integers: the same bits on any layout; one copy of the weights a node.
    case exact
    /// The textbook way: a share per worker, summed in floating point by `MPI_Allreduce`; a copy of the weights a rank.
    case allreduce
}
