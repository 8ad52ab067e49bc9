import Kernels

/// ∂a^L/∂a⁰ of samples, straight from the sensitivities: J = S^{L,0} (W⁰)ᵀ, n_L × n_0 a sample.
///
///     S^{1,0} = diag g'(h¹),   S^{l,0} = diag g'(hˡ) (W^{l-1})ᵀ S^{l-1,0}
///
/// with W as it lies in memory, input-major; where the last activation is softmax, diag a^L − a^L (a^L)ᵀ stands for
/// diag g'(h^L). The samples of a group stand side by side, so a step of the sweep is one
/// matrix product. An input is a number in 0…1: a byte's step of one changes an output by J/255.
public final class Jacobian<Scalar: Real> {
    private let pass: ForwardPass<Scalar>
    private let groupSize: Int
    /// S^{l-1,0} and S^{l,0}, each n_l × B × n_1.
    private var sensitivity: [ScratchMemory<Scalar>]
    private let productScratch: ScratchMemory<Scalar>

    /// - Complexity: memory for `bytes(topology)`.
    public init(_ network: Network, samples: Samples) {
        let topology = network.topology
        let size = Self.sensitivitySize(topology)
        groupSize = Self.groupSize(topology)
        pass = ForwardPass(network, samples: samples, capacity: groupSize, forLoss: false)
        sensitivity = [0, 1].map { [groupSize] _ in ScratchMemory(count: size * groupSize) }
        let columns = max(topology.inputCount, groupSize * topology.sizes[1])
        productScratch = ScratchMemory(
            count: Scalar.gemmScratch(columns: columns, depth: topology.sizes.dropFirst().max()!))
    }

    /// Writes the samples' matrices, B × n_L × n_0, row-major.
    ///
    /// - Parameters:
    ///   - batch: any number of sample numbers.
    ///   - parameters: flat, in `Topology`'s order, with `kernelPadding` readable bytes behind.
    /// - Complexity: 2·B·n_1·(Σ_{l≥2} n_l n_{l-1} + n_L n_0) flops, and of softmax 3·B·n_1·n_L²; allocates nothing.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    public func matrices(
        of batch: UnsafeBufferPointer<UInt32>, parameters: UnsafePointer<Scalar>,
        into out: UnsafeMutablePointer<Scalar>
    ) {
        let (inputs, units) = (pass.topology.inputCount, pass.topology.sizes[1])
        let outputs = pass.topology.outputCount
        for first in stride(from: 0, to: batch.count, by: groupSize) {
            let group = UnsafeBufferPointer(rebasing: batch[first..<min(first + groupSize, batch.count)])
            pass.run(group, parameters: parameters)
            sweep(group.count, parameters)
            for b in group.indices {
                Scalar.gemm(
                    transposeA: false, transposeB: true, m: outputs, n: inputs, k: units,
                    a: sensitivity[0].base + b * units, lda: group.count * units, b: parameters, ldb: units,
                    c: out + (first + b) * outputs * inputs, ldc: inputs, scratch: productScratch.base)
            }
        }
    }

    /// Leaves S^{L,0} of the `count` samples that were run last in `sensitivity[0]`.
    private func sweep(_ count: Int, _ parameters: UnsafePointer<Scalar>) {
        let topology = pass.topology
        let columns = count * topology.sizes[1]
        sensitivity[0].base.update(repeating: 0, count: topology.sizes[1] * columns)
        for i in 0..<topology.sizes[1] {
            for b in 0..<count { sensitivity[0].base[i * columns + b * topology.sizes[1] + i] = 1 }
        }
        differentiate(sensitivity[0].base, layer: 1, count)
        for l in 1..<topology.depth {
            let (inputs, units) = (topology.sizes[l], topology.sizes[l + 1])
            Scalar.gemm(
                transposeA: true, transposeB: false, m: units, n: columns, k: inputs,
                a: parameters + topology.weights(l), lda: units, b: sensitivity[0].base, ldb: columns,
                c: sensitivity[1].base, ldc: columns, scratch: productScratch.base)
            differentiate(sensitivity[1].base, layer: l + 1, count)
            sensitivity.swapAt(0, 1)
        }
    }

    /// Makes ∂aˡ/∂h¹ of each sample's ∂hˡ/∂h¹.
    private func differentiate(_ s: UnsafeMutablePointer<Scalar>, layer l: Int, _ count: Int) {
        if pass.network.activation(l).isElementwise { scaleRows(of: s, l, count) } else { mixRows(of: s, l, count) }
    }

    /// Multiplies each sample's row i by g'(hˡ_i).
    private func scaleRows(of s: UnsafeMutablePointer<Scalar>, _ l: Int, _ count: Int) {
        let width = pass.topology.sizes[1]
        for i in 0..<pass.topology.sizes[l] {
            for b in 0..<count {
                let derivative = pass.derivative(l)[i * pass.stride + b]
                for j in 0..<width { s[(i * count + b) * width + j] *= derivative }
            }
        }
    }

    /// Of softmax: makes row i a_i times what it is above the mean of all rows, weighted by a: a_i Σ_k a_k (s_i − s_k).
    ///
    /// By the differences, of which each keeps its digits: where one a is nearly 1, the mean is nearly its row.
    private func mixRows(of s: UnsafeMutablePointer<Scalar>, _ l: Int, _ count: Int) {
        let (width, units, a) = (pass.topology.sizes[1], pass.topology.sizes[l], pass.activation(l))
        withUnsafeTemporaryAllocation(of: Scalar.self, capacity: units) { column in
            for b in 0..<count {
                for j in 0..<width {
                    for i in 0..<units { column[i] = s[(i * count + b) * width + j] }
                    for i in 0..<units {
                        var above: Scalar = 0
                        for k in 0..<units { above += a[k * pass.stride + b] * (column[i] - column[k]) }
                        s[(i * count + b) * width + j] = a[i * pass.stride + b] * above
                    }
                }
            }
        }
    }
}

extension Jacobian {
    /// Bytes that a group's sensitivities may take, unless one sample's take more.
    private static var groupBytes: Int { 1 << 20 }

    /// Elements of one sample's largest S^{l,0}.
    private static func sensitivitySize(_ topology: Topology) -> Int {
        topology.sizes.dropFirst().max()! * topology.sizes[1]
    }

    private static func groupSize(_ topology: Topology) -> Int {
        max(1, min(sampleGroup, groupBytes / (sensitivitySize(topology) * MemoryLayout<Scalar>.stride)))
    }

    /// Memory of one object, beside the activations of a group.
    public static func bytes(_ topology: Topology) -> Int {
        2 * sensitivitySize(topology) * groupSize(topology) * MemoryLayout<Scalar>.stride
    }
}
