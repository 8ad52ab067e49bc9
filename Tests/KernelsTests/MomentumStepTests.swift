import Kernels
import Testing

@Suite struct MomentumStepTests {
    /// Where a range ends decides which elements the vectors take and which the loop behind them: the bits are the same.
    @Test(arguments: precisions, [0..<0, 0..<1, 0..<15, 0..<16, 0..<17, 3..<100, 8..<24, 99..<100, 0..<100])
    func bitsDoNotDependOnTheRange(_ precision: any Real.Type, range: Range<Int>) {
        func check<Scalar: Real>(_: Scalar.Type) {
            var data = TestData(1)
            let gradient = data.buffer(100, shift: 1, as: Scalar.self)
            let (v, w) = (data.reals(100, as: Scalar.self), data.reals(100, as: Scalar.self))
            let (rate, momentum) = (Scalar(0.3), Scalar(0.9))
            let velocity = Buffer(v, surroundings: 55, shift: 1)
            let weights = Buffer(w, surroundings: 55)
            Scalar.momentumStep(
                gradient: gradient.base, range: range, rate: rate, momentum: momentum, velocity: velocity.base,
                weights: weights.base)
            var (newV, newW) = (v, w)
            for e in range {
                newV[e] = (-(rate * gradient.base[e])).addingProduct(momentum, v[e])
                newW[e] = w[e] + newV[e]
            }
            #expect(sameBits(velocity.values, newV))
            #expect(sameBits(weights.values, newW))
            #expect(velocity.isIntact && weights.isIntact)
        }
        check(precision)
    }
}
