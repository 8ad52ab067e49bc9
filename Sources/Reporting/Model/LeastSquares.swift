/// Fits of linear models.
public enum LeastSquares {
    /// One equation Σ coefficient · x = value, which counts as `weight` says.
    public struct Equation: Sendable {
        /// What repeats say of the error of weight · value: its variance, with how many degrees of freedom.
        public struct Repeats: Sendable {
            public var variance: Double
            public var freedom: Int
        }

        public var coefficients: [Double]
        public var value: Double
        public var weight: Double
        /// Equations of one class have weighted errors of the same size.
        public var errorClass = 0
        /// nil where there was one measurement.
        public var repeats: Repeats?

        public init(
            coefficients: [Double], value: Double, weight: Double, errorClass: Int = 0, repeats: Repeats? = nil
        ) {
            self.coefficients = coefficients
            self.value = value
            self.weight = weight
            self.errorClass = errorClass
            self.repeats = repeats
        }
    }

    /// The x ≥ 0 that makes Σ (weight · (coefficients · x - value))² smallest.
    ///
    /// At the minimum some unknowns are zero and the others solve the equations without bounds; so all choices
    /// of the others are tried. Of unknowns that no equation can tell apart, the fewest are taken, the first before the last.
    ///
    /// - Precondition: `unknowns` ≤ 16.
    /// - Complexity: O(2ⁿ · n³), n the unknowns that occur.
    public static func nonNegative(_ equations: [Equation], unknowns: Int) -> [Double] {
        precondition(unknowns <= 16)
        let scales = columnLengths(equations, unknowns: unknowns)
        let used = (0..<unknowns).filter { scales[$0] > 0 }
        let normal = NormalEquations(equations, columns: used, scales: scales)
        // Fewer unknowns first, so that an equal fit with more of them does not replace it.
        let choices = (0..<1 << used.count).sorted { ($0.nonzeroBitCount, $0) < ($1.nonzeroBitCount, $1) }
        var best = (residual: normal.residual([:]), solution: [Int: Double]())
        for choice in choices {
            let chosen = used.indices.filter { choice >> $0 & 1 == 1 }
            guard let solution = normal.solve(chosen), solution.allSatisfy({ $0 >= 0 }) else { continue }
            let candidate = Dictionary(uniqueKeysWithValues: zip(chosen, solution))
            let residual = normal.residual(candidate)
            if residual < best.residual - 1e-9 * normal.total { best = (residual, candidate) }
        }
        return (0..<unknowns).map { column in
            used.firstIndex(of: column).flatMap { best.solution[$0] }.map { $0 / scales[column] } ?? 0
        }
    }

    /// Of the weighted coefficients of each unknown; 0 where no equation depends on it.
    static func columnLengths(_ equations: [Equation], unknowns: Int) -> [Double] {
        (0..<unknowns).map { column in
            equations.reduce(0) { $0 + square($1.weight * $1.coefficients[column]) }.squareRoot()
        }
    }

    private static func square(_ x: Double) -> Double { x * x }

    /// AᵀA x = Aᵀb over columns of unit length.
    private struct NormalEquations {
        var matrix: [[Double]]
        var right: [Double]
        var total: Double

        init(_ equations: [Equation], columns: [Int], scales: [Double]) {
            let rows = equations.map { equation in
                columns.map { equation.weight * equation.coefficients[$0] / scales[$0] }
            }
            let values = equations.map { $0.weight * $0.value }
            matrix = columns.indices.map { i in
                columns.indices.map { j in rows.reduce(0) { $0 + $1[i] * $1[j] } }
            }
            right = columns.indices.map { i in zip(rows, values).reduce(0) { $0 + $1.0[i] * $1.1 } }
            total = values.reduce(0) { $0 + $1 * $1 }
        }

        /// ‖Ax - b‖² for the x that is zero where nothing is given.
        func residual(_ x: [Int: Double]) -> Double {
            var sum = total
            for (i, xi) in x {
                sum -= 2 * right[i] * xi
                for (j, xj) in x { sum += matrix[i][j] * xi * xj }
            }
            return sum
        }

        /// The unknowns `chosen`, the others being zero, by Cholesky; nil where they cannot be told apart.
        func solve(_ chosen: [Int]) -> [Double]? {
            var factor = [[Double]](repeating: [Double](repeating: 0, count: chosen.count), count: chosen.count)
            for i in chosen.indices {
                for j in 0...i {
                    let sum = (0..<j).reduce(matrix[chosen[i]][chosen[j]]) { $0 - factor[i][$1] * factor[j][$1] }
                    if i == j {
                        guard sum > 1e-10 else { return nil }
                        factor[i][i] = sum.squareRoot()
                    } else {
                        factor[i][j] = sum / factor[j][j]
                    }
                }
            }
            var x = chosen.map { right[$0] }
            for i in chosen.indices {
                x[i] = (0..<i).reduce(x[i]) { $0 - factor[i][$1] * x[$1] } / factor[i][i]
            }
            for i in chosen.indices.reversed() {
                x[i] = (i + 1..<chosen.count).reduce(x[i]) { $0 - factor[$1][i] * x[$1] } / factor[i][i]
            }
            return x
        }
    }
}
