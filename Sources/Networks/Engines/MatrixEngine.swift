import Kernels

/// The article's `NpNet`: the matrices A^{l,q}_k = ∂aˡ_q/∂Wᵏ of every output and sample, as matrix products.
///
///     ∂E/∂Wᵏ = Σ_b Σ_q ∂E/∂a^L_q A^{L,q}_k
///
/// or with h^L_q in place of a^L_q, as in `ScalarEngine`.
///
/// A slice is worked in blocks of a few samples, so that their matrices fit in a cache where they can.
///
/// - Complexity: see `cost`.
/// - SeeAlso: `DerivativeMatrices`.
public final class MatrixEngine<Scalar: Real>: GradientEngine {
    private let pass: ForwardPass<Scalar>
    private let blockSize: Int
    private let dropout: Dropout?

    public init(_ network: Network, samples: Samples, dropout: Dropout? = nil) {
        self.dropout = dropout
        blockSize = Self.blockSize(network.topology)
        pass = ForwardPass(network, samples: samples, capacity: blockSize)
    }

    // The caller knows no type either; generic code was seen to take eight times as long and more.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    public func gradient(
        of batch: UnsafeBufferPointer<UInt32>, in minibatch: Minibatch, parameters: UnsafePointer<Scalar>,
        into gradient: UnsafeMutablePointer<Scalar>
    ) -> Double {
        let topology = pass.topology
        gradient.update(repeating: 0, count: topology.parameterCount)
        let share = 1 / Double(pass.network.head.divisor(outputs: topology.outputCount) * minibatch.size)
        var sum = 0.0
        for first in stride(from: 0, to: batch.count, by: blockSize) {
            let block = UnsafeBufferPointer(rebasing: batch[first..<min(first + blockSize, batch.count)])
            pass.run(block, parameters: parameters, dropping: dropout?.mask(step: minibatch.step))
            let losses = outputLosses(block, of: minibatch)
            sum += losses.reduce(0) { $0 + $1.term }
            let errors = losses.map(\.error)
            for k in 0..<topology.depth {
                let matrices = DerivativeMatrices(of: k, block: block, pass: pass, parameters: parameters)
                add(Scalar(share), errors, matrices, to: gradient + topology.weights(k))
            }
        }
        return sum * share
    }

    /// What each output adds to the loss, and the loss's derivative by it, n_L × B.
    private func outputLosses(
        _ block: UnsafeBufferPointer<UInt32>, of minibatch: Minibatch
    ) -> [(term: Double, error: Scalar)] {
        let (units, depth) = (pass.topology.outputCount, pass.topology.depth)
        let loss = pass.network.head.form.function
        var losses = [(term: Double, error: Scalar)](repeating: (0, 0), count: units * block.count)
        for (b, sample) in block.enumerated() {
            let weight: Scalar = pass.samples.weight(sample, ofMean: minibatch.meanWeight)
            guard weight > 0 else { continue }
            let targets: [Scalar] = pass.samples.targetNumbers(sample, units: units)
            for q in 0..<units {
                let index = q * pass.stride + b
                let (term, error) = loss(
                    output: pass.activation(depth)[index], beside: pass.beside(depth)[index], target: targets[q])
                losses[q * block.count + b] = (Double(weight) * term, weight * error)
            }
        }
        return losses
    }

    /// gradient += share · Σ_q Σ_b errors[q][b] · A^{L,q}_k of sample b: a row times a matrix for each q.
    private func add(
        _ share: Scalar, _ errors: [Scalar], _ matrices: DerivativeMatrices<Scalar>,
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
                for e in 0..<matrices.size { gradient[e] += share * term.base[e] }
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
