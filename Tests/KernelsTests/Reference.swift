import Foundation
import Kernels
import Testing

// Each kernel once more, as plainly as it can be said, in Double.

/// A sum in Double, and the sum of its terms' magnitudes, to which its rounding errors are in proportion.
struct Expected {
    var value = 0.0
    var magnitude = 0.0

    init() {}

    init(_ value: Double) { add(value) }

    mutating func add(_ term: Double) { add(term, magnitude: abs(term)) }

    /// A term whose own errors are in proportion to `size`.
    mutating func add(_ term: Double, magnitude size: Double) {
        value += term
        magnitude += size
    }

    /// Times a factor.
    static func * (sum: Expected, factor: Double) -> Expected {
        var product = sum
        product.value *= factor
        product.magnitude *= abs(factor)
        return product
    }
}

/// Checks results against references.
///
/// Whatever the order of a sum, each of its terms goes through at most `roundings` roundings, each of relative size
/// ε/2 with ε = `ulpOfOne`: the result is off by at most roundings · ε/2 · Σ|terms|. The reference is off by as much in
/// Double at most, so that together they differ by at most roundings · ε · Σ|terms|, in either precision. A product
/// below the normal numbers loses more, but that is below the least normal number.
func expectClose<Scalar: Real>(
    _ actual: [Scalar], _ expected: [Expected], roundings: Int, _ what: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(actual.count == expected.count, what, sourceLocation: sourceLocation)
    let unit = Double(roundings) * Double(Scalar.ulpOfOne)
    for (index, (a, e)) in zip(actual, expected).enumerated() {
        let tolerance = unit * e.magnitude + Double(roundings) * Double(Scalar.leastNormalMagnitude)
        guard abs(Double(a) - e.value) <= tolerance else {
            Issue.record(
                "element \(index) is \(a), not \(e.value) ± \(tolerance) \(what.map(\.rawValue) ?? "")",
                sourceLocation: sourceLocation)
            return
        }
    }
}

enum Reference {
    /// out (n × stride) = weightsᵀ · rows / 255, zero in the padding.
    static func inputProduct<Scalar: Real>(
        _ rows: Rows, samples: [UInt32], weights: [Scalar], units n: Int, stride: Int
    ) -> [Expected] {
        matrix(n, stride) { i, s in
            guard s < samples.count else { return Expected() }
            var sum = Expected()
            for (c, byte) in rows.row(samples[s]).enumerated() where byte != 0 {
                sum.add(Double(weights[c * n + i]) * Double(byte))
            }
            return sum * (1 / 255)
        }
    }

    /// gradient (n_0 × n) = rowsᵀ / 255 · deltaᵀ.
    static func inputGradient<Scalar: Real>(
        _ rows: Rows, samples: [UInt32], delta: [Scalar], units n: Int, stride: Int
    ) -> [Expected] {
        var gradient = [Expected](repeating: Expected(), count: rows.columns * n)
        for (s, sample) in samples.enumerated() {
            for (c, byte) in rows.row(sample).enumerated() where byte != 0 {
                for i in 0..<n {
                    gradient[c * n + i].add(Double(byte) * Double(delta[i * stride + s]) * (1 / 255))
                }
            }
        }
        return gradient
    }

    /// 1/(1 + e^-x), without overflow.
    static func sigmoid(_ x: Double) -> Double {
        x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x))
    }

    /// delta = coefficient · (activation − target) · derivative, zero in the padding, and Σ (activation − target)².
    static func squaredError<Scalar: Real>(
        activation: [Scalar], derivative: [Scalar], count: Int, units n: Int, stride: Int, coefficient: Scalar,
        target: (_ unit: Int, _ sample: Int) -> Double
    ) -> (delta: [Expected], squares: Expected) {
        var squares = Expected()
        let delta = matrix(n, stride) { q, s in
            guard s < count else { return Expected() }
            let (a, t) = (Double(activation[q * stride + s]), target(q, s))
            squares.add((a - t) * (a - t))
            var error = Expected(a)
            error.add(-t)
            return error * (Double(coefficient) * Double(derivative[q * stride + s]))
        }
        return (delta, squares)
    }

    static func correct<Scalar: Real>(
        activation: [Scalar], labels: [UInt8], samples: [UInt32], units n: Int, stride: Int
    ) -> Int {
        samples.enumerated().count { s, sample in
            let outputs = (0..<n).map { activation[$0 * stride + s] }
            return outputs.firstIndex(of: outputs.max()!)! == Int(labels[Int(sample)])
        }
    }

    /// out[i][c] = Σ_r weight(i, r) · input[r][c].
    static func product<Scalar: Real>(
        outputs: Int, inputs: Int, input: [Scalar], columns: Int, weight: (_ i: Int, _ r: Int) -> Scalar
    ) -> [Expected] {
        matrix(outputs, columns) { i, c in
            var sum = Expected()
            for r in 0..<inputs { sum.add(Double(weight(i, r)) * Double(input[r * columns + c])) }
            return sum
        }
    }

    /// gradient[r][i] = Σ_c activation[r][c] · delta[i][c].
    static func outer<Scalar: Real>(
        activation: [Scalar], inputs: Int, delta: [Scalar], outputs: Int, columns: Int
    ) -> [Expected] {
        matrix(inputs, outputs) { r, i in
            var sum = Expected()
            for c in 0..<columns { sum.add(Double(activation[r * columns + c]) * Double(delta[i * columns + c])) }
            return sum
        }
    }

    /// sums[i] = Σ_c delta[i][c].
    static func rowSums<Scalar: Real>(delta: [Scalar], units n: Int, columns: Int) -> [Expected] {
        matrix(n, 1) { i, _ in
            var sum = Expected()
            for c in 0..<columns { sum.add(Double(delta[i * columns + c])) }
            return sum
        }
    }

    private static func matrix(_ rows: Int, _ columns: Int, _ element: (Int, Int) -> Expected) -> [Expected] {
        (0..<rows).flatMap { i in (0..<columns).map { j in element(i, j) } }
    }
}
