import Kernels

/// The deltas by sensitivities S^{l,k} = ∂aˡ/∂h^{k+1}, swept from the input towards the output.
///
///     S^{k+1,k} = diag g'(h^{k+1}),   S^{l,k} = diag g'(hˡ) · W^{l-1} · S^{l-1,k},
///     δᵏ = (S^{L-1,k})ᵀ u   with   u = W^{L-1} (g'(h^L) ∘ ∂E/∂a^L),
///
/// the last step fused with the contraction, as the article's fastest version does. S^{k+2,k} is a product with a
/// diagonal on either side, and where that is the last step before the contraction, its elements stay in registers;
/// every later step is a matrix product over a group of samples and a piece of the columns, small enough that S stays
/// in the second-level cache (the sweep of one start layer and of one column does not need the others, so the pieces
/// are independent).
///
/// - Complexity: 2·B·Σ_l n_l n_{l-1} Σ_{k<l-2} n_{k+1} flops for l < L.
/// - SeeAlso: the article, equations (1)–(2).
final class Frontpropagation<Scalar: Real>: DeltaRule {
    /// Bytes that a piece of S may take, of which two are in use: half of a small second-level cache.
    private static var pieceBytes: Int { 256 << 10 }

    private var sensitivity: [ScratchMemory<Scalar>] = []
    private var products: Products<Scalar>?
    /// Units of the start layer that are swept together.
    private var pieceWidth = 0

    func prepare(topology: Topology, stride: Int) {
        let depth = topology.depth
        guard depth >= 4 else { return }
        let swept = topology.sizes[2..<depth].max()!
        let column = swept * sampleGroup * MemoryLayout<Scalar>.stride
        pieceWidth = min(max(1, Self.pieceBytes / column), topology.sizes[1..<(depth - 2)].max()!)
        sensitivity = (0..<2).map { _ in ScratchMemory(count: swept * pieceWidth * sampleGroup) }
        products = Products(topology: topology, columns: pieceWidth * sampleGroup)
    }

    func fill(
        _ deltas: [UnsafeMutablePointer<Scalar>], from u: UnsafePointer<Scalar>, pass: ForwardPass<Scalar>,
        parameters: UnsafePointer<Scalar>
    ) {
        let topology = pass.topology
        let depth = topology.depth
        Scalar.sensitivityLast(
            weights: parameters + topology.weights(depth - 2), units: topology.sizes[depth - 1],
            upper: pass.derivative(depth - 1), lower: pass.derivative(depth - 2), u: u, stride: pass.stride,
            width: topology.sizes[depth - 2], delta: deltas[depth - 3])
        for group in stride(from: 0, to: pass.stride, by: sampleGroup) {
            for start in 1..<(depth - 2) {
                for first in stride(from: 0, to: topology.sizes[start], by: pieceWidth) {
                    let width = min(pieceWidth, topology.sizes[start] - first)
                    sweep(from: start, units: first..<(first + width), group: group, pass, parameters)
                    Scalar.sensitivityContract(
                        s: sensitivity[0].base, units: topology.sizes[depth - 1], width: width, u: u + group,
                        stride: pass.stride, first: first, delta: deltas[start - 1] + group)
                }
            }
        }
    }

    /// Leaves ∂a^{L-1}/∂h^{start}, of the given units of layer `start` and one group of samples, in `sensitivity[0]`.
    private func sweep(
        from start: Int, units: Range<Int>, group: Int, _ pass: ForwardPass<Scalar>,
        _ parameters: UnsafePointer<Scalar>
    ) {
        let topology = pass.topology
        Scalar.sensitivityStart(
            weights: parameters + topology.weights(start), units: topology.sizes[start + 1],
            upper: pass.derivative(start + 1) + group, lower: pass.derivative(start) + group, stride: pass.stride,
            first: units.lowerBound, width: units.count, s: sensitivity[0].base)
        for l in start + 2..<topology.depth {
            products?.forward(
                parameters + topology.weights(l - 1), inputs: topology.sizes[l - 1], outputs: topology.sizes[l],
                sensitivity[0].base, into: sensitivity[1].base, columns: units.count * sampleGroup)
            Scalar.sensitivityScale(
                s: sensitivity[1].base, units: topology.sizes[l], width: units.count,
                derivative: pass.derivative(l) + group, stride: pass.stride)
            sensitivity.swapAt(0, 1)
        }
    }
}
