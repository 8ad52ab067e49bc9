import Kernels
import Testing

@testable import Networks

@Suite struct DropoutTests {
    private static let problems = [[3, 2, 3], [5, 4, 3, 2], [9, 40, 35, 3]].enumerated().flatMap { number, sizes in
        Network.covering(Topology(sizes: sizes)!).enumerated().filter { $0.offset % 3 == number }.map(\.element)
    }

    /// What the kernel multiplies the layer's units by, 1 × stride a unit.
    private func factors<Scalar: Real>(
        _ dropout: Dropout, step: Int, layer: Int, units: Int, samples: [UInt32], as: Scalar.Type = Scalar.self
    ) -> [[Scalar]] {
        let stride = paddedSampleCount(samples.count)
        let values = Buffer([Scalar](repeating: 1, count: units * stride))
        let beside = Buffer([Scalar](repeating: 2, count: units * stride))
        samples.withUnsafeBufferPointer {
            dropout.mask(step: step).apply(
                to: values.base, beside: beside.base, layer: layer, units: units, of: $0, stride: stride)
        }
        #expect(zip(values.values, beside.values).allSatisfy { 2 * $0 == $1 })
        return samples.indices.map { b in (0..<units).map { values.base[$0 * stride + b] } }
    }

    /// The kernel's mask is the one that is written out, in both precisions; wherever a sample stands, and beside whom.
    @Test(arguments: [1, 7, 8, 9, 17, 100]) func kernel(units: Int) throws {
        let dropout = try #require(Dropout(rate: 0.3, seed: 0xDEAD_BEEF_1234_5678))
        let samples: [UInt32] = [5, 0, 4_000_000_000, 17, 3, 99, 100_000, 8, 12, 6, 1, 2, 4, 7, 9, 10, 11, 13, 14]
        for (step, layer) in [(1, 1), (2, 1), (1, 2), (1 << 33 + 5, 6)] {
            let singles = factors(dropout, step: step, layer: layer, units: units, samples: samples, as: Float.self)
            let doubles = factors(dropout, step: step, layer: layer, units: units, samples: samples, as: Double.self)
            let mask = dropout.mask(step: step)
            for (b, sample) in samples.enumerated() {
                #expect(singles[b] == mask.factors(layer: layer, units: units, sample: sample))
                #expect(doubles[b] == mask.factors(layer: layer, units: units, sample: sample))
                #expect(zip(singles[b], doubles[b]).allSatisfy { ($0 == 0) == ($1 == 0) })
                #expect(
                    doubles[b] == factors(dropout, step: step, layer: layer, units: units, samples: [sample])[0])
            }
        }
    }

    /// Of a million draws as many are dropped as the rate says, within 5 standard deviations, and those that are kept make the
    /// mean 1; another seed, step, layer or sample has another mask.
    @Test(arguments: [0.5, 0.2, 0.1, 0.9, 1e-9]) func rate(_ rate: Double) throws {
        let dropout = try #require(Dropout(rate: rate, seed: 1))
        let all = (1...10).flatMap { step in
            factors(dropout, step: step, layer: 1, units: 1000, samples: (0..<100).map { $0 }, as: Double.self).joined()
        }
        let share = Double(all.count { $0 == 0 }) / Double(all.count)
        let drawn = Double(dropout.threshold) / 65536
        #expect(abs(drawn - rate) <= 0x1p-16)
        let deviation = (drawn * (1 - drawn) / Double(all.count)).squareRoot()
        #expect(abs(share - drawn) <= 5 * deviation)
        #expect(abs(all.reduce(0, +) / Double(all.count) - 1) <= 5 * deviation / (1 - drawn))
        #expect(Set(all).isSubset(of: [0, 1 / (1 - drawn)]))
    }

    @Test func masksDiffer() throws {
        func mask(_ seed: UInt64, _ step: Int, _ layer: Int, _ sample: UInt32) throws -> [Double] {
            try #require(Dropout(rate: 0.5, seed: seed)).mask(step: step).factors(
                layer: layer, units: 64, sample: sample)
        }
        let masks = try [
            mask(1, 1, 1, 0), mask(2, 1, 1, 0), mask(1 << 32 | 1, 1, 1, 0), mask(1, 2, 1, 0), mask(1, 1, 2, 0),
            mask(1, 1, 1, 1), mask(1, 1 << 16, 1, 0), mask(1, 1, 1 << 16, 0),
        ]
        #expect(Set(masks).count == masks.count)
        #expect(Dropout(rate: 0, seed: 1) == nil && Dropout(rate: nil, seed: 1) == nil)
    }

    /// All engines drop the same, and have the gradient of what is left: also with weights.
    @Test(arguments: problems, [false, true]) func enginesAgree(network: Network, weighted: Bool) {
        let problem = GradientProblem(
            network, seed: 51, sampleCount: 5,
            target: network.head.loss.takes(network.head.activation, .labels) ? .labels : .numbers, weighted: weighted,
            dropout: 0.4)
        let check = GradientCheck(problem)
        #expect(check.passed, "\(check)")
    }

    @Test(arguments: GradientMethod.allCases) func autoencoder(_ method: GradientMethod) {
        let problem = GradientProblem(
            Network(Topology(sizes: [9, 8, 9])!), seed: 52, sampleCount: 20, target: .inputs, dropout: 0.5)
        let engine = method.makeEngine(
            problem.network, samples: problem.samples, capacity: 20, dropout: problem.dropout, as: Double.self)
        let check = GradientCheck(problem, engines: [(name: method.rawValue, engine: engine)])
        #expect(check.passed, "\(check)")
        // And it does drop.
        let plain = method.makeEngine(problem.network, samples: problem.samples, capacity: 20, as: Double.self)
        #expect(Computed(engine, problem).loss != Computed(plain, problem).loss)
    }

    /// A slice's gradient does not depend on how the minibatch is cut; another step's is another.
    @Test(arguments: GradientMethod.allCases) func slices(_ method: GradientMethod) {
        let network = Network(Topology(sizes: [9, 40, 35, 3])!)
        let problem = GradientProblem(network, seed: 53, sampleCount: 37, dropout: 0.5)
        let engine = method.makeEngine(
            network, samples: problem.samples, capacity: 37, dropout: problem.dropout, as: Double.self)
        let whole = Computed(engine, problem)
        let parts = [0..<5, 5..<21, 21..<37].map { Computed(engine, problem, samples: $0) }
        let sums = whole.gradient.indices.map { index in parts.reduce(0) { $0 + $1.gradient[index] } }
        #expect(largestDifference(sums, whole.gradient) < 1e-12)
        let next = Computed(engine, problem, in: Minibatch(size: 37, step: 2))
        #expect(next.loss != whole.loss)
        #expect(sameBits(Computed(engine, problem).gradient, whole.gradient))
    }
}
