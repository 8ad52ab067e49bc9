import Kernels
import Testing

/// The fixed point: a word holds multiples of 2⁻⁴⁴ up to 2⁷; Double's second word goes on to 2⁻⁹⁶.
@Suite struct ExactSumTests {
    /// Ranges around the blocks of 8 that the kernels take, with ends that are not multiples of it.
    static let ranges = [0..<0, 0..<1, 0..<7, 0..<8, 0..<9, 3..<16, 5..<6, 7..<31, 16..<64, 1..<64]
    private static let count = 64

    /// Words and sums of `slots`, each of `count` values, over `range`.
    private struct Sum<Scalar: Real> {
        let fits: Bool
        let words: [Int64]
        let values: [Scalar]

        init(_ slots: [[Scalar]], range: Range<Int> = 0..<count) {
            let stride = ExactSumTests.count + 3  // slots off any alignment, and something between them
            let flat = Buffer(slots.flatMap { $0 + [.nan, .nan, .nan] })
            let low = Scalar.exactWords == 2 ? ExactSumTests.count : 0
            var words = [Int64](repeating: -7, count: ExactSumTests.count * Scalar.exactWords)
            fits = Scalar.exactSum(
                slots: flat.base, slotStride: stride, count: slots.count, range: range, words: &words, low: low)
            let sums = Buffer<Scalar>(results: ExactSumTests.count)
            Scalar.fromExact(words: words, low: low, range: range, into: sums.base)
            (self.words, values) = (words, sums.values)
        }

        /// The sum at `e` in multiples of 2⁻⁹⁶.
        func fixed(_ e: Int) -> Int128 {
            let high = Int128(words[e]) << 52
            return Scalar.exactWords == 1 ? high : high + Int128(words[ExactSumTests.count + e])
        }
    }

    /// Slots of values of all sizes from 2⁻ˢ to 128, s = `smallest`, with every bit of the significand in use.
    private func slots<Scalar: Real>(_ count: Int, smallest: Int, seed: Int, as: Scalar.Type) -> [[Scalar]] {
        var data = TestData(seed)
        return (0..<count).map { _ in
            data.reals(Self.count, as: Scalar.self).map { x in
                let exponent = Int.random(in: -smallest...6, using: &data.numbers)
                return Scalar(sign: x.sign, exponent: Scalar.Exponent(exponent), significand: 1 + abs(x))
            }
        }
    }

    /// value · 2⁹⁶, to the nearest, ties to even: the resolution of two words.
    private func fixed<Scalar: Real>(_ value: Scalar) -> Int128 {
        Int128((Double(value) * 0x1p96).rounded(.toNearestOrEven))
    }

