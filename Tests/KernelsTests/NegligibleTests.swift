import Kernels
import Testing

/// Numbers too small to tell, at the limits below which they become zero.
@Suite struct NegligibleTests {
    /// Below which activations and deltas, and below which derivatives are none.
    private static func limits<Scalar: Real>(_: Scalar.Type) -> (tiny: Scalar, negligible: Scalar) {
        let half = Scalar.ulpOfOne / 2
        return (.leastNormalMagnitude / half, half * half)
    }

    /// Numbers around `limit`, and what is to become of them; a group of them.
    private static func around<Scalar: Real>(_ limit: Scalar) -> [(Scalar, Scalar)] {
        let below = limit.nextDown
        let pairs: [(Scalar, Scalar)] = [
            (limit, limit), (-limit, -limit), (below, 0), (-below, 0), (.leastNonzeroMagnitude, 0), (0, 0), (1, 1),
            (.infinity, .infinity), (-.infinity, -.infinity), (.nan, .nan), (limit.nextUp, limit.nextUp), (-1, -1),
        ]
        return pairs + Array(repeating: (below, 0), count: sampleGroup - pairs.count)
    }

    @Test(arguments: precisions) func becomeZeroBelowTheLimit(_ precision: any Real.Type) {
        func check<Scalar: Real>(_: Scalar.Type) {
            let limits = Self.limits(Scalar.self)
            let tiny = Self.around(limits.tiny), negligible = Self.around(limits.negligible)
            let values = Buffer(tiny.map(\.0), surroundings: 55, shift: 1)
            Scalar.clearTiny(values.base, count: sampleGroup)
            #expect(sameBits(values.values, tiny.map(\.1)))
            let derivatives = Buffer(negligible.map(\.0), surroundings: 55, shift: 1)
            Scalar.clearNegligible(derivatives.base, count: sampleGroup)
            #expect(sameBits(derivatives.values, negligible.map(\.1)))
            #expect(values.isIntact && derivatives.isIntact)
        }
        check(precision)
    }

    @Test(arguments: precisions) func deltasOfTheNextLayer(_ precision: any Real.Type) {
        func check<Scalar: Real>(_: Scalar.Type) {
            let pairs = Self.around(Self.limits(Scalar.self).tiny)
            let u = Buffer(pairs.map(\.0)), ones = Buffer(Array(repeating: Scalar(1), count: sampleGroup))
            let delta = Buffer<Scalar>(results: sampleGroup)
            Scalar.multiply(u.base, ones.base, count: sampleGroup, into: delta.base)
            #expect(sameBits(delta.values, pairs.map(\.1)))

            // Of one unit that one unit above sees, by a weight of 1 and derivatives of 1.
            let weight = Buffer([Scalar(1)])
            let last = Buffer<Scalar>(results: sampleGroup), contracted = Buffer<Scalar>(results: sampleGroup)
            Scalar.sensitivityLast(
                weights: weight.base, units: 1, upper: ones.base, lower: ones.base, u: u.base, stride: sampleGroup,
                width: 1, delta: last.base)
            #expect(sameBits(last.values, pairs.map(\.1)))
            Scalar.sensitivityContract(
                s: ones.base, units: 1, width: 1, u: u.base, stride: sampleGroup, first: 0, delta: contracted.base)
            #expect(sameBits(contracted.values, pairs.map(\.1)))
        }
        check(precision)
    }

    @Test(arguments: precisions) func sensitivities(_ precision: any Real.Type) {
        func check<Scalar: Real>(_: Scalar.Type) {
            let pairs = Self.around(Self.limits(Scalar.self).tiny)
            let derivatives = Buffer(pairs.map(\.0)), ones = Buffer(Array(repeating: Scalar(1), count: sampleGroup))
            let weight = Buffer([Scalar(1)]), started = Buffer<Scalar>(results: sampleGroup)
            Scalar.sensitivityStart(
                weights: weight.base, units: 1, upper: ones.base, lower: derivatives.base, stride: sampleGroup,
                first: 0, width: 1, s: started.base)
            #expect(sameBits(started.values, pairs.map(\.1)))
            let scaled = Buffer(ones.values)
            Scalar.sensitivityScale(
                s: scaled.base, units: 1, width: 1, derivative: derivatives.base, stride: sampleGroup)
            #expect(sameBits(scaled.values, pairs.map(\.1)))
        }
        check(precision)
    }

    /// No step leaves a state subnormal: what decays without a gradient is zero after the step that would make it so.
    @Test(arguments: precisions, updates.indices)
    func statesThatDecay(_ precision: any Real.Type, update: Int) {
        func check<Scalar: Real>(_: Scalar.Type) {
            let least = Scalar.leastNormalMagnitude
            let before = [least, -least, least.nextUp, 1, least.nextDown, 0, -least * 2, 1, least]
            let count = before.count
            let state = Buffer(before + before.map(abs)), weights = Buffer(Array(repeating: Scalar(0), count: count))
            let gradient = Buffer(Array(repeating: Scalar(0), count: count))
            Scalar.step(
                updates[update], gradient: gradient.base, range: 0..<count, state: state.base, stateStride: count,
                weights: weights.base)
            let after = state.values[..<count]
            #expect(after.allSatisfy { !$0.isSubnormal }, "\(after)")
            #expect(after[0] == 0 && after[3] > 0.8 && after[6] != 0)
            // Adam's second; other updates have none.
            if update >= updates.count / 3 * 2 {
                let second = Array(state.values[count...])
                #expect(second.allSatisfy { !$0.isSubnormal } && second[0] == 0 && second[6] != 0)
            }
        }
        check(precision)
    }

    /// Adam's second moment sees no gradient whose square might be subnormal; the first sees it.
    @Test(arguments: precisions) func squaresOfGradients(_ precision: any Real.Type) {
        func check<Scalar: Real>(_: Scalar.Type) {
            let limit = Self.limits(Scalar.self).negligible
            let gradient = Buffer([limit, limit.nextDown, -limit, -limit.nextDown])
            let state = Buffer(Array(repeating: Scalar(0), count: 8))
            let weights = Buffer(Array(repeating: Scalar(1), count: 4))
            Scalar.step(
                .adam(beta1: 0.9, beta2: 0.999, size: 0.02, scale: 3, epsilon: 1e-8), gradient: gradient.base,
                range: 0..<4, state: state.base, stateStride: 4, weights: weights.base)
            #expect(state.values[..<4].allSatisfy { $0 != 0 })
            #expect(state.values[4] > 0 && state.values[5] == 0 && state.values[6] > 0 && state.values[7] == 0)
        }
        check(precision)
    }
}
