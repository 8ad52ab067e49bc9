import Cluster
import Kernels
import MPI
import Networks

/// A team's memory for the equations of a damped step, (JᵀJ + λD) Δ = −g, in the form that a run goes by: the matrix that is
/// factored, pieces of J, and vectors.
final class NormalEquations: @unchecked Sendable {
    let shape: Shape
    let matrix: GramMatrix
    /// J in panels: of the primal form what all workers multiply in a round, of the dual form all of a minibatch.
    let panels: UnsafeMutablePointer<Double>
    /// Of each parameter: the squared norm of its column of J, which is JᵀJ's diagonal; and the element of D.
    let squares: UnsafeMutablePointer<Double>
    let metric: UnsafeMutablePointer<Double>
    let step: UnsafeMutablePointer<Double>
    /// The weights that a step would lead to.
    let trial: UnsafeMutablePointer<Double>
    /// Of the weights, and of the trial ones; which is which, the workers know.
    let gradients: [UnsafeMutablePointer<Double>]
    /// Of the dual form: D^-½ and D^-½ g, of each parameter; and of each row of J what is solved for, and what is to be mended.
    let roots: UnsafeMutablePointer<Double>
    let rooted: UnsafeMutablePointer<Double>
    let solution: UnsafeMutablePointer<Double>
    let remainder: UnsafeMutablePointer<Double>
    private let window: SharedWindow?

    /// What decides how large it is.
    struct Shape: Equatable {
        let form: CurvatureForm
        /// P.
        let parameters: Int
        /// The largest that a minibatch needs.
        let matrix: GramMatrix.Shape
        /// Samples whose rows are made at a time.
        let pieceSamples: Int
        /// Numbers of a piece of J in panels, and how many there are in memory.
        let pieceSize: Int
        let pieces: Int

        private static let roundBytes = 4 << 20

        /// - Parameter samples: of the largest minibatch.
        init(_ topology: Topology, form: CurvatureForm, samples: Int, workerCount: Int) {
            self.form = form
            parameters = topology.parameterCount
            switch form {
            case .primal:
                matrix = GramMatrix.Shape(order: parameters)
                pieceSamples = CurvatureRows.pieceSamples(topology)
                pieceSize = matrix.panels * Curvature.panel * pieceSamples * topology.outputCount
                let perRound = Self.roundBytes / (pieceSize * MemoryLayout<Double>.stride)
                pieces = max(1, min(16, perRound)) * workerCount
            case .dual:
                matrix = GramMatrix.Shape(order: CurvatureRows.depth(of: samples, topology))
                // Small ones, for they are what workers share.
                pieceSamples = max(sampleGroup, 64 / topology.outputCount / sampleGroup * sampleGroup)
                pieceSize = matrix.panels * Curvature.panel * parameters
                pieces = 1
            }
        }
    }

    /// Collective over the team.
    ///
    /// - Parameter samples: of the largest minibatch.
    convenience init(team: Team, _ topology: Topology, form: CurvatureForm, samples: Int) throws {
        let shape = Shape(topology, form: form, samples: samples, workerCount: team.workerCount)
        var arena = try Arena(of: team) { _ = NormalEquations(shape, in: &$0) }
        self.init(shape, in: &arena)
    }

    private init(_ shape: Shape, in arena: inout Arena) {
        self.shape = shape
        matrix = GramMatrix(shape.matrix, in: &arena)
        panels = arena.take(shape.pieceSize * shape.pieces)
        let stride = SharedState<Double>.stride(of: shape.parameters)
        func vector() -> UnsafeMutablePointer<Double> { arena.take(stride) }
        (squares, metric, step, trial) = (vector(), vector(), vector(), vector())
        gradients = [vector(), vector()]
        (roots, rooted) = (vector(), vector())
        (solution, remainder) = (arena.take(shape.matrix.padded), arena.take(shape.matrix.padded))
        window = arena.window
    }

    var parameters: Int { shape.parameters }

    /// One worker's part of them.
    func equations(_ pass: GradientPass<Double>, _ network: Network) -> any StepEquations {
        switch shape.form {
        case .primal: PrimalEquations(self, pass, network)
        case .dual: DualEquations(self, pass, network)
        }
    }
}
