import Kernels
import Testing

@Suite struct VectorTests {
    private static let count = 300
    private static let ranges = [0..<0, 0..<1, 0..<8, 3..<12, 0..<128, 0..<129, 128..<300, 5..<300]

    /// What the kernel says it does, a value at a time: eight chains, put together in pairs.
    private func dot<Scalar: Real>(_ x: ArraySlice<Scalar>, _ y: ArraySlice<Scalar>) -> Double {
        var sums = [Double](repeating: 0, count: 8)
        for (index, (x, y)) in zip(x, y).enumerated() {
            sums[index % 8] = sums[index % 8].addingProduct(Double(x), Double(y))
        }
        return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]))
    }

    @Test(arguments: precisions, ranges) func dotsAreWhatTheySay(_ precision: any Real.Type, range: Range<Int>) {
        func check<Scalar: Real>(_ type: Scalar.Type) {
            var data = TestData(5)
            let x = data.buffer(Self.count, shift: 1, as: type), y = data.buffer(Self.count, shift: 3, as: type)
            for block in [128, 8, 7, 1, 300] {
                var dots = [Double](repeating: -7, count: (range.count + block - 1) / block + 1)
                Scalar.dots(x.base, y.base, range: range, block: block, into: &dots)
                let expected = stride(from: range.lowerBound, to: range.upperBound, by: block).map {
                    let part = $0..<min($0 + block, range.upperBound)
                    return dot(x.values[part], y.values[part])
                }
                #expect(dots == expected + [-7], "blocks of \(block)")
            }
        }
        check(precision)
    }

    /// Out of place, and in place of either.
    @Test(arguments: precisions, ranges) func combinations(_ precision: any Real.Type, range: Range<Int>) {
        func check<Scalar: Real>(_ type: Scalar.Type) {
            for (a, b) in [(1, -1), (0.3, -0.7), (1, 1e-9), (0, 2)] as [(Double, Double)] {
                var data = TestData(6)
                let x = data.buffer(Self.count, shift: 1, as: type), y = data.buffer(Self.count, as: type)
                let expected = range.map {
                    Scalar((a * Double(x.values[$0])).addingProduct(b, Double(y.values[$0])))
                }
                for place in [Buffer<Scalar>(results: Self.count, shift: 2), Buffer(x.values), Buffer(y.values)] {
                    let before = place.values
                    let isX = before == x.values, isY = before == y.values
                    Scalar.combine(
                        a, isX ? place.base : x.base, b, isY ? place.base : y.base, range: range, into: place.base)
                    #expect(Array(place.values[range]) == expected)
                    #expect(
                        place.values[..<range.lowerBound] == before[..<range.lowerBound]
                            && place.values[range.upperBound...] == before[range.upperBound...] && place.isIntact)
                }
            }
        }
        check(precision)
    }
}
