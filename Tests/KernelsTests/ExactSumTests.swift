import Kernels
import Testing

/// The sum of a tensor over slots, as integers of its own scale: Float's words are multiples of 2^(e − 50), Double's of
/// 2^(e − 49) and 2^(e − 100), e being the exponent of the largest magnitude in all slots.
@Suite struct ExactSumTests {
    /// Ranges around the blocks of 8 that the kernels take, with ends that are not multiples of it.
    static let ranges = [0..<0, 0..<1, 0..<7, 0..<8, 0..<9, 3..<16, 5..<6, 7..<31, 16..<64, 1..<64]
    private static let count = 64

    /// Words and sums of `slots`, each of `count` values, over `range`.
    private struct Sum<Scalar: Real> {
        let exponent: Int
        let fits: Bool
        let words: [Int64]
        let values: [Scalar]

        /// - Parameter exponent: of the largest magnitude in the range, where it is not to be found there.
        init(_ slots: [[Scalar]], range: Range<Int> = 0..<count, exponent given: Int? = nil) {
            let stride = ExactSumTests.count + 3  // slots off any alignment, and something between them
            let flat = Buffer(slots.flatMap { $0 + [.nan, .nan, .nan] })
            let low = Scalar.exactWords == 2 ? ExactSumTests.count : 0
            exponent = given ?? ExactSumTests.exponent(of: slots, range)
            var words = [Int64](repeating: -7, count: ExactSumTests.count * Scalar.exactWords)
            Scalar.exactSum(
                slots: flat.base, slotStride: stride, count: slots.count, range: range, exponent: exponent,
                words: &words, low: low)
            let sums = Buffer<Scalar>(results: ExactSumTests.count)
            fits = Scalar.fromExact(words: words, low: low, range: range, exponent: exponent, into: sums.base)
            (self.words, values) = (words, sums.values)
        }

        /// The sum at `e` in multiples of the last word's unit.
        func fixed(_ e: Int) -> Int128 {
            Scalar.exactWords == 1 ? Int128(words[e]) : Int128(words[e]) << 51 + Int128(words[ExactSumTests.count + e])
        }
    }

    private static func exponent<Scalar: Real>(of slots: [[Scalar]], _ range: Range<Int>) -> Int {
        let largest =
            slots.map { slot in
                Scalar.magnitude(bits: Scalar.largest(slot + [Scalar](repeating: 0, count: 64), range: range))
            }.max() ?? 0
        return largest == 0 ? 0 : Int(largest.exponent)
    }

    /// The binary places that a sum of this exponent has: what words are multiples of is 2^-places.
    private static func places<Scalar: Real>(_ exponent: Int, _: Scalar.Type) -> Int {
        (Scalar.exactWords == 1 ? 50 : 100) - exponent
    }

    /// Value · 2^places to the nearest, ties to even, in integers alone: no floating-point rounding stands in for another.
    /// With two words the first takes a multiple of 2^51 by the same rule, and the second what is left.
    private static func fixed<Scalar: Real>(_ value: Scalar, places: Int) -> Int128 {
        guard value != 0 else { return 0 }
        let digits = Scalar.significandBitCount
        let significand = Int128((Double(value.significand) * Double(sign: .plus, exponent: digits, significand: 1)))
        let shift = Int(value.exponent) - digits + places
        var magnitude: Int128
        if shift >= 0 {
            magnitude = significand << shift
        } else if shift < -120 {
            magnitude = 0
        } else {
            magnitude = significand >> -shift
            let rest = significand - magnitude << -shift
            let half = Int128(1) << (-shift - 1)
            if rest > half || (rest == half && magnitude & 1 == 1) { magnitude += 1 }
        }
        return value.sign == .minus ? -magnitude : magnitude
    }

    /// Slots of values with exponents spread over `exponents`, and every bit of the significand in use.
    private func slots<Scalar: Real>(
        _ count: Int, exponents: ClosedRange<Int>, seed: Int, as: Scalar.Type
    ) -> [[Scalar]] {
        var data = TestData(seed)
        return (0..<count).map { _ in
            data.reals(Self.count, as: Scalar.self).map { x in
                let exponent = Int.random(in: exponents, using: &data.numbers)
                return Scalar(sign: x.sign, exponent: Scalar.Exponent(exponent), significand: 1 + abs(x))
            }
        }
    }

