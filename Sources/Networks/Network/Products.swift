import Kernels

/// Matrix products of a layer, and the memory that they need.
///
/// Weights are input-major (n_in × n_out); the other matrices are unit-major with `columns` a row. Every number of a product
/// is one chain of fused multiply-adds by ascending index, so that nothing but shapes and values makes its bits; those of
/// small outer products are of as many chains as a vector has lanes.
struct Products<Scalar: Real> {
    private let scratch: ScratchMemory<Scalar>

    /// For all layers above the input, or the input's too, with up to `columns` a row.
    init(topology: Topology, columns: Int, withInput: Bool = false) {
        let layers = (withInput ? 0 : 1)..<topology.depth
        let needed = layers.map { Self.scratchCount(topology.sizes[$0], topology.sizes[$0 + 1], columns) }
        scratch = ScratchMemory(count: needed.max() ?? 0)
    }

    /// Elements that any of the three products of a layer needs.
    private static func scratchCount(_ inputs: Int, _ outputs: Int, _ columns: Int) -> Int {
        guard !isSmall(inputs, outputs) else { return 0 }
        return max(
            Scalar.gemmScratch(columns: columns, depth: max(inputs, outputs)),
            Scalar.gemmScratch(columns: outputs, depth: columns))
    }

    /// Weight matrices of up to 1024 elements go by kernels that copy nothing and add up outer products lane by lane.
    private static func isSmall(_ inputs: Int, _ outputs: Int) -> Bool { inputs * outputs <= 32 * 32 }

    /// output (n_out × columns) = Wᵀ · input (n_in × columns): towards the network's output.
    func forward(
        _ weights: UnsafePointer<Scalar>, inputs: Int, outputs: Int, _ input: UnsafePointer<Scalar>,
        into output: UnsafeMutablePointer<Scalar>, columns: Int
    ) {
        if Self.isSmall(inputs, outputs) {
            Scalar.smallProduct(
                weights: weights, iStep: 1, rStep: outputs, outputs: outputs, inputs: inputs, input: input,
                output: output, columns: columns)
        } else {
            Scalar.gemm(
                transposeA: true, transposeB: false, m: outputs, n: columns, k: inputs, a: weights, lda: outputs,
                b: input, ldb: columns, c: output, ldc: columns, scratch: scratch.base)
        }
    }

    /// output (n_in × columns) = W · delta (n_out × columns): towards the network's input.
    func backward(
        _ weights: UnsafePointer<Scalar>, inputs: Int, outputs: Int, _ delta: UnsafePointer<Scalar>,
        into output: UnsafeMutablePointer<Scalar>, columns: Int
    ) {
        if Self.isSmall(inputs, outputs) {
            Scalar.smallProduct(
                weights: weights, iStep: outputs, rStep: 1, outputs: inputs, inputs: outputs, input: delta,
                output: output, columns: columns)
        } else {
            Scalar.gemm(
                transposeA: false, transposeB: false, m: inputs, n: columns, k: outputs, a: weights, lda: outputs,
                b: delta, ldb: columns, c: output, ldc: columns, scratch: scratch.base)
        }
    }

    /// gradient (n_in × n_out) = activation (n_in × columns) · deltaᵀ (n_out × columns).
    func outer(
        _ activation: UnsafePointer<Scalar>, inputs: Int, _ delta: UnsafePointer<Scalar>, outputs: Int, columns: Int,
        into gradient: UnsafeMutablePointer<Scalar>
    ) {
        if Self.isSmall(inputs, outputs) {
            Scalar.smallOuter(
                activation: activation, inputs: inputs, delta: delta, outputs: outputs, columns: columns,
                gradient: gradient)
        } else {
            Scalar.gemm(
                transposeA: false, transposeB: true, m: inputs, n: outputs, k: columns, a: activation, lda: columns,
                b: delta, ldb: columns, c: gradient, ldc: outputs, scratch: scratch.base)
        }
    }
}
