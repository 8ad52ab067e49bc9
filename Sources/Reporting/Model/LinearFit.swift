/// A fit of a linear model by `LeastSquares`, with what the equations leave open.
///
/// Columns are scaled to unit length. A direction whose singular value is below `smallestSingularValue` of the largest is one that
/// the equations do not see: unknowns with a part in it are *confounded*, and no number can be given for them. The others have
/// an interval that holds the true value with 95 %: Student's, of the errors that the fit leaves, and no narrower than what
/// repeats of the same measurement say.
///
/// - SeeAlso: Golub and Van Loan, *Matrix Computations*, section 5.5 (rank); Draper and Smith, *Applied Regression
///   Analysis*, chapter 5 (intervals).
struct LinearFit: Sendable {
    static let smallestSingularValue = 1e-5

    /// None negative.
    let values: [Double]
    /// Unknowns that some equation depends on.
    let occurs: [Bool]
    /// What each equation's error moves the unknowns by, times half of the interval of that error.
    private let influence: [[Double]]
    /// The projection on what no equation sees, in scaled unknowns.
    private let blind: [[Double]]

    /// - Precondition: `unknowns` ≤ 16.
    init(_ equations: [LeastSquares.Equation], unknowns: Int) {
        let values = LeastSquares.nonNegative(equations, unknowns: unknowns)
        let scales = LeastSquares.columnLengths(equations, unknowns: unknowns)
        let rows = equations.map { equation in
            (0..<unknowns).map { scales[$0] > 0 ? equation.weight * equation.coefficients[$0] / scales[$0] : 0 }
        }
        let normal = SymmetricMatrix(
            rows: (0..<unknowns).map { i in (0..<unknowns).map { j in rows.reduce(0) { $0 + $1[i] * $1[j] } } })
        let all = normal.eigenvectors()
        let least = Self.smallestSingularValue * Self.smallestSingularValue * (all.map(\.value).max() ?? 0)
        let seen = all.filter { $0.value > least }
        let unseen = all.filter { $0.value <= least }
        // The pseudo-inverse of the normal matrix.
        let inverse = (0..<unknowns).map { i in
            (0..<unknowns).map { j in seen.reduce(0) { $0 + $1.vector[i] * $1.vector[j] / $1.value } }
        }
        let moved = rows.map { row in inverse.map { $0.dot(row) } }
        let leverages = zip(rows, moved).map { $0.dot($1) }
        let errors = equations.map { $0.weight * ($0.coefficients.dot(values) - $0.value) }
        let halfWidths = Self.halfWidths(equations, errors: errors, leverages: leverages)
        self.values = values
        occurs = scales.map { $0 > 0 }
        influence = zip(moved, equations).map { row, equation in
            // An equation that moves nothing has no say, however little is known of it.
            zip(row, scales).map { $0 == 0 || $1 == 0 ? 0 : $0 / $1 * halfWidths[equation.errorClass]! }
        }
        blind = (0..<unknowns).map { i in
            (0..<unknowns).map { j in
                scales[i] > 0 && scales[j] > 0 ? unseen.reduce(0) { $0 + $1.vector[i] * $1.vector[j] } : 0
            }
        }
    }

    /// Half of the interval for the sum of `coefficients` times unknowns, as far as the equations see it.
    func halfWidth(of coefficients: [Double]) -> Double {
        influence.reduce(0) { sum, row in
            let one = zip(row, coefficients).reduce(0) { $1.0 == 0 || $1.1 == 0 ? $0 : $0 + $1.0 * $1.1 }
            return sum + one * one
        }.squareRoot()
    }

    /// Half of the unknown's own interval.
    func halfWidth(of unknown: Int) -> Double { halfWidth(of: values.indices.map { $0 == unknown ? 1 : 0 }) }

    /// Whether there are other values of the unknowns, this one's among them, that all equations take for the same.
    func isConfounded(_ unknown: Int) -> Bool { blind[unknown][unknown] > 1e-6 }

    /// What `unknown` cannot be told from, or hardly: their errors are correlated by more than nine tenths.
    func partners(of unknown: Int) -> [Int] {
        values.indices.filter { other in
            guard other != unknown else { return false }
            if isConfounded(unknown) { return abs(blind[unknown][other]) > 1e-3 }
            let product = influence.reduce(0) { $0 + $1[unknown] * $1[other] }
            return abs(product) > 0.9 * halfWidth(of: unknown) * halfWidth(of: other)
        }
    }

    /// Half of the interval of an equation's weighted error, by its class: from what the fit leaves, or from repeats if that is more.
    private static func halfWidths(_ equations: [LeastSquares.Equation], errors: [Double], leverages: [Double]) -> [Int:
        Double]
    {
        Dictionary(grouping: equations.indices) { equations[$0].errorClass }.mapValues { own in
            let freedom = own.reduce(0) { $0 + 1 - leverages[$1] }
            let left = own.reduce(0) { $0 + errors[$1] * errors[$1] }
            let repeats = own.compactMap { index in
                equations[index].repeats.map { (variance: $0.variance, freedom: Double($0.freedom)) }
            }
            let repeated = repeats.reduce(0) { $0 + $1.freedom }
            let variance = repeats.reduce(0) { $0 + $1.variance * $1.freedom } / max(repeated, 1)
            let fromFit =
                freedom >= 1 - 1e-6 ? Statistics.student(freedom: freedom) * (left / freedom).squareRoot() : nil
            let fromRepeats = repeated > 0 ? Statistics.student(freedom: repeated) * variance.squareRoot() : nil
            return [fromFit, fromRepeats].compactMap { $0 }.max() ?? .infinity
        }
    }
}

extension [Double] {
    func dot(_ other: [Double]) -> Double { zip(self, other).reduce(0) { $0 + $1.0 * $1.1 } }
}
