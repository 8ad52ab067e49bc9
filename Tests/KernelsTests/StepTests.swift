import Kernels
import Testing

/// What optimisers do, with constants as they come.
let updates: [Update] = [
    .momentum(rate: 0.3, momentum: 0.9),
    .nesterov(rate: 0.3, momentum: 0.9),
    .adam(beta1: 0.9, beta2: 0.999, size: 0.02, scale: 3, epsilon: 1e-8),
].flatMap { update in
    [update, update.scaling(by: 0.3), update.adding(decay: 0.1), update.scaling(by: 0.7).adding(decay: 0.2)]
        + [update.shrinkingWeights(by: 0.01), update.scaling(by: 2).adding(decay: 0.3).shrinkingWeights(by: 0.4)]
}

@Suite struct StepTests {
    private static let count = 100

    /// Where a range ends decides which elements the vectors take and which the loop behind them: the bits are the same.
    @Test(arguments: precisions, [0..<0, 0..<1, 0..<15, 0..<16, 0..<17, 3..<100, 8..<24, 99..<100, 0..<100])
    func isWhatItSaysOnAnyRange(_ precision: any Real.Type, range: Range<Int>) {
        func check<Scalar: Real>(_: Scalar.Type) {
            for (update, reference) in zip(updates, Self.references(Scalar.self)) {
                var data = TestData(1)
                let gradient = data.buffer(Self.count, shift: 1, as: Scalar.self)
                var first = data.reals(Self.count, as: Scalar.self)
                var second = data.reals(Self.count, as: Scalar.self).map { $0 * $0 }
                var w = data.reals(Self.count, as: Scalar.self)
                let vectors = Buffer(first + second, surroundings: 55, shift: 1)
                let weights = Buffer(w, surroundings: 55)
                Scalar.step(
                    update, gradient: gradient.base, range: range, state: vectors.base, stateStride: Self.count,
                    weights: weights.base)
                for e in range {
                    reference(gradient.base[e], &first[e], &second[e], &w[e])
                }
                #expect(sameBits(vectors.values, first + second))
                #expect(sameBits(weights.values, w))
                #expect(vectors.isIntact && weights.isIntact)
            }
        }
        check(precision)
    }

    /// The steps of `updates`, a parameter at a time: gradient, two numbers of state, weight.
    private static func references<Scalar: Real>(
        _: Scalar.Type
    ) -> [(Scalar, inout Scalar, inout Scalar, inout Scalar) -> Void] {
        let momentum = { (g: Scalar, velocity: inout Scalar, _: inout Scalar, w: inout Scalar) in
            velocity = (-(Scalar(0.3) * g)).addingProduct(Scalar(0.9), velocity)
            w += velocity
        }
        let nesterov = { (g: Scalar, velocity: inout Scalar, _: inout Scalar, w: inout Scalar) in
            let down = -(Scalar(0.3) * g)
            velocity = down.addingProduct(Scalar(0.9), velocity)
            w += down.addingProduct(Scalar(0.9), velocity)
        }
        let adam = { (g: Scalar, mean: inout Scalar, square: inout Scalar, w: inout Scalar) in
            mean = mean.addingProduct(Scalar(1 - 0.9), g - mean)
            square = (Scalar(1 - 0.999) * g * g).addingProduct(Scalar(0.999), square)
            w -= Scalar(0.02) * mean / Scalar(1e-8).addingProduct(square.squareRoot(), Scalar(3))
        }
        return [momentum, nesterov, adam].flatMap { step in
            [(1, 0, 0), (0.3, 0, 0), (1, 0.1, 0), (0.7, 0.2, 0), (1, 0, 0.01), (2, 0.3, 0.4)].map {
                prepared(step, scale: Scalar($0), decay: Scalar($1), shrink: Scalar($2))
            }
        }
    }

    /// `step` after what comes before it.
    private static func prepared<Scalar: Real>(
        _ step: @escaping (Scalar, inout Scalar, inout Scalar, inout Scalar) -> Void, scale: Scalar, decay: Scalar,
        shrink: Scalar
    ) -> (Scalar, inout Scalar, inout Scalar, inout Scalar) -> Void {
        { g, first, second, w in
            let gradient = (scale * g).addingProduct(decay, w)
            w = w.addingProduct(-shrink, w)
            step(gradient, &first, &second, &w)
        }
    }
}
