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
    static func duration(_ seconds: Double) -> String {
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