    /// Float has 24 bits, so a value of 2⁻²⁰ or more is a multiple of 2⁻⁴³; Double has 53, so one of 2⁻⁴³ or more is a
    /// multiple of 2⁻⁹⁵. Such values lose nothing, and their sum is rounded once, or twice where it has more bits than a
    /// Double: within one ulp.
    @Test(arguments: precisions, [1, 2, 8, 24, 96])
    func largeValuesAreAddedExactly(_ precision: any Real.Type, count: Int) {
        func check<Scalar: Real>(_ type: Scalar.Type) {
            let slots = slots(count, smallest: Scalar.self == Float.self ? 20 : 43, seed: count, as: type)
            let sum = Sum(slots)
            #expect(sum.fits)
            for e in 0..<Self.count {
                let exact = slots.reduce(Int128(0)) { $0 + fixed($1[e]) }
                #expect(sum.fixed(e) == exact)
                let nearest = Scalar(Double(exact) * 0x1p-96)
                #expect(abs(sum.values[e] - nearest) <= nearest.ulp)
                if count == 1 { #expect(sum.values[e] == slots[0][e]) }
            }
        }
        check(precision)
    }

    /// Smaller values are rounded to the resolution, each by half of it at most.
    @Test(arguments: precisions, [1, 3, 24])
    func smallValuesAreRoundedToTheResolution(_ precision: any Real.Type, count: Int) {
        func check<Scalar: Real>(_ type: Scalar.Type) {
            let smallest = Scalar.self == Float.self ? 60 : 110
            let slots = slots(count, smallest: smallest, seed: count, as: type)
            let sum = Sum(slots)
            #expect(sum.fits)
            for e in 0..<Self.count {
                if Scalar.exactWords == 1 {
                    // A power of two times a Float is exact in Double: the rounding is the only one.
                    let words = slots.reduce(Int64(0)) {
                        $0 + Int64((Double($1[e]) * 0x1p44).rounded(.toNearestOrEven))
                    }
                    #expect(sum.words[e] == words)
                } else {
                    #expect(sum.fixed(e) == slots.reduce(Int128(0)) { $0 + fixed($1[e]) })
                }
            }
        }
        check(precision)
    }

    @Test(arguments: precisions)
    func theResolution(_ precision: any Real.Type) {
        func check<Scalar: Real>(_: Scalar.Type) {
            let step = Scalar(sign: .plus, exponent: Scalar.exactWords == 1 ? -44 : -96, significand: 1)
            func sum(_ value: Scalar) -> Scalar { Sum([Array(repeating: value, count: Self.count)]).values[5] }
            #expect(sum(step) == step)
            #expect(sum(-step) == -step)
            #expect(sum(step * 3 / 4) == step)
            #expect(sum(step / 4) == 0)
            #expect(sum(.leastNonzeroMagnitude) == 0)
        }
        check(precision)
    }

    /// Large values cancel, and what is left is exact.
    @Test(arguments: precisions)
    func cancellationLosesNothing(_ precision: any Real.Type) {
        func check<Scalar: Real>(_ type: Scalar.Type) {
            let small = slots(1, smallest: Scalar.self == Float.self ? 20 : 43, seed: 1, as: type)[0]
            let large = [Scalar](repeating: 127.5, count: Self.count)
            #expect(sameBits(Sum([large, small, large.map { -$0 }]).values, small))
        }
        check(precision)
    }

    @Test(arguments: precisions)
    func orderAndGroupingDoNotChangeABit(_ precision: any Real.Type) {
        func check<Scalar: Real>(_ type: Scalar.Type) {
            let slots = slots(24, smallest: 100, seed: 3, as: type)
            let whole = Sum(slots)
            var data = TestData(4)
            for groups in [2, 3, 5, 24] {
                let order = slots.shuffled(using: &data.numbers)
                var words = [Int64](repeating: 0, count: Self.count * Scalar.exactWords)
                for g in 0..<groups {
                    let part = Sum(Array(order[(g * 24 / groups)..<((g + 1) * 24 / groups)]))
                    for (index, word) in part.words.enumerated() { words[index] += word }
                }
                #expect(words == whole.words)
            }
        }
        check(precision)
    }

    @Test(arguments: precisions, ranges)
    func rangesAreKeptTo(_ precision: any Real.Type, range: Range<Int>) {
        func check<Scalar: Real>(_ type: Scalar.Type) {
            let slots = slots(5, smallest: 50, seed: 5, as: type)
            let whole = Sum(slots)
            // What lies outside is neither checked nor written.
            let bad = slots.map { $0.enumerated().map { range.contains($0.offset) ? $0.element : .nan } }
            let part = Sum(bad, range: range)
            #expect(part.fits)
            for e in 0..<Self.count {
                for word in stride(from: e, to: whole.words.count, by: Self.count) {
                    #expect(part.words[word] == (range.contains(e) ? whole.words[word] : -7))
                }
                #expect(part.values[e] == (range.contains(e) ? whole.values[e] : -77))
            }
        }
        check(precision)
    }

    /// Everywhere: in each lane of a block, and in the tail.
    @Test(arguments: precisions, ranges)
    func whatDoesNotFitIsSeen(_ precision: any Real.Type, range: Range<Int>) {
        func check<Scalar: Real>(_ type: Scalar.Type) {
            let good = slots(3, smallest: 20, seed: 6, as: type)
            let limit = Scalar(128)
            for bad in [Scalar.nan, .infinity, -.infinity, limit.nextUp, -limit.nextUp, .greatestFiniteMagnitude] {
                for e in range {
                    for slot in 0..<good.count {
                        var slots = good
                        slots[slot][e] = bad
                        #expect(!Sum(slots, range: range).fits, "\(bad) at \(e) of slot \(slot)")
                    }
                }
            }
        }
        check(precision)
    }

    @Test(arguments: precisions)
    func theEndsOfTheRangeFit(_ precision: any Real.Type) {
        func check<Scalar: Real>(_: Scalar.Type) {
            for value in [Scalar(128), -128, Scalar(128).nextDown, -Scalar(128).nextDown, 0, -0.0] {
                let slot = [Scalar](repeating: value, count: Self.count)
                let sum = Sum([slot])
                #expect(sum.fits)
                #expect(sum.values == slot)
                let many = Sum(Array(repeating: slot, count: 96))
                #expect(many.fits)
                #expect(many.fixed(9) == 96 * fixed(value))
            }
        }
        check(precision)
    }

    @Test(arguments: precisions, ranges)
    func theStepInOnePassIsSumAndStep(_ precision: any Real.Type, range: Range<Int>) {
        func check<Scalar: Real>(_ type: Scalar.Type) {
            for bad in [nil, Scalar.nan, Scalar(128).nextUp] {
                var slots = slots(5, smallest: 60, seed: 8, as: type)
                // What lies outside is not looked at.
                for e in 0..<Self.count where !range.contains(e) { slots[1][e] = .infinity }
                if let bad, !range.isEmpty { slots[3][range.upperBound - 1] = bad }
                var data = TestData(9)
                let (v, w) = (data.reals(Self.count, as: type), data.reals(Self.count, as: type))
                let (velocity, weights) = (Buffer(v, surroundings: 55, shift: 1), Buffer(w, surroundings: 55))
                let fits = Scalar.exactStep(
                    slots: Buffer(slots.flatMap { $0 }).base, slotStride: Self.count, count: slots.count,
                    range: range, rate: 0.3, momentum: 0.9, velocity: velocity.base, weights: weights.base)
                let (expectedVelocity, expectedWeights) = (Buffer(v), Buffer(w))
                let sum = Sum(slots, range: range)
                Scalar.momentumStep(
                    gradient: Buffer(sum.values).base, range: range, rate: 0.3, momentum: 0.9,
                    velocity: expectedVelocity.base, weights: expectedWeights.base)
                #expect(fits == sum.fits && fits == (bad == nil || range.isEmpty))
                guard fits else { continue }
                #expect(sameBits(velocity.values, expectedVelocity.values))
                #expect(sameBits(weights.values, expectedWeights.values))
                #expect(velocity.isIntact && weights.isIntact)
            }
        }
        check(precision)
    }

    @Test(arguments: precisions, ranges)
    func plainSumAddsInTheSlotsOrder(_ precision: any Real.Type, range: Range<Int>) {
        func check<Scalar: Real>(_ type: Scalar.Type) {
            let slots = slots(7, smallest: 30, seed: 7, as: type)
            let sums = Buffer<Scalar>(results: Self.count, shift: 1)
            Scalar.plainSum(
                slots: slots.flatMap { $0 }, slotStride: Self.count, count: slots.count, range: range, into: sums.base)
            let expected = (0..<Self.count).map { e in
                range.contains(e) ? slots.dropFirst().reduce(slots[0][e]) { $0 + $1[e] } : -77
            }
            #expect(sameBits(sums.values, expected))
            #expect(sums.isIntact)
        }
        check(precision)
    }
}
