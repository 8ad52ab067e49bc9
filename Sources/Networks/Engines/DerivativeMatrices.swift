import Kernels

/// A^{l,q}_k = ∂aˡ_q/∂Wᵏ for one k, every l > k, every unit q, and every sample of a block; where the loss's derivatives are by
/// h^L, A^{L,q}_k = ∂h^L_q/∂Wᵏ.
///
/// With the bias as row n_k, the shape of one is (n_k + 1) × n_{k+1}; `self[l, q]` is B of them, and those of all q
/// lie one behind the other, so a step of the recursion is one matrix product:
///
///     A^{k+1,q}_k: column q is g'(h^{k+1}_q) aᵏ, the rest 0
///     A^{l,q}_k = g'(hˡ_q) Σ_r w^{l-1}_rq A^{l-1,r}_k
///
/// A layer's matrices are kept once computed. They belong to the parameters and the block that this object is made
/// with and die with it, so there is nothing to invalidate.
final class DerivativeMatrices<Scalar: Real> {
    /// Samples of the block, B.
    let blockSize: Int
    /// Elements of one matrix, (n_k + 1)·n_{k+1}.
    let size: Int
    private let k: Int
    private let pass: ForwardPass<Scalar>
    private let parameters: UnsafePointer<Scalar>
    /// aᵏ and the bias unit's 1, B × (n_k + 1).
    private let activations: [Scalar]
    /// At index l: n_l × B matrices.
    private var known: [ScratchMemory<Scalar>?]

    /// - Precondition: `pass` was run on `block` last, with these parameters, and is not run again meanwhile.
    init(
        of k: Int, block: UnsafeBufferPointer<UInt32>, pass: ForwardPass<Scalar>, parameters: UnsafePointer<Scalar>
    ) {
        let topology = pass.topology
        self.k = k
        self.pass = pass
        self.parameters = parameters
        blockSize = block.count
        size = (topology.sizes[k] + 1) * topology.sizes[k + 1]
        known = Array(repeating: nil, count: topology.sizes.count)
        activations = block.indices.flatMap { b -> [Scalar] in
            guard k > 0 else { return pass.samples.inputs.numbers(of: block[b]) + [1] }
            return (0..<topology.sizes[k]).map { pass.activation(k)[$0 * pass.stride + b] } + [1]
        }
    }

    /// A^{l,q}_k of each sample, B × size.
    subscript(l: Int, q: Int) -> UnsafePointer<Scalar> {
        UnsafePointer(layer(l).base + q * blockSize * size)
    }

    private func layer(_ l: Int) -> ScratchMemory<Scalar> {
        if let matrices = known[l] { return matrices }
        let matrices = ScratchMemory<Scalar>(count: pass.topology.sizes[l] * blockSize * size)
        if l == k + 1 { start(matrices.base) } else { step(l, matrices.base) }
        known[l] = matrices
        return matrices
    }

    /// Fills the columns that are not zero of A^{k+1,q}_k.
    private func start(_ out: UnsafeMutablePointer<Scalar>) {
        let (rows, columns) = (pass.topology.sizes[k] + 1, pass.topology.sizes[k + 1])
        for q in 0..<columns {
            for b in 0..<blockSize {
                let derivative = pass.derivative(k + 1, q, b)
                let matrix = out + (q * blockSize + b) * size
                for i in 0..<rows { matrix[i * columns + q] = derivative * activations[b * rows + i] }
            }
        }
    }

    /// A^{l,q}_k of all q from the layer below.
    private func step(_ l: Int, _ out: UnsafeMutablePointer<Scalar>) {
        let (inputs, units) = (pass.topology.sizes[l - 1], pass.topology.sizes[l])
        let columns = blockSize * size
        let scratch = ScratchMemory<Scalar>(count: Scalar.gemmScratch(columns: columns, depth: inputs))
        Scalar.gemm(
            transposeA: true, transposeB: false, m: units, n: columns, k: inputs,
            a: parameters + pass.topology.weights(l - 1), lda: units, b: layer(l - 1).base, ldb: columns, c: out,
            ldc: columns, scratch: scratch.base)
        for q in 0..<units {
            for b in 0..<blockSize {
                let derivative = pass.derivative(l, q, b)
                let matrix = out + (q * blockSize + b) * size
                for e in 0..<size { matrix[e] *= derivative }
            }
        }
    }
}