    private func slots<Scalar: Real>(_ count: Int, smallest: Int, seed: Int, as type: Scalar.Type) -> [[Scalar]] {
        slots(count, exponents: -smallest...6, seed: seed, as: type)
    }

    /// Spreads of exponents: of all sizes, near the ends of what each precision has, and subnormal.
    static let spreads = [
        -120...120, -20...20, -3...3, 100...120, -120 ... -100, 126...127, -126 ... -100, -140 ... -127, -149 ... -149,
    ]

    /// The oracle: integers of 128 bits.
    @Test(arguments: precisions, spreads)
    func isTheSumOfRoundedIntegers(_ precision: any Real.Type, exponents: ClosedRange<Int>) {
        func check<Scalar: Real>(_ type: Scalar.Type) {
            for count in [1, 2, 3, 8, 24, 96] {
                var slots = slots(count, exponents: exponents, seed: count, as: type)
                for slot in slots.indices {
                    slots[slot][slot % 7] = slot % 2 == 0 ? 0 : -0.0
                    slots[slot][40 + slot % 5] = .leastNonzeroMagnitude
                }
                let sum = Sum(slots)
                let places = Self.places(sum.exponent, type)
                for e in 0..<Self.count {
                    let exact = slots.reduce(Int128(0)) { $0 + Self.fixed($1[e], places: places) }
                    #expect(sum.fixed(e) == exact, "\(exponents), \(count) slots, element \(e)")
                    let nearest = Scalar(scaled(Double(exact), by: -places))
                    if nearest.isFinite { #expect(abs(sum.values[e] - nearest) <= nearest.ulp) }
                }
            }
        }
        check(precision)
    }

    /// x · 2^exponent, in two factors, either of which is a normal number.
    private func scaled(_ x: Double, by exponent: Int) -> Double {
        let half = exponent / 2
        return x * Double(sign: .plus, exponent: half, significand: 1)
            * Double(sign: .plus, exponent: exponent - half, significand: 1)
    }

    /// Double's own extremes, beyond those of Float, where values are scaled on the way.
    @Test(arguments: [
        -1074 ... -1074, -1074 ... -1000, -1022 ... -900, -905 ... -895, 995...1005, 1000...1020, 1021...1022,
    ])
    func theEndsOfDouble(exponents: ClosedRange<Int>) {
        let slots = slots(5, exponents: exponents, seed: 5, as: Double.self)
        let sum = Sum(slots)
        let places = Self.places(sum.exponent, Double.self)
        for e in 0..<Self.count {
            let exact = slots.reduce(Int128(0)) { $0 + Self.fixed($1[e], places: places) }
            #expect(sum.fixed(e) == exact)
            let nearest = scaled(Double(exact), by: -places)
            #expect(sum.values[e] == nearest || abs(sum.values[e] - nearest) <= nearest.ulp)
        }
        #expect(sum.fits == sum.values.allSatisfy(\.isFinite))
    }

    /// What docs say is kept of an element far below its tensor's largest: Float has 24 bits, of which those from 2^-50
    /// of the largest's power of two on are kept; Double has 53, and keeps those to 2^-100.
    @Test(arguments: precisions) func whatIsKeptOfSmallElements(_ precision: any Real.Type) {
        func check<Scalar: Real>(_ type: Scalar.Type) {
            func kept(_ below: Int, _ value: Scalar) -> Scalar {
                var slot = [Scalar](repeating: 0, count: Self.count)
                slot[3] = 1.5
                slot[9] = Scalar(sign: .plus, exponent: Scalar.Exponent(-below), significand: value)
                return Sum([slot]).values[9]
            }
            let value = 1 + Scalar.ulpOfOne * 5 + Scalar(1) / 3
            for below in [0, 10, 26, 30, 45, 48, 50, 70, 99, 100, 101] {
                let whole = Scalar(sign: .plus, exponent: Scalar.Exponent(-below), significand: value)
                let error = abs(kept(below, value) - whole)
                let digits = Scalar.exactWords == 1 ? 50 : 100
                #expect(error <= Scalar(sign: .plus, exponent: Scalar.Exponent(-digits - 1), significand: 1))
                if below + Scalar.significandBitCount <= digits { #expect(error == 0, "2^-\(below)") }
            }
            // Float: 21 bits of an element 2^-30 below, 6 of one 2^-45 below. Double: all 53 of both.
            let thirty = Scalar(sign: .plus, exponent: -30, significand: 1)
            #expect(kept(30, value) / thirty == (Scalar.exactWords == 1 ? (value * 0x1p20).rounded() / 0x1p20 : value))
            let fortyFive = Scalar(sign: .plus, exponent: -45, significand: 1)
            #expect(kept(45, value) / fortyFive == (Scalar.exactWords == 1 ? (value * 32).rounded() / 32 : value))
        }
        check(precision)
    }

    /// The most slots there may be, each with the largest magnitude there is below a power of two, and with what rounds up
    /// in the second word.
    @Test(arguments: precisions, [1.0, -1.0]) func fourThousandSlotsFit(_ precision: any Real.Type, sign: Double) {
        func check<Scalar: Real>(_ type: Scalar.Type) {
            let largest = Scalar(2).nextDown
            let half = Scalar(1) + Scalar(sign: .plus, exponent: -50, significand: 1)
            for value in [largest, largest.nextDown, 1, half] {
                let slot = [Scalar](repeating: Scalar(sign) * value, count: Self.count)
                let sum = Sum(Array(repeating: slot, count: 4096), exponent: 0)
                let places = Self.places(0, type)
                #expect(sum.fixed(9) == 4096 * Self.fixed(slot[9], places: places))
                #expect(sum.values[9] == 4096 * slot[9])
            }
        }
        check(precision)
    }

    /// A power of two times all values is that power of two times the sums, bit by bit.
    @Test(arguments: precisions, [-60, -20, 1, 20, 60]) func scaleDoesNotShow(_ precision: any Real.Type, power: Int) {
        func check<Scalar: Real>(_ type: Scalar.Type) {
            let factor = Scalar(sign: .plus, exponent: Scalar.Exponent(power), significand: 1)
            let slots = slots(24, exponents: -40...20, seed: 3, as: type)
            let (sum, scaled) = (Sum(slots), Sum(slots.map { $0.map { $0 * factor } }))
            #expect(sum.words == scaled.words)
            #expect(sameBits(sum.values.map { $0 * factor }, scaled.values))
        }
        check(precision)
    }

    /// Large values cancel, and what is left is exact.
    @Test(arguments: precisions)
    func cancellationLosesNothing(_ precision: any Real.Type) {
        func check<Scalar: Real>(_ type: Scalar.Type) {
            let small = slots(1, smallest: Scalar.self == Float.self ? 20 : 40, seed: 1, as: type)[0]
            let large = [Scalar](repeating: 127.5, count: Self.count)
            #expect(sameBits(Sum([large, small, large.map { -$0 }]).values, small))
        }
        check(precision)
    }

    @Test(arguments: precisions)
    func orderAndGroupingDoNotChangeABit(_ precision: any Real.Type) {
        func check<Scalar: Real>(_ type: Scalar.Type) {
            let slots = slots(24, exponents: -120...120, seed: 3, as: type)
            let whole = Sum(slots)
            var data = TestData(4)
            for groups in [2, 3, 5, 24] {
                let order = slots.shuffled(using: &data.numbers)
                var words = [Int64](repeating: 0, count: Self.count * Scalar.exactWords)
                var exponent = Int.min
                for g in 0..<groups {
                    // As nodes do: each has its own slots, and the exponent that all have agreed on.
                    let own = Array(order[(g * 24 / groups)..<((g + 1) * 24 / groups)])
                    exponent = max(exponent, Self.exponent(of: own, 0..<Self.count))
                    for (index, word) in Sum(own, exponent: whole.exponent).words.enumerated() { words[index] += word }
                }
                #expect(exponent == whole.exponent)
                #expect(words == whole.words)
            }
        }
        check(precision)
    }

    @Test(arguments: precisions, ranges)
    func rangesAreKeptTo(_ precision: any Real.Type, range: Range<Int>) {
        func check<Scalar: Real>(_ type: Scalar.Type) {
            let slots = slots(5, smallest: 50, seed: 5, as: type)
            let exponent = Self.exponent(of: slots, 0..<Self.count)
            let whole = Sum(slots)
            // What lies outside is neither looked at nor written.
            let bad = slots.map { $0.enumerated().map { range.contains($0.offset) ? $0.element : .nan } }
            let part = Sum(bad, range: range, exponent: exponent)
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

    /// Everywhere: in each lane of a vector, and in the tail. Infinity is larger than any number, and NaN than infinity.
    @Test(arguments: precisions, ranges)
    func theLargestMagnitude(_ precision: any Real.Type, range: Range<Int>) {
        func check<Scalar: Real>(_ type: Scalar.Type) {
            let good = slots(1, smallest: 20, seed: 6, as: type)[0]
            func largest(_ values: [Scalar]) -> Scalar {
                let padded = values.enumerated().map { range.contains($0.offset) ? $0.element : .nan }
                return .magnitude(bits: Scalar.largest(Buffer(padded).base, range: range))
            }
            #expect(largest(good) == range.map { abs(good[$0]) }.max() ?? 0)
            #expect(largest(good.map { _ in -0.0 }) == 0)
            let inOrder = [Scalar.leastNonzeroMagnitude, 1e3, .greatestFiniteMagnitude, .infinity]
            for e in range {
                for bad in inOrder {
                    var values = [Scalar](repeating: 0, count: Self.count)
                    values[e] = -bad
                    #expect(largest(values) == bad, "\(bad) at \(e)")
                    values[range.lowerBound] = .infinity
                    values[e] = .nan
                    #expect(largest(values).isNaN)
                }
            }
        }
        check(precision)
    }

    /// Finite values may have a sum that is not.
    @Test(arguments: precisions)
    func aSumBeyondTheLargestIsSeen(_ precision: any Real.Type) {
        func check<Scalar: Real>(_ type: Scalar.Type) {
            for e in [0, 8, 63] {
                var slot = [Scalar](repeating: 1, count: Self.count)
                slot[e] = .greatestFiniteMagnitude
                #expect(Sum([slot]).fits && Sum([slot, slot.map { -$0 }]).fits)
                #expect(!Sum([slot, slot]).fits)
            }
        }
        check(precision)
    }

    @Test(arguments: precisions, ranges)
    func theStepInOnePassIsSumAndStep(_ precision: any Real.Type, range: Range<Int>) {
        func check<Scalar: Real>(_ type: Scalar.Type) {
            for (update, bad, empty) in updates.flatMap({ update in
                [(Scalar(0), false), (.greatestFiniteMagnitude, false), (0, true)].map { (update, $0, $1) }
            }) {
                var slots = empty ? [] : slots(5, smallest: 60, seed: 8, as: type)
                // What lies outside is not looked at.
                for e in 0..<Self.count where !range.contains(e) && !empty { slots[1][e] = .infinity }
                if bad != 0, !range.isEmpty {
                    slots[3][range.upperBound - 1] = bad
                    slots[4][range.upperBound - 1] = bad
                }
                var data = TestData(9)
                // Two vectors of state; the second holds squares.
                let state = data.reals(Self.count, as: type) + data.reals(Self.count, as: type).map { $0 * $0 }
                let w = data.reals(Self.count, as: type)
                let (vectors, weights) = (Buffer(state, surroundings: 55, shift: 1), Buffer(w, surroundings: 55))
                let exponent = Self.exponent(of: slots, range)
                let fits = Scalar.exactStep(
                    update, slots: Buffer(slots.flatMap { $0 }).base, slotStride: Self.count, count: slots.count,
                    range: range, exponent: exponent, state: vectors.base, stateStride: Self.count,
                    weights: weights.base)
                let (expectedState, expectedWeights) = (Buffer(state), Buffer(w))
                let sum = Sum(slots, range: range, exponent: exponent)
                Scalar.step(
                    update, gradient: Buffer(sum.values).base, range: range, state: expectedState.base,
                    stateStride: Self.count, weights: expectedWeights.base)
                #expect(fits == sum.fits && fits == (bad == 0 || range.isEmpty))
                if empty { #expect(range.allSatisfy { sum.values[$0] == 0 }) }
                guard fits else { continue }
                #expect(sameBits(vectors.values, expectedState.values))
                #expect(sameBits(weights.values, expectedWeights.values))
                #expect(vectors.isIntact && weights.isIntact)
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
