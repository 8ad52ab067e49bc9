import Kernels

extension ForwardPass {
    /// Writes the network's outputs for `batch`, B × n_L, row-major.
    ///
    /// - Parameters:
    ///   - batch: at most the pass's capacity.
    ///   - parameters: flat, in `Topology`'s order, with `kernelPadding` readable bytes behind.
    public func outputs(
        _ batch: UnsafeBufferPointer<UInt32>, parameters: UnsafePointer<Scalar>, into out: UnsafeMutablePointer<Scalar>
    ) {
        run(batch, parameters: parameters)
        let (units, values) = (topology.outputCount, activation(topology.depth))
        for b in batch.indices {
            for q in 0..<units { out[b * units + q] = values[q * stride + b] }
        }
    }
}
