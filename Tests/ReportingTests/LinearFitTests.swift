import Foundation
import Testing

@testable import Reporting

@Suite struct LinearFitTests {
    private static func fit(
        _ rows: [[Double]], _ values: [Double], repeats: LeastSquares.Equation.Repeats? = nil
    ) -> LinearFit {
        let equations = zip(rows, values).map {
            LeastSquares.Equation(coefficients: $0, value: $1, weight: 1, repeats: repeats)
        }
        return LinearFit(equations, unknowns: rows[0].count)
    }

    /// The mean of four values: s/√n times Student's t of three degrees of freedom.
    @Test func intervalOfAMean() {
        let fit = Self.fit([[1], [1], [1], [1]], [1, 2, 3, 4])
        let deviation = (5.0 / 3).squareRoot()
        #expect(abs(fit.values[0] - 2.5) < 1e-12)
        #expect(abs(fit.halfWidth(of: 0) - 3.182 * deviation / 2) < 1e-9)
        #expect(abs(fit.halfWidth(of: [2]) - 2 * fit.halfWidth(of: 0)) < 1e-9)
    }

    /// A straight line's slope and intercept, by the textbook's formulas; their errors are correlated.
    @Test func intervalOfALine() {
        let x = [1.0, 2, 3, 4, 5]
        let y = [2.1, 3.9, 6.2, 7.8, 10.1]
        let fit = Self.fit(x.map { [1, $0] }, y)
        let residuals = zip(x, y).map { fit.values[0] + fit.values[1] * $0 - $1 }
        let variance = residuals.reduce(0) { $0 + $1 * $1 } / 3
        #expect(abs(fit.halfWidth(of: 1) - 3.182 * (variance / 10).squareRoot()) < 1e-9)
        #expect(abs(fit.halfWidth(of: 0) - 3.182 * (variance * (0.2 + 9.0 / 10)).squareRoot()) < 1e-9)
        // In the middle of the points the line is as certain as their mean.
        #expect(abs(fit.halfWidth(of: [1, 3]) - 3.182 * (variance / 5).squareRoot()) < 1e-9)
        #expect(!fit.isConfounded(0) && fit.partners(of: 0) == [1])
    }

    /// A scale of 10⁹ between columns is no near-dependence; two columns in one proportion are.
    @Test func confounded() {
        let fit = Self.fit([[1, 2e9, 0, 0], [2, 4e9, 1, 0], [3, 6e9, 3, 0], [1, 2e9, 5, 0]], [1, 3, 6, 6])
        #expect(fit.isConfounded(0) && fit.partners(of: 0) == [1])
        #expect(fit.isConfounded(1) && fit.partners(of: 1) == [0])
        #expect(!fit.isConfounded(2) && fit.halfWidth(of: 2) < 1e-6)
        #expect(fit.occurs == [true, true, true, false] && !fit.isConfounded(3))
        let scaled = Self.fit([[1, 1e9], [1, 2e9], [1, 3e9]], [1, 2, 3])
        #expect(!scaled.isConfounded(0) && !scaled.isConfounded(1))
    }

    /// Two equations for two unknowns leave no error to go by: repeats do.
    @Test func exactlyDetermined() {
        let rows: [[Double]] = [[1, 0], [0, 1]]
        #expect(Self.fit(rows, [1, 2]).halfWidth(of: 0) == .infinity)
        let repeated = Self.fit(rows, [1, 2], repeats: .init(variance: 0.01, freedom: 5))
        #expect(abs(repeated.halfWidth(of: 0) - Statistics.student(freedom: 10) * 0.1) < 1e-12)
    }

    /// What repeats say counts where the fit leaves less by luck.
    @Test func repeatsAreTheLeast() {
        let fit = Self.fit([[1], [1], [1]], [2, 2, 2], repeats: .init(variance: 0.04, freedom: 1))
        #expect(abs(fit.halfWidth(of: 0) - 3.182 * 0.2 / 3.0.squareRoot()) < 1e-9)
    }

    @Test func nothing() {
        let fit = LinearFit([], unknowns: 3)
        #expect(fit.values == [0, 0, 0] && fit.occurs == [false, false, false])
        #expect((0..<3).allSatisfy { !fit.isConfounded($0) && fit.partners(of: $0).isEmpty })
    }

    @Test(arguments: 1...8) func eigenvectors(count: Int) {
        let rows = (0..<count).map { i in (0..<count).map { j in cos(Double(i * j)) + (i == j ? 3 : 0) } }
        let found = SymmetricMatrix(rows: rows).eigenvectors()
        for (value, vector) in found {
            #expect(abs(vector.dot(vector) - 1) < 1e-12)
            for i in 0..<count { #expect(abs(rows[i].dot(vector) - value * vector[i]) < 1e-12 * Double(count)) }
        }
        let trace = (0..<count).reduce(0) { $0 + rows[$1][$1] }
        #expect(abs(found.reduce(0) { $0 + $1.value } - trace) < 1e-12 * trace)
    }
}
