import Kernels
import Testing

@Suite struct InputSlicesTests {
    private static let inputs = 37
    /// The samples of four slices: none, one, a group and one more.
    private static let counts = [16, 0, 1, 17]

    /// The same gradients in slots, and what they are made of.
    private final class Case<Scalar: Real> {
        let size: Int
        /// Gradients, of all slices.
        let slots: Buffer<Scalar>
        let slices: InputSlices<Scalar>
        /// Bytes, in a buffer of numbers.
        private let values: Buffer<Float>
        private let deltas: Buffer<Scalar>
        let scratch: Buffer<Scalar>

        init(units: Int) {
            var data = TestData(units)
            let rows = Rows(count: 12, columns: InputSlicesTests.inputs, data: &data)
            let counts = InputSlicesTests.counts
            size = InputSlicesTests.inputs * units
            let shape = InputSlicesShape(inputs: InputSlicesTests.inputs, units: units, capacity: counts.max()!)
            let valueCount = InputSlices<Scalar>.valueCount(shape, count: counts.count)
            values = Buffer(results: valueCount / MemoryLayout<Float>.stride)
            deltas = Buffer(results: InputSlices<Scalar>.deltaCount(shape, count: counts.count))
            let slices = InputSlices(
                shape, count: counts.count,
                values: UnsafeMutableRawPointer(values.base).assumingMemoryBound(to: UInt8.self), deltas: deltas.base)
            self.slices = slices
            scratch = Buffer(results: Scalar.inputRowsScratch(slices))
            var gradients: [Scalar] = []
            for (index, count) in counts.enumerated() {
                let samples = rows.someSamples(count, data: &data)
                let stride = paddedSampleCount(count)
                let delta = data.buffer(units * stride, as: Scalar.self)
                let gradient = Buffer<Scalar>(results: size)
                let rowScratch = Buffer<Scalar>(
                    results: Scalar.inputGradientScratch(inputs: InputSlicesTests.inputs, units: units, stride: stride))
                samples.withUnsafeBufferPointer { samples in
                    Scalar.inputGradient(
                        rows.compressed, samples: samples, delta: delta.base, units: units, into: gradient.base,
                        stride: stride, scratch: rowScratch.base)
                    if count == 0 { return slices[index].clear() }
                    slices[index].fill(rows.compressed, samples: samples, delta: delta.base, stride: stride)
                }
                gradients += gradient.values
            }
            slots = Buffer(gradients)
        }

        var isIntact: Bool { values.isIntact && deltas.isIntact && scratch.isIntact }

        /// Ranges that begin and end within rows, and that are all.
        var ranges: [Range<Int>] { [0..<size, 0..<1, size / 3..<size - 1, size - 1..<size] }

        func largest(_ range: Range<Int>) -> Int64 {
            (0..<InputSlicesTests.counts.count).map { slot in
                Scalar.largest(slots.base + slot * size, range: range)
            }.max()!
        }

        var exponent: Int { Int(Scalar.magnitude(bits: largest(0..<size)).exponent) }
    }

    /// One unit, and around one, two, four and eight vectors of them.
    @Test(arguments: precisions, [1, 10, 16, 17, 33, 64, 100, 129])
    func theirSumsAndStepsAreThoseOfTheGradients(_ precision: any Real.Type, units: Int) {
        func check<Scalar: Real>(_: Scalar.Type) {
            let made = Case<Scalar>(units: units)
            let size = made.size
            #expect(made.largest(0..<size) == Scalar.largest(made.slices, range: 0..<size, scratch: made.scratch.base))
            for range in made.ranges {
                // Of a part of a row all of it may be looked at.
                let found = Scalar.largest(made.slices, range: range, scratch: made.scratch.base)
                #expect(found >= made.largest(range) && found <= made.largest(0..<size))
                checkSums(made, range)
                for update in updates { checkSteps(made, range, update) }
            }
            #expect(made.isIntact)
        }
        check(precision)
    }

    private func checkSums<Scalar: Real>(_ made: Case<Scalar>, _ range: Range<Int>) {
        let low = Scalar.exactWords == 2 ? made.size : 0
        var words = [Int64](repeating: -7, count: made.size * Scalar.exactWords)
        var expected = words
        Scalar.exactSum(
            slots: made.slots.base, slotStride: made.size, count: Self.counts.count, range: range,
            exponent: made.exponent, words: &expected, low: low)
        Scalar.exactSum(
            made.slices, range: range, exponent: made.exponent, words: &words, low: low, scratch: made.scratch.base)
        #expect(words == expected)
    }

    private func checkSteps<Scalar: Real>(_ made: Case<Scalar>, _ range: Range<Int>, _ update: Update) {
        var data = TestData(3)
        let (first, weights) = (data.reals(2 * made.size, as: Scalar.self), data.reals(made.size, as: Scalar.self))
        let squares = first.map { $0 * $0 }
        let (state, moved) = (Buffer(squares), Buffer(weights))
        let (expectedState, expected) = (Buffer(squares), Buffer(weights))
        let fits = Scalar.exactStep(
            update, slots: made.slots.base, slotStride: made.size, count: Self.counts.count, range: range,
            exponent: made.exponent, state: expectedState.base, stateStride: made.size, weights: expected.base)
        #expect(
            Scalar.exactStep(
                update, made.slices, range: range, exponent: made.exponent, state: state.base, stateStride: made.size,
                weights: moved.base, scratch: made.scratch.base) == fits)
        #expect(sameBits(moved.values, expected.values) && sameBits(state.values, expectedState.values))
        #expect(moved.isIntact && state.isIntact)
    }
}
