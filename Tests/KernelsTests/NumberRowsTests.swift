import Kernels
import Testing

@Suite struct NumberRowsTests {
    @Test(arguments: precisions, sampleCounts)
    func gatherRoundsAndTurnsRound(_ precision: any Real.Type, count: Int) {
        func check<Scalar: Real, Element: Real>(
            _: Scalar.Type, _ rows: (UnsafePointer<Element>, Int) -> NumberRows
        ) {
            var data = TestData(count)
            for columns in [1, 7, 8, 16, 17, 300] {
                // From 2⁻³⁰ to 2³⁰. What the kernels read behind the last row is NaN, which must not get into any result.
                let values = data.reals(20 * columns, as: Double.self).enumerated().map { index, value in
                    Element(value * Double(sign: .plus, exponent: index % 61 - 30, significand: 1))
                }
                let memory = Buffer(values, shift: 1)
                let samples = (0..<count).map { _ in data.numbers.next(upperBound: 20 as UInt32) }
                let stride = paddedSampleCount(count)
                let expected = (0..<columns).flatMap { c in
                    (0..<stride).map { $0 < count ? Scalar(values[Int(samples[$0]) * columns + c]) : 0 }
                }
                let out = Buffer<Scalar>(results: columns * stride, shift: 1)
                samples.withUnsafeBufferPointer {
                    Scalar.gather(rows(memory.base, columns), samples: $0, into: out.base, stride: stride)
                }
                #expect(sameBits(out.values, expected))
                #expect(out.isIntact)
            }
        }
        func check<Scalar: Real>(_: Scalar.Type) {
            check(Scalar.self) { (base: UnsafePointer<Float>, columns) in NumberRows(base, columns: columns) }
            check(Scalar.self) { (base: UnsafePointer<Double>, columns) in NumberRows(base, columns: columns) }
        }
        check(precision)
    }
}
