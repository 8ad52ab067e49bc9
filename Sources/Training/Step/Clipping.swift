import Kernels
import MPI

/// Scales a gradient down where its norm over all parameters is above a limit, as PyTorch's `clip_grad_norm_` does:
///
///     g ← g · min(1, limit / (‖g‖ + 1e-6))
///
/// ‖g‖ is the norm of the norms of blocks of parameters, which are the same whoever computes them: workers' ranges begin at
/// blocks, and each puts all norms together by itself, in the blocks' order. So its bits depend on no layout.
struct Clipping: Sendable {
    /// Parameters of a block: 8 lines of float32. A worker has at most so many more to add up than another, 0.1 µs of work.
    static let block = 128

    let limit: Double

    static func blockCount(_ parameterCount: Int) -> Int { (parameterCount + block - 1) / block }

    /// Leaves the norms of the blocks in `range`, which begins at one.
    func note<Scalar: Real>(
        _ gradient: UnsafePointer<Scalar>, _ range: Range<Int>, in norms: UnsafeMutablePointer<Double>
    ) {
        Scalar.norms(gradient, range: range, block: Self.block, into: norms + range.lowerBound / Self.block)
    }

    /// What the gradient is multiplied by, when all norms are there.
    func factor(norms: UnsafePointer<Double>, parameterCount: Int) -> Double {
        let count = Self.blockCount(parameterCount)
        var norm = 0.0
        Double.norms(norms, range: 0..<count, block: count, into: &norm)
        return min(1, limit / (norm + 1e-6))
    }
}
