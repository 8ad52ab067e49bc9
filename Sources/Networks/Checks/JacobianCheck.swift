import Kernels

/// A sample's Jacobian against central differences in Double, which know nothing of sensitivities.
///
///     ∂a^L_q/∂a⁰_i ≈ (8 (a^L_q(a⁰ + h e_i) − a^L_q(a⁰ − h e_i)) − (a^L_q(a⁰ + 2h e_i) − a^L_q(a⁰ − 2h e_i))) ÷ 12 h
///
/// The truncation error is h⁴/30 of the fifth derivative, 8·10⁻¹² of it with this step.
public struct JacobianCheck: Sendable {
    private static let step = 0x1p-8

    /// max |J − D| over the matrix's elements.
    public let absolute: Double
    /// The same, divided by the largest |J| or |D|; infinite if an element is not finite.
    public let relative: Double
    /// The output and the input where they differ most.
    public let place: (output: Int, input: Int)
    public let passed: Bool

    /// What is allowed relative to the largest element: as in the gradient check; and in float32 what rounding does to
    /// sums over the inputs and to the sigmoid of them, some hundred units in the last place.
    public static func limit<Scalar: Real>(_: Scalar.Type) -> Double {
        Scalar.self == Double.self ? 1e-6 : 1e-4
    }

    /// Compares `matrix`, n_L × n_0, of `sample` with the differences.
    ///
    /// - Parameters:
    ///   - parameters: those that the matrix was computed with, in Double.
    /// - Complexity: 8·n_0·Σ n_k n_{k+1} flops, one at a time.
    public init<Scalar: Real>(
        _ matrix: UnsafeBufferPointer<Scalar>, of sample: UInt32, in samples: Samples, topology: Topology,
        parameters: UnsafePointer<Double>
    ) {
        precondition(matrix.count == topology.outputCount * topology.inputCount)
        let inputs: [Double] = samples.inputs.numbers(of: sample)
        func outputs(_ input: Int, _ steps: Double) -> ArraySlice<Double> {
            var moved = inputs
            moved[input] += steps * Self.step
            return ScalarNetwork(topology: topology, parameters: parameters, inputs: moved).outputs
        }
        var (largest, worst, at) = (0.0, 0.0, (output: 0, input: 0))
        for i in inputs.indices {
            let (near, nearBack) = (outputs(i, 1), outputs(i, -1))
            let (far, farBack) = (outputs(i, 2), outputs(i, -2))
            for q in near.indices {
                let difference = (8 * (near[q] - nearBack[q]) - (far[q] - farBack[q])) / (12 * Self.step)
                let element = Double(matrix[q * inputs.count + i])
                largest = max(largest, abs(element), abs(difference))
                let distance = abs(element - difference)
                if distance > worst || !distance.isFinite, worst.isFinite { (worst, at) = (distance, (q, i)) }
            }
        }
        absolute = worst
        relative = !worst.isFinite ? .infinity : worst == 0 ? 0 : worst / largest
        place = at
        // Eight roundings of outputs below one, over the step: what differences of a flat output cannot resolve.
        let resolution = 8 * Double.ulpOfOne / Self.step
        passed = worst.isFinite && worst <= Self.limit(Scalar.self) * largest + resolution
    }
}
