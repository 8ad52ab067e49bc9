import Foundation

@testable import Reporting

/// Points that a machine with known parameters would give.
enum Planted {
    static let model: StepModel = {
        var model = StepModel(fittedTo: [])
        model[.sample] = 0.4e-6
        model[.slice] = 1e-9
        model[.contention] = 0.05e-6
        model[.word] = 0.4e-9
        model[.barrier] = 2e-6
        model[.farMessage] = 30e-6
        model[.farByte] = 0.2e-9
        model[.farWire] = 1.1
        return model
    }()

    static func shape(
        nodes: Int = 1, ranks: Int = 1, threads: Int = 1, batch: Int = 1000, linkRate: Double? = nil
    ) -> StepShape {
        StepShape(
            nodes: nodes, ranks: ranks, threads: threads, batchSize: batch, slices: 8, parameters: 13_002,
            linkRate: linkRate)
    }

    /// One repeat, `noise` off the model's time.
    static func point(_ shape: StepShape, kind: ScalingPoint.Kind = .strong, repeat number: Int = 1, noise: Double = 0)
        -> ScalingPoint
    {
        var point = ScalingPoint(
            id: "\(shape.hashValue)-\(kind)-\(number)", source: .measured, kind: kind, nodes: shape.nodes,
            ranks: shape.ranks, threads: shape.threads)
        point.model = "784x16x16x10"
        point.data = "mnist"
        point.parameters = shape.parameters
        point.precision = "float32"
        point.gradient = "frontprop"
        point.samples = 60_000
        point.batchSize = shape.batchSize
        point.slices = shape.slices
        point.reduction = shape.isExact ? "exact" : "allreduce"
        point.steps = 60_000 / shape.batchSize
        point.repeat = number
        point.linkRate = shape.linkRate
        point.coresPerNode = 4
        point.weightsSha256 = String(repeating: shape.batchSize == 1000 ? "a" : "b", count: 64)
        let seconds = model.stepSeconds(shape) * (1 + noise)
        point.stepSeconds = seconds
        point.epochSeconds = Array(repeating: seconds * Double(point.steps!), count: 3)
        let compute = model.terms(shape)[.compute]! * (1 + noise)
        point.phases = Phases(compute: compute, wait: 0, reduce: 0, update: seconds - compute)
        return point
    }

    static func loop(nodes: Int, words: Int, linkRate: Double?) -> ScalingPoint {
        var point = ScalingPoint(
            id: "loop/\(nodes)-\(words)-\(linkRate ?? 0)", source: .measured, kind: .communication, nodes: nodes,
            ranks: nodes, threads: 1)
        point.parameters = 13_002
        point.linkRate = linkRate
        point.group = "ranks"
        point.type = "int64"
        point.words = words
        point.bytes = 8 * words
        point.coresPerNode = 4
        let call = AllReduce(members: nodes, bytes: Double(8 * words))
        let perByte = model[.farByte] + (linkRate.map { model[.farWire] * 8 / $0 } ?? 0)
        point.callSeconds = call.messages * model[.farMessage] + call.linkBytes * perByte
        return point
    }

    /// One node with `near` layouts (ranks, threads), and two nodes at each of `linkRates`; each for all `kinds`.
    static func experiment(
        linkRates: [Double], near: [(Int, Int)] = [(1, 1), (1, 2), (2, 1), (4, 1)],
        kinds: [ScalingPoint.Kind] = [.strong, .weak], repeats: Int = 5, noise: (Int) -> Double = { _ in 0 }
    ) -> [ScalingPoint] {
        var number = 0
        func points(_ nodes: Int, _ ranks: Int, _ threads: Int, _ rate: Double?) -> [ScalingPoint] {
            (1...repeats).flatMap { repeated in
                kinds.map { kind in
                    number += 1
                    let batch = kind == .weak ? 1000 * ranks * threads : 1000
                    return point(
                        shape(nodes: nodes, ranks: ranks, threads: threads, batch: batch, linkRate: rate), kind: kind,
                        repeat: repeated, noise: noise(number))
                }
            }
        }
        let near = near.flatMap { points(1, $0.0, $0.1, nil) }
        let far = linkRates.flatMap { rate in
            points(2, 2, 1, rate) + [1, 812, 13_004].map { loop(nodes: 2, words: $0, linkRate: rate) }
        }
        return near + far
    }

    /// Independent normal noise: a function of the point's number.
    static func noise(seed: UInt64, deviation: Double) -> (Int) -> Double {
        { number in
            let bits = SplitMix.bits(seed, UInt64(number))
            let (u, v) = (Double(bits >> 32) + 0.5, Double(bits & 0xFFFF_FFFF))
            return deviation * (-2 * log(u / exp2(32))).squareRoot() * cos(2 * .pi * v / exp2(32))
        }
    }

    /// SplitMix64, twice.
    private enum SplitMix {
        static func bits(_ seed: UInt64, _ number: UInt64) -> UInt64 { mixed(mixed(seed) ^ number) }

        private static func mixed(_ value: UInt64) -> UInt64 {
            var z = value &+ 0x9E37_79B9_7F4A_7C15
            z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
            return z ^ z >> 31
        }
    }
}
