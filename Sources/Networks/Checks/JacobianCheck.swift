import Foundation
import Kernels

/// A sample's Jacobian against central differences of the outputs by each input, which know nothing of sensitivities.
public struct JacobianCheck: Sendable {
    /// max |J − D| over the matrix's elements.
    public let absolute: Double
    /// The same, divided by the largest |J| or |D|; infinite if an element is not finite.
    public let relative: Double
    /// The output and the input where they differ most.
    public let place: (output: Int, input: Int)
    public let passed: Bool

    /// What is allowed relative to the largest element: as in the gradient check; and in float32 what rounding does to
    /// sums over the inputs and to what is made of them, some hundred units in the last place.
    public static func limit<Scalar: Real>(_: Scalar.Type) -> Double {
        Scalar.self == Double.self ? 1e-6 : 1e-4
    }

    /// Compares `matrix`, n_L × n_0, of `sample` with the differences.
    ///
    /// - Parameters:
    ///   - parameters: those that the matrix was computed with, in Double.
    /// - Complexity: 8·n_0·Σ n_k n_{k+1} flops, one at a time.
    public init<Scalar: Real>(
        _ matrix: UnsafeBufferPointer<Scalar>, of sample: UInt32, in samples: Samples, _ network: Network,
        parameters: UnsafePointer<Double>
    ) {
        precondition(matrix.count == network.topology.outputCount * network.topology.inputCount)
        let inputs: [Double] = samples.inputs.numbers(of: sample)
        func run(_ inputs: [Double]) -> ScalarNetwork<Double> {
            ScalarNetwork(network, parameters: parameters, inputs: inputs)
        }
        var (largest, worst, at) = (0.0, 0.0, (output: 0, input: 0))
        var smallestStep = CentralDifference.steps[0]
        for i in inputs.indices {
            // What is too near a kink cannot be told.
            let found = CentralDifference { offset in
                var moved = inputs
                moved[i] += offset
                let network = run(moved)
                return (Array(network.outputs), network.pieces)
            }
            guard let found else { continue }
            smallestStep = min(smallestStep, found.step)
            for (q, difference) in found.derivatives.enumerated() {
                let element = Double(matrix[q * inputs.count + i])
                largest = max(largest, abs(element), abs(difference))
                let distance = abs(element - difference)
                if distance > worst || !distance.isFinite, worst.isFinite { (worst, at) = (distance, (q, i)) }
            }
        }
        absolute = worst
        relative = !worst.isFinite ? .infinity : worst == 0 ? 0 : worst / largest
        place = at
        // What differences of flat outputs cannot resolve.
        let size = run(inputs).outputs.reduce(1) { max($0, abs($1)) }
        let resolution = CentralDifference.resolution(of: size, step: smallestStep)
        passed = worst.isFinite && worst <= Self.limit(Scalar.self) * largest + resolution
    }
}

/// Checks of several samples, as a line for people.
public struct JacobianChecks: Sendable, CustomStringConvertible {
    private let checks: [(sample: Int, check: JacobianCheck)]
    private let limit: Double

    /// - Parameters:
    ///   - checks: one at least, with what the samples are called.
    ///   - limit: `JacobianCheck.limit` of the matrices.
    public init(_ checks: [(sample: Int, check: JacobianCheck)], limit: Double) {
        precondition(!checks.isEmpty)
        (self.checks, self.limit) = (checks, limit)
    }

    public var passed: Bool { checks.allSatisfy(\.check.passed) }

    public var description: String {
        let worst = checks.max { $0.check.relative < $1.check.relative }!
        return String(
            format: "central differences, %d samples: largest difference %.2e absolute, %.2e relative "
                + "(limit %.0e) at sample %d, output %d, input %d: %@", checks.count,
            checks.map(\.check.absolute).max()!, worst.check.relative, limit, worst.sample, worst.check.place.output,
            worst.check.place.input, passed ? "passed" : "FAILED")
    }
}
