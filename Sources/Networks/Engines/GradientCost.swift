import Foundation
import Kernels

/// What a gradient takes, by a rough count: enough to tell seconds from weeks.
public struct GradientCost: Equatable, Sendable {
    /// Scalar operations: multiplications, additions and, in the recursion, calls.
    public let operations: Double
    /// Memory of one worker beside dataset and parameters.
    public let bytes: Double
    /// Of one worker.
    public let seconds: Double

    /// Longer than this is hopeless: a day.
    public static let longestSeconds = 86400.0

    /// Why this cannot be done, or nil when it can.
    ///
    /// - Parameters:
    ///   - work: what it is about, such as `scalar on 784x64x784 with 1000 samples`.
    ///   - workers: how many share the samples; each needs `bytes`.
    ///   - memoryBytes: what all workers together may take.
    public func refusal(of work: String, workers: Int, memoryBytes: Double) -> String? {
        let needed = bytes * Double(workers)
        if needed > memoryBytes {
            return "\(work) would take about \(Self.size(needed)) of memory; there are \(Self.size(memoryBytes))"
        }
        let elapsedSeconds = seconds / Double(workers)
        guard elapsedSeconds > Self.longestSeconds else { return nil }
        return "\(work) would take about \(Self.duration(elapsedSeconds))"
    }

    /// In the largest unit that gives one or more.
    public static func duration(_ seconds: Double) -> String {
        let units = [(31_557_600.0, "years"), (86400, "days"), (3600, "hours"), (60, "minutes")]
        let (length, name) = units.first { seconds >= $0.0 } ?? (1, "seconds")
        return number(seconds / length) + " " + name
    }

    public static func size(_ bytes: Double) -> String {
        let units = [(1e12, "TB"), (1e9, "GB"), (1e6, "MB")]
        let (length, name) = units.first { bytes >= $0.0 } ?? (1e3, "kB")
        return number(bytes / length) + " " + name
    }

    private static func number(_ value: Double) -> String {
        value < 1e6 ? String(format: value < 10 ? "%.1f" : "%.0f", value) : String(format: "%.0e", value)
    }
}

extension Topology {
    /// Bytes of the activations and derivatives of `samples` samples: less than what any engine takes.
    public func matrixBytes<Scalar>(samples: Int, of _: Scalar.Type) -> Double {
        2 * Double(sizes.dropFirst().reduce(0, +)) * Double(samples) * Double(MemoryLayout<Scalar>.stride)
    }
}

extension ScalarEngine {
    /// Seconds of one call of the recursion, with its share of the loops around it.
    private static var secondsPerCall: Double { 6e-9 }

    /// The cost of the gradients of `samples` samples: Σ_k (n_k + 1)·n_{k+1}·n_L calls of ∂a^L_q/∂w^k_ij a sample,
    /// and the calls that each makes.
    public static func cost(topology: Topology, samples: Int) -> GradientCost {
        let (sizes, depth) = (topology.sizes.map(Double.init), topology.depth)
        func calls(_ l: Int, _ k: Int) -> Double { k >= l - 2 ? 1 : 1 + sizes[l - 1] * calls(l - 1, k) }
        let perSample = (0..<depth).reduce(0.0) { sum, k in
            sum + (sizes[k] + 1) * sizes[k + 1] * sizes[depth] * calls(depth, k)
        }
        let operations = perSample * Double(samples)
        return GradientCost(
            operations: operations, bytes: 4 * sizes.reduce(0, +) * Double(MemoryLayout<Scalar>.stride),
            seconds: operations * secondsPerCall)
    }
}

extension MatrixEngine {
    /// Seconds of one floating-point operation of the matrix products, and of one byte of matrices written or read
    /// outside them.
    private static var secondsPerOperation: Double { 1.5e-11 * Double(MemoryLayout<Scalar>.stride) / 4 }
    private static var secondsPerByte: Double { 3e-10 }

    /// Bytes of one sample's matrices A^{l,q}_k, of all l and q and the k that has most.
    static func matrixBytes(_ topology: Topology) -> Double {
        (0..<topology.depth).map { matrixElements(topology, $0) }.max()! * Double(MemoryLayout<Scalar>.stride)
    }

