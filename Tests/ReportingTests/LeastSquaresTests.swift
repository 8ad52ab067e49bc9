import Testing

@testable import Reporting

@Suite struct LeastSquaresTests {
    private static func equations(_ rows: [[Double]], _ solution: [Double]) -> [LeastSquares.Equation] {
        rows.map { row in
            let value = zip(row, solution).reduce(0) { $0 + $1.0 * $1.1 }
            return LeastSquares.Equation(coefficients: row, value: value, weight: 1)
        }
    }

    @Test func exactSolution() {
        let solution = [2.0, 0, 1e-7]
        let rows = [[1, 0, 1e3], [1, 1, 2e3], [2, 1, 5e3], [0, 3, 1e3]]
        let found = LeastSquares.nonNegative(Self.equations(rows, solution), unknowns: 3)
        // Normal equations lose half the digits.
        for (x, y) in zip(found, solution) { #expect(abs(x - y) <= 1e-7 * max(y, 1e-7)) }
    }

    /// Without bounds the second would be -1.
    @Test func bound() {
        let found = LeastSquares.nonNegative(Self.equations([[1, 0], [0, 1]], [3, -1]), unknowns: 2)
        #expect(abs(found[0] - 3) < 1e-12 && found[1] == 0)
    }

    /// Of two that always come together the first takes all; one that never occurs is zero.
    @Test func undetermined() {
        let found = LeastSquares.nonNegative(Self.equations([[1, 2, 0], [2, 4, 0]], [5, 0, 0]), unknowns: 3)
        #expect(abs(found[0] - 5) < 1e-9 && found[1] == 0 && found[2] == 0)
    }

    @Test func weights() {
        let equations = [
            LeastSquares.Equation(coefficients: [1], value: 1, weight: 3),
            LeastSquares.Equation(coefficients: [1], value: 2, weight: 1),
        ]
        // (9·1 + 1·2) / 10
        #expect(abs(LeastSquares.nonNegative(equations, unknowns: 1)[0] - 1.1) < 1e-12)
    }

    @Test func nothing() {
        #expect(LeastSquares.nonNegative([], unknowns: 2) == [0, 0])
    }
}
