import Foundation
import Kernels
import Testing

@Suite struct NormTests {
    private static let count = 300

    /// What the kernel says it does, a value at a time: eight chains, put together in pairs.
    private func reference<Scalar: Real>(_ values: ArraySlice<Scalar>) -> Double {
        let largest = values.map { abs(Double($0)) }.max() ?? 0
        let exponent = min(1000, max(-1000, largest == 0 ? -1000 : Int(largest.exponent)))
        let unit = Double(sign: .plus, exponent: -exponent, significand: 1)
        var sums = [Double](repeating: 0, count: 8)
        for (index, value) in values.enumerated() {
            let scaled = Double(value) * unit
            sums[index % 8] = sums[index % 8].addingProduct(scaled, scaled)
        }
        let total = ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]))
        return Double(sign: .plus, exponent: exponent, significand: 1) * total.squareRoot()
    }

    private func norms<Scalar: Real>(_ values: [Scalar], _ range: Range<Int>, block: Int) -> [Double] {
        let buffer = Buffer(values, surroundings: .nan, shift: 1)
        var norms = [Double](repeating: -7, count: (range.count + block - 1) / block + 1)
        Scalar.norms(buffer.base, range: range, block: block, into: &norms)
        #expect(norms.last == -7)
        return norms.dropLast()
    }

    /// Blocks and ranges around the eights that go together, of values of all sizes.
    @Test(arguments: precisions, [0..<0, 0..<1, 0..<8, 3..<12, 0..<128, 0..<129, 128..<300, 5..<300])
    func areWhatTheySay(_ precision: any Real.Type, range: Range<Int>) {
        func check<Scalar: Real>(_ type: Scalar.Type) {
            for (power, block) in [(0, 128), (30, 128), (-30, 8), (100, 7), (-140, 1), (-149, 300)] {
                var data = TestData(3)
                let factor = Scalar(sign: .plus, exponent: Scalar.Exponent(power), significand: 1)
                let values = data.reals(Self.count, as: type).map { $0 * factor }
                let expected = stride(from: range.lowerBound, to: range.upperBound, by: block).map {
                    reference(values[$0..<min($0 + block, range.upperBound)])
                }
                #expect(norms(values, range, block: block) == expected, "2^\(power), blocks of \(block)")
            }
        }
        check(precision)
    }

    /// No square leaves the range of Double, where the norm does not.
    @Test(arguments: [-1074, -1030, -660, -530, 530, 1000, 1015]) func theEndsOfDouble(exponent: Int) {
        let size = Double(sign: .plus, exponent: exponent, significand: 1)
        let norm = norms([Double](repeating: size, count: 128), 0..<128, block: 128)[0]
        // What is subnormal has few digits.
        #expect(abs(norm / 128.0.squareRoot() / size - 1) < (exponent < -1000 ? 0.1 : 1e-15), "\(norm)")
        // One large value beside it counts alone.
        #expect(norms([1e307] + [Double](repeating: size, count: 7), 0..<8, block: 8)[0] / 1e307 >= 1)
    }

    @Test(arguments: precisions) func whatIsNoNumber(_ precision: any Real.Type) {
        func check<Scalar: Real>(_: Scalar.Type) {
            for value in [Scalar.infinity, -.infinity, .nan] {
                #expect(!norms([0, value, 1], 0..<3, block: 8)[0].isFinite)
            }
            #expect(norms([Scalar](repeating: 0, count: 9), 0..<9, block: 9) == [0])
        }
        check(precision)
    }
}