    /// (n_k + 1)·n_{k+1}·Σ_{l>k} n_l.
    private static func matrixElements(_ topology: Topology, _ k: Int) -> Double {
        let sizes = topology.sizes.map(Double.init)
        return (sizes[k] + 1) * sizes[k + 1] * sizes[(k + 1)...].reduce(0, +)
    }

    /// The cost of the gradients of `samples` samples: 2·Σ_k (n_k + 1)·n_{k+1}·(n_L + Σ_{l>k+1} n_l·n_{l-1})
    /// operations a sample, and the memory of a block's matrices.
    public static func cost(topology: Topology, samples: Int) -> GradientCost {
        let (sizes, depth) = (topology.sizes.map(Double.init), topology.depth)
        var (operations, bytes) = (0.0, 0.0)
        for k in 0..<depth {
            let products = (k + 1..<depth).reduce(sizes[depth]) { $0 + sizes[$1] * sizes[$1 + 1] }
            operations += 2 * (sizes[k] + 1) * sizes[k + 1] * products * Double(samples)
            bytes += matrixElements(topology, k) * Double(MemoryLayout<Scalar>.stride) * Double(samples)
        }
        return GradientCost(
            operations: operations, bytes: matrixBytes(topology) * Double(blockSize(topology)),
            seconds: operations * secondsPerOperation + bytes * secondsPerByte)
    }
}

extension GradientMethod {
    /// Above this a run says what its gradient costs.
    public static let notableRatio = 1.5

    /// How many times as many operations as `backprop`'s the gradient of a sample takes, by the products of matrices alone: 1
    /// of `backprop` itself; nil of `matrix` and `scalar`, which are for comparison.
    ///
    /// - Parameter inputs: of a sample, those that the first layer's products touch: see `Samples.touchedInputs`.
    public func operationsByBackprop(topology: Topology, inputs: Double) -> Double? {
        let classic = topology.layerOperations(inputs: inputs) + topology.backpropOperations
        switch self {
        case .backprop: return 1
        case .frontprop where classic == 0: return 1
        case .frontprop: return (topology.layerOperations(inputs: inputs) + topology.sweepOperations) / classic
        case .matrix, .scalar: return nil
        }
    }
}

extension Topology {
    /// 2·n_k·n_{k+1}: what a product with Wᵏ takes for one column.
    private func product(_ k: Int) -> Double { 2 * Double(sizes[k]) * Double(sizes[k + 1]) }

    /// What both take beside the rule for deltas: forward pass, gradients of the weights, and u = W^{L-1}·δᴸ.
    fileprivate func layerOperations(inputs: Double) -> Double {
        let first = 2 * inputs * Double(sizes[1])
        return 2 * (first + (1..<depth).reduce(0) { $0 + product($1) }) + (depth >= 2 ? product(depth - 1) : 0)
    }

    /// As `Backpropagation` says.
    fileprivate var backpropOperations: Double { depth < 3 ? 0 : (1...depth - 2).reduce(0) { $0 + product($1) } }

    /// As `Frontpropagation` says, with the first step of each sweep and the contractions.
    fileprivate var sweepOperations: Double {
        guard depth >= 3 else { return 0 }
        return (1..<depth - 2).reduce(product(depth - 2)) { sum, start in
            let width = Double(sizes[start])
            let steps = (start + 2..<depth).reduce(0) { $0 + (product($1 - 1) + Double(sizes[$1])) * width }
            return sum + product(start) + steps + 2 * Double(sizes[depth - 1]) * width
        }
    }
}

extension Samples {
    /// Inputs of a sample that the first layer's products touch, the mean over the samples: of compressed rows those that are
    /// not zero (by eights), else all.
    public var touchedInputs: Double {
        guard let offsets = inputs.compressed?.offsets, count > 0 else { return Double(inputs.columns) }
        return Double(offsets[count]) * Double(ByteRows.unitEntries) / Double(count)
    }
}
