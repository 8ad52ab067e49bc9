import Kernels

/// The article's `NpNet`: the matrices A^{l,q}_k = ∂aˡ_q/∂Wᵏ of every output and sample, as matrix products.
///
///     ∂E/∂Wᵏ = 2/n_L · Σ_b Σ_q (a^L_q − t_q) A^{L,q}_k
///
/// A slice is worked in blocks of a few samples, so that their matrices fit in a cache where they can.
///
/// - Complexity: see `cost`.
/// - SeeAlso: `DerivativeMatrices`.
public final class MatrixEngine<Scalar: Real>: GradientEngine {
    private let pass: ForwardPass<Scalar>
    private let blockSize: Int

    public init(topology: Topology, samples: Samples) {
        blockSize = Self.blockSize(topology)
        pass = ForwardPass(topology: topology, samples: samples, capacity: blockSize)
    }

    // The caller knows no type either; generic code was seen to take eight times as long and more.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    public func gradient(
        of batch: UnsafeBufferPointer<UInt32>, minibatchSize: Int, parameters: UnsafePointer<Scalar>,
        into gradient: UnsafeMutablePointer<Scalar>
    ) -> Double {
        let topology = pass.topology
        gradient.update(repeating: 0, count: topology.parameterCount)
        let share = 1 / Double(topology.outputCount * minibatchSize)
        var squares = 0.0
        for first in stride(from: 0, to: batch.count, by: blockSize) {
            let block = UnsafeBufferPointer(rebasing: batch[first..<min(first + blockSize, batch.count)])
            pass.run(block, parameters: parameters)
            let errors = outputErrors(block)
            squares += errors.reduce(0) { $0 + Double($1) * Double($1) }
            for k in 0..<topology.depth {
                let matrices = DerivativeMatrices(of: k, block: block, pass: pass, parameters: parameters)
                add(Scalar(2 * share), errors, matrices, to: gradient + topology.weights(k))
            }
        }
        return squares * share
    }

    /// a^L_q − t_q, n_L × B.
    private func outputErrors(_ block: UnsafeBufferPointer<UInt32>) -> [Scalar] {
        let (units, activation) = (pass.topology.outputCount, pass.activation(pass.topology.depth))
        var errors = [Scalar](repeating: 0, count: units * block.count)
        for (b, sample) in block.enumerated() {
            let targets: [Scalar] = pass.samples.targetNumbers(sample, units: units)
            for q in 0..<units { errors[q * block.count + b] = activation[q * pass.stride + b] - targets[q] }
        }
        return errors
    }

    /// gradient += coefficient · Σ_q Σ_b errors[q][b] · A^{L,q}_k of sample b: a row times a matrix for each q.
    private func add(
        _ coefficient: Scalar, _ errors: [Scalar], _ matrices: DerivativeMatrices<Scalar>,
        to gradient: UnsafeMutablePointer<Scalar>
    ) {
        let topology = pass.topology
        let term = ScratchMemory<Scalar>(count: matrices.size)
        let scratch = ScratchMemory<Scalar>(
            count: Scalar.gemmScratch(columns: matrices.size, depth: matrices.blockSize))
        errors.withUnsafeBufferPointer { errors in
            for q in 0..<topology.outputCount {
                Scalar.gemm(
                    transposeA: false, transposeB: false, m: 1, n: matrices.size, k: matrices.blockSize,
                    a: errors.baseAddress! + q * matrices.blockSize, lda: matrices.blockSize,
                    b: matrices[topology.depth, q], ldb: matrices.size, c: term.base, ldc: matrices.size,
                    scratch: scratch.base)
                for e in 0..<matrices.size { gradient[e] += coefficient * term.base[e] }
            }
        }
    }
}

extension MatrixEngine {
    /// Bytes that a block's matrices may take, unless one sample's take more.
    private static var blockBytes: Int { 8 << 20 }

    /// Samples worked together; a function of the topology alone, so that a slice's bits are.
    static func blockSize(_ topology: Topology) -> Int {
        max(1, min(sampleGroup, blockBytes / max(1, Int(min(matrixBytes(topology), 1e18)))))
    }
}
