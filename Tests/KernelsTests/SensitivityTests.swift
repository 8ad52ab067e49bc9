import Kernels
import Testing

/// Pieces of columns: `first` and `width` of a start layer of 9 units, seen by `units` of the layer above.
@Suite struct SensitivityTests {
    static let pieces = [0..<9, 0..<1, 1..<4, 2..<6, 3..<8, 8..<9]
    private let lowerUnits = 9
    /// Three groups, of which the middle one is worked on.
    private let stride = 48
    private let group = 16

    @Test(arguments: precisions, pieces)
    func start(_ precision: any Real.Type, piece: Range<Int>) {
        func check<Scalar: Real>(_: Scalar.Type, units: Int) {
            var data = TestData(units)
            let weights = data.buffer(lowerUnits * units, as: Scalar.self)
            let upper = data.buffer(units * stride, as: Scalar.self)
            let lower = data.buffer(lowerUnits * stride, as: Scalar.self)
            let s = Buffer<Scalar>(results: units * piece.count * sampleGroup, shift: 1)
            Scalar.sensitivityStart(
                weights: weights.base, units: units, upper: upper.base + group, lower: lower.base + group,
                stride: stride, first: piece.lowerBound, width: piece.count, s: s.base)
            let expected = elements(units, piece) { i, j, b in
                Expected(
                    Double(upper.base[i * stride + group + b]) * Double(weights.base[j * units + i])
                        * Double(lower.base[j * stride + group + b]))
            }
            expectClose(s.values, expected, roundings: 2)
            #expect(s.isIntact)
        }
        for units in unitCounts { check(precision, units: units) }
    }

    @Test(arguments: precisions, pieces)
    func scale(_ precision: any Real.Type, piece: Range<Int>) {
        func check<Scalar: Real>(_: Scalar.Type, units: Int) {
            var data = TestData(units)
            let derivative = data.buffer(units * stride, as: Scalar.self)
            let before = data.reals(units * piece.count * sampleGroup, as: Scalar.self)
            let s = Buffer(before, surroundings: 55, shift: 1)
            Scalar.sensitivityScale(
                s: s.base, units: units, width: piece.count, derivative: derivative.base + group, stride: stride)
            let expected = before.enumerated().map { index, value in
                let (row, b) = index.quotientAndRemainder(dividingBy: sampleGroup)
                return value * derivative.base[row / piece.count * stride + group + b]
            }
            #expect(sameBits(s.values, expected))
            #expect(s.isIntact)
        }
        for units in unitCounts { check(precision, units: units) }
    }

    @Test(arguments: precisions, pieces)
    func contract(_ precision: any Real.Type, piece: Range<Int>) {
        func check<Scalar: Real>(_: Scalar.Type, units: Int) {
            var data = TestData(units)
            let s = data.buffer(units * piece.count * sampleGroup, as: Scalar.self)
            let u = data.buffer(units * stride, as: Scalar.self)
            let before = data.reals(lowerUnits * stride, as: Scalar.self)
            let delta = Buffer(before, surroundings: 55, shift: 1)
            Scalar.sensitivityContract(
                s: s.base, units: units, width: piece.count, u: u.base + group, stride: stride,
                first: piece.lowerBound, delta: delta.base + group)
            var expected = before.map { Expected(Double($0)) }
            for j in piece {
                for b in 0..<sampleGroup {
                    var sum = Expected()
                    for i in 0..<units {
                        let element = (i * piece.count + j - piece.lowerBound) * sampleGroup + b
                        sum.add(Double(s.base[element]) * Double(u.base[i * stride + group + b]))
                    }
                    expected[j * stride + group + b] = sum
                }
            }
            expectClose(delta.values, expected, roundings: units)
            #expect(delta.isIntact)
        }
        for units in unitCounts { check(precision, units: units) }
    }

    /// The same numbers as by way of memory, to the bit.
    @Test(arguments: precisions, [1, 3, 4, 5, 9])
    func last(_ precision: any Real.Type, width: Int) {
        func check<Scalar: Real>(_: Scalar.Type, units: Int) {
            var data = TestData(units)
            let weights = data.buffer(width * units, as: Scalar.self)
            let upper = data.buffer(units * stride, as: Scalar.self)
            let lower = data.buffer(width * stride, as: Scalar.self)
            let u = data.buffer(units * stride, as: Scalar.self)
            let delta = Buffer<Scalar>(results: width * stride, shift: 1)
            Scalar.sensitivityLast(
                weights: weights.base, units: units, upper: upper.base, lower: lower.base, u: u.base, stride: stride,
                width: width, delta: delta.base)
            let expected = Buffer<Scalar>(results: width * stride)
            let s = Buffer<Scalar>(results: units * width * sampleGroup)
            for group in Swift.stride(from: 0, to: stride, by: sampleGroup) {
                Scalar.sensitivityStart(
                    weights: weights.base, units: units, upper: upper.base + group, lower: lower.base + group,
                    stride: stride, first: 0, width: width, s: s.base)
                Scalar.sensitivityContract(
                    s: s.base, units: units, width: width, u: u.base + group, stride: stride, first: 0,
                    delta: expected.base + group)
            }
            #expect(sameBits(delta.values, expected.values))
            #expect(delta.isIntact)
        }
        for units in unitCounts { check(precision, units: units) }
    }

    private func elements(_ units: Int, _ piece: Range<Int>, _ element: (Int, Int, Int) -> Expected) -> [Expected] {
        (0..<units).flatMap { i in piece.flatMap { j in (0..<sampleGroup).map { b in element(i, j, b) } } }
    }
}
