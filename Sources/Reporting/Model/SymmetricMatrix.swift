/// A small symmetric matrix, by rows.
struct SymmetricMatrix {
    var rows: [[Double]]

    /// Eigenvalues, and the eigenvector of each, of length 1.
    ///
    /// Cyclic Jacobi rotations; what is zero beside a block of the matrix stays exactly zero.
    ///
    /// - Complexity: O(n³) a sweep; a handful of sweeps.
    /// - SeeAlso: Golub and Van Loan, *Matrix Computations*, section 8.5.
    func eigenvectors() -> [(value: Double, vector: [Double])] {
        let n = rows.count
        var a = rows
        var v = (0..<n).map { i in (0..<n).map { $0 == i ? 1.0 : 0.0 } }
        for _ in 0..<60 {
            var isDiagonal = true
            for p in 0..<n {
                for q in p + 1..<max(n, p + 1) where abs(a[p][q]) > 1e-17 * (abs(a[p][p]) + abs(a[q][q])) {
                    isDiagonal = false
                    let theta = (a[q][q] - a[p][p]) / (2 * a[p][q])
                    let t = (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
                    let cosine = 1 / (t * t + 1).squareRoot()
                    let sine = t * cosine
                    for k in 0..<n {
                        (a[k][p], a[k][q]) = (cosine * a[k][p] - sine * a[k][q], sine * a[k][p] + cosine * a[k][q])
                    }
                    for k in 0..<n {
                        (a[p][k], a[q][k]) = (cosine * a[p][k] - sine * a[q][k], sine * a[p][k] + cosine * a[q][k])
                        (v[k][p], v[k][q]) = (cosine * v[k][p] - sine * v[k][q], sine * v[k][p] + cosine * v[k][q])
                    }
                }
            }
            if isDiagonal { break }
        }
        return (0..<n).map { i in (a[i][i], v.map { $0[i] }) }
    }
}
