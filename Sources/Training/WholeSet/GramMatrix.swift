import Kernels

/// A team's memory for a symmetric matrix that is the sum of many products, AᵀA, and for Cholesky's factor of it with more on its
/// diagonal.
///
/// Every column of A is multiplied by a power of two that makes its norm less than one, so that no sum of products of two is above
/// one, and small columns keep their digits: with 2^-e_i the column's scale, element (i, j) of the words has the exponent e_i + e_j.
final class GramMatrix {
    /// The largest that there is memory for.
    let shape: Shape
    /// AᵀA, packed as CKernels.h has it.
    let words: UnsafeMutablePointer<Int64>
    /// Rows of `row` numbers.
    let factor: UnsafeMutablePointer<Double>
    /// Of each column of A; and what is added to the matrix's diagonal.
    let scale: UnsafeMutablePointer<Double>
    let diagonal: UnsafeMutablePointer<Double>
    /// Whether the matrix had no factor.
    let fails: UnsafeMutablePointer<Int64>

    /// How its memory is laid out.
    struct Shape: Equatable {
        /// Columns of A; and what they are rounded up to.
        let order: Int
        let padded: Int
        /// Numbers from one row of the factor to the next: an odd number of cache lines, for even ones would share few sets.
        let row: Int

        init(order: Int) {
            self.order = order
            let strip = Curvature.strip
            padded = (order + strip - 1) / strip * strip
            row = padded / strip % 2 == 1 ? padded : padded + strip
        }

        var strips: Int { padded / Curvature.strip }
        var panels: Int { (padded + Curvature.panel - 1) / Curvature.panel }

        /// Where strip r lies among the words.
        func words(before r: Int) -> Int { Curvature.strip * (r * padded - Curvature.strip * (r * (r - 1) / 2)) }

        var wordCount: Int { words(before: strips) }

        /// Columns of strip r: from its diagonal to the end.
        func columns(_ r: Int) -> Int { padded - r * Curvature.strip }
    }

    init(_ shape: Shape, in arena: inout Arena) {
        self.shape = shape
        words = arena.take(shape.wordCount)
        factor = arena.take(shape.padded * shape.row)
        (scale, diagonal) = (arena.take(shape.padded), arena.take(shape.padded))
        fails = arena.take(1)
    }
}

/// Some rows of A, in panels of columns.
struct GramPiece {
    let panels: UnsafePointer<Double>
    /// Rows, and numbers from one panel to the next.
    let depth: Int
    let panelStride: Int

    /// The columns from `column` on, a multiple of a strip's.
    func columns(from column: Int) -> UnsafePointer<Double> {
        panels + column / Curvature.panel * panelStride + column % Curvature.panel
    }
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

    /// All tiles on and above the diagonal, in runs of a group of strips that share a panel, which then stays in the cache; and where
    /// each group's runs begin.
    struct Runs {
        var all: [[GramTile]] = []
        var groups: [Int] = []
    }

    static func runs(_ shape: GramMatrix.Shape) -> Runs {
        let vectors = Curvature.panel / Curvature.strip, inGroup = groupRows / Curvature.strip
        var runs = Runs()
        for group in stride(from: 0, to: shape.strips, by: inGroup) {
            runs.groups.append(runs.all.count)
            for panel in group / vectors..<shape.panels {
                let last = min(vectors, shape.strips - panel * vectors)
                let strips = (group..<min(group + inGroup, shape.strips)).filter { $0 < panel * vectors + last }
                runs.all.append(
                    strips.map { strip in
                        let first = max(0, strip - panel * vectors)
                        return GramTile(strip: strip, panel: panel, first: first, vectors: last - first)
                    })
            }
        }
        return runs
    }
}
