import CKernels

/// What JᵀJ is made with, of a Jacobian J whose elements are products of two numbers, and what solves with it; `CKernels.h` says
/// what each computes.
public enum Curvature {
    public typealias Numbers = UnsafePointer<UnsafePointer<Double>?>

    /// Columns of a panel: of JᵀJ parameters, of JJᵀ rows.
    public static let panel = Int(CK_PANEL)
    /// Rows of a strip, and what columns are rounded up to.
    public static let strip = 8
    /// Numbers that a parameter's squares take.
    public static let lanes = 8

    /// squares += element², of a group of samples; `lanes` sums a parameter.
    public static func addSquares(
        left: Numbers, place: Int, right: Numbers, count: Int, to squares: UnsafeMutablePointer<Double>
    ) {
        ck_curvature_squares(left, place, right, count, squares)
    }

    /// Writes a group's rows of a piece of `depth` rows, from `row` on, into panels.
    public static func fillPanels(
        left: Numbers, place: Int, right: Numbers, scale: UnsafePointer<Double>, count: Int, depth: Int, row: Int,
        into panels: UnsafeMutablePointer<Double>
    ) {
        ck_curvature_panels(left, place, right, scale, count, depth, row, panels)
    }

    /// squares[s] = Σ_p (element · factors[p])², of each row of a group.
    public static func rowSquares(
        left: Numbers, place: Int, right: Numbers, factors: UnsafePointer<Double>, count: Int,
        into squares: UnsafeMutablePointer<Double>
    ) {
        ck_curvature_row_squares(left, place, right, factors, count, squares)
    }

    /// Writes a group's rows, from `row` on, into panels whose neighbours are rows: element · factors[p] · scale[s].
    public static func fillRowPanels(
        left: Numbers, place: Int, right: Numbers, factors: UnsafePointer<Double>, scale: UnsafePointer<Double>,
        count: Int, row: Int, into panels: UnsafeMutablePointer<Double>
    ) {
        ck_curvature_row_panels(left, place, right, factors, scale, count, row, panels)
    }

    /// out[c] = Σ_k panel[k][c] · x[k], of 8·vectors neighbours.
    public static func product(
        _ panel: UnsafePointer<Double>, depth: Int, _ x: UnsafePointer<Double>, vectors: Int,
        into out: UnsafeMutablePointer<Double>
    ) {
        ck_panel_product(panel, depth, x, vectors, out)
    }

    /// out[k] = Σ_r a[r][k] · y[r], k of a range, over all rows of panels.
    public static func sums(
        _ panels: UnsafePointer<Double>, depth: Int, rows: Int, _ y: UnsafePointer<Double>, range: Range<Int>,
        into out: UnsafeMutablePointer<Double>
    ) {
        ck_panel_sums(panels, depth, rows, y, range.lowerBound, range.upperBound, out)
    }

    /// 2^-e, e the least for which √square < 2^e; of what is next to nothing 2^400.
    public static func scale(ofSquare square: Double) -> Double {
        guard square > 0, square.isFinite else { return 1 }
        let e = max(-400, (Int(square.exponent) + 2) >> 1)
        return Double(sign: .plus, exponent: -e, significand: 1)
    }

    /// words += round(2⁵⁰ · aᵀb), a tile of 8 × 8·vectors.
    public static func addTile(
        _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, depth: Int, vectors: Int,
        to words: UnsafeMutablePointer<Int64>, row: Int
    ) {
        ck_gram_tile(a, b, depth, vectors, words, row)
    }

    /// A strip's words as numbers, with its part of the diagonal added.
    public static func numbers(
        of words: UnsafePointer<Int64>, columns: Int, diagonal: UnsafePointer<Double>,
        into out: UnsafeMutablePointer<Double>, row: Int
    ) {
        ck_gram_numbers(words, columns, diagonal, out, row)
    }

    /// Cholesky's factor of the first n columns; false where there is none.
    public static func factorBlock(_ a: UnsafeMutablePointer<Double>, row: Int, n: Int) -> Bool {
        ck_cholesky_block(a, row, n) != 0
    }

    /// The factor's first n rows in further columns.
    public static func factorColumns(
        _ r: UnsafePointer<Double>, row: Int, n: Int, _ x: UnsafeMutablePointer<Double>, columns: Int
    ) {
        ck_cholesky_columns(r, row, n, x, columns)
    }

    /// c -= aᵀb, a tile of 8 × 8·vectors.
    public static func subtractTile(
        _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, row: Int, depth: Int, vectors: Int,
        from c: UnsafeMutablePointer<Double>
    ) {
        ck_cholesky_tile(a, b, row, depth, vectors, c)
    }

    /// x = (RᵀR)⁻¹ x.
    public static func solve(_ r: UnsafePointer<Double>, row: Int, n: Int, _ x: UnsafeMutablePointer<Double>) {
        ck_cholesky_solve(r, row, n, x)
    }
}
