import Kernels

/// Derivatives by central differences in Double: what no derivation can get wrong.
///
///     f' ≈ (8 (f(h) − f(−h)) − (f(2h) − f(−2h))) ÷ 12 h
///
/// The truncation error is h⁴/30 · f⁗', 8·10⁻¹² f⁗' with the first step. Where an activation has a kink between the points
/// nothing is learned of the derivative: then the step is smaller, if rounding shows the more.
struct CentralDifference {
    /// Each that is tried, while the points lie on different sides of a kink.
    static let steps = [0x1p-8, 0x1p-12, 0x1p-16, 0x1p-20]

    /// f at a point, and on which of the pieces that kinks make of it the point lies.
    typealias Value = (numbers: [Double], pieces: [Int])

    /// Of each of f's numbers.
    let derivatives: [Double]
    let step: Double

    /// - Returns: nil where a kink is nearer than the smallest step.
    init?(_ f: (_ offset: Double) -> Value) {
        for step in Self.steps {
            let (near, nearBack, far, farBack) = (f(step), f(-step), f(2 * step), f(-2 * step))
            guard [nearBack, far, farBack].allSatisfy({ $0.pieces == near.pieces }) else { continue }
            self.step = step
            derivatives = near.numbers.indices.map { index in
                let inner = near.numbers[index] - nearBack.numbers[index]
                return (8 * inner - (far.numbers[index] - farBack.numbers[index])) / (12 * step)
            }
            return
        }
        return nil
    }

    /// The absolute error that rounding of f's numbers leads to: 8 roundings of the largest, over the step.
    static func resolution(of size: Double, step: Double) -> Double { 8 * size * Double.ulpOfOne / step }
}
