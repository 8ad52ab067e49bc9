import Cluster
import Kernels
import MPI
import Networks

/// A team's memory for the normal equations of a step, (JᵀJ + λD) Δ = −g: JᵀJ in words, the factor of the damped matrix, pieces
/// of J, and vectors.
///
/// Every column of J is divided by a power of two above its norm, so that no sum of products of two is above one, and small
/// columns keep their digits: element (i, j) of the words has the exponent e_i + e_j.
final class NormalEquations: @unchecked Sendable {
    let shape: Shape
    /// JᵀJ, packed as CKernels.h has it.
    let words: UnsafeMutableBufferPointer<Int64>
    /// Rows of `row` numbers.
    let factor: UnsafeMutablePointer<Double>
    /// Of one round: what all workers multiply.
    private let panels: UnsafeMutablePointer<Double>
    /// Of each parameter: the squared norm of its column of J, which is JᵀJ's diagonal; 2^-e; the element of D, which is that
    /// diagonal but nowhere next to nothing; and what is added to the diagonal.
    let squares: UnsafeMutablePointer<Double>
    let scale: UnsafeMutablePointer<Double>
    let metric: UnsafeMutablePointer<Double>
    let diagonal: UnsafeMutablePointer<Double>
    let step: UnsafeMutablePointer<Double>
    /// The weights that a step would lead to.
    let trial: UnsafeMutablePointer<Double>
    /// Of the weights, and of the trial ones; which is which, the workers know.
    let gradients: [UnsafeMutablePointer<Double>]
    /// Whether the damped matrix had no factor.
    let fails: UnsafeMutablePointer<Int64>
    private let window: SharedWindow?

    /// What decides how large it is.
    struct Shape: Equatable {
        /// Parameters, P; and those that columns are rounded up to.
        let order: Int
        let padded: Int
        /// Numbers from one row of the factor to the next: an odd number of cache lines, for even ones would share few sets.
        let row: Int
        /// Numbers of a piece of J, and pieces that a worker makes in a round.
        let pieceSize: Int
        let piecesPerRound: Int
        let workerCount: Int

        private static let roundBytes = 4 << 20

        init(_ topology: Topology, workerCount: Int) {
            order = topology.parameterCount
            let strip = Curvature.strip, panel = Curvature.panel
            padded = (order + strip - 1) / strip * strip
            row = padded / strip % 2 == 1 ? padded : padded + strip
            let depth = CurvatureRows.pieceSamples(topology) * topology.outputCount
            pieceSize = (order + panel - 1) / panel * panel * depth
            piecesPerRound = max(1, min(16, Self.roundBytes / (pieceSize * MemoryLayout<Double>.stride)))
            self.workerCount = workerCount
        }

        var strips: Int { padded / Curvature.strip }

        /// Where strip r lies among the words.
        func words(before r: Int) -> Int { Curvature.strip * (r * padded - Curvature.strip * (r * (r - 1) / 2)) }

        /// Columns of strip r: from its diagonal to the end.
        func columns(_ r: Int) -> Int { padded - r * Curvature.strip }

        /// Of all arrays.
        var bytes: Double {
            8
                * (Double(words(before: strips)) + Double(padded) * Double(row)
                    + Double(pieceSize) * Double(piecesPerRound * workerCount) + 9 * Double(padded))
        }
    }

    /// Collective over the team.
    convenience init(team: Team, _ topology: Topology) throws {
        let shape = Shape(topology, workerCount: team.workerCount)
        var arena = try Arena(of: team) { _ = NormalEquations(shape, in: &$0) }
        self.init(shape, in: &arena)
    }

    private init(_ shape: Shape, in arena: inout Arena) {
        self.shape = shape
        let words = shape.words(before: shape.strips)
        self.words = UnsafeMutableBufferPointer(start: arena.take(words), count: words)
        factor = arena.take(shape.padded * shape.row)
        panels = arena.take(shape.pieceSize * shape.piecesPerRound * shape.workerCount)
        let stride = SharedState<Double>.stride(of: shape.padded)
        func vector() -> UnsafeMutablePointer<Double> { arena.take(stride) }
        (squares, scale, metric, diagonal, step, trial) = (vector(), vector(), vector(), vector(), vector(), vector())
        gradients = [vector(), vector()]
        fails = arena.take(1)
        window = arena.window
    }

    /// A piece of the round under way.
    func piece(_ index: Int) -> UnsafeMutablePointer<Double> { panels + index * shape.pieceSize }
}

/// A tile of a symmetric matrix: 8 rows, and up to a panel of columns.
struct GramTile: BitwiseCopyable {
    let strip: Int
    let panel: Int
    /// The first of the panel's vectors that is not below the diagonal, and how many there are from there.
    let first: Int
    let vectors: Int

    /// Where it begins.
    var rowStart: Int { strip * Curvature.strip }
    var columnStart: Int { panel * Curvature.panel + first * Curvature.strip }

    /// Rows of a group of strips, whose tiles stand together: what Cholesky's factor goes by.
    static let groupRows = 48

    /// All tiles on and above the diagonal, group after group of strips, and of each panel after panel; and where each group's
    /// begin.
    static func all(_ shape: NormalEquations.Shape) -> (tiles: [GramTile], groups: [Int]) {
        let vectors = Curvature.panel / Curvature.strip, inGroup = groupRows / Curvature.strip
        let panels = (shape.padded + Curvature.panel - 1) / Curvature.panel
        var tiles: [GramTile] = [], groups: [Int] = []
        for group in stride(from: 0, to: shape.strips, by: inGroup) {
            groups.append(tiles.count)
            for panel in group / vectors..<panels {
                let last = min(vectors, shape.strips - panel * vectors)
                for strip in group..<min(group + inGroup, shape.strips) where strip < panel * vectors + last {
                    let first = max(0, strip - panel * vectors)
                    tiles.append(GramTile(strip: strip, panel: panel, first: first, vectors: last - first))
                }
            }
        }
        return (tiles, groups)
    }
}
