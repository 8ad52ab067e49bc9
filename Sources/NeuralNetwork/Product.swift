import Kernels

/// Matrix products of a layer, by our kernel where matrices are small and by OpenBLAS elsewhere.
///
/// Weights are input-major (n_in × n_out); the other matrices are unit-major with `columns` a row.
enum Product<Scalar: Real> {
    /// Weight matrices of up to this many elements go by the small kernels: a call of OpenBLAS costs about 2 µs
    /// before it computes, more than the product of 16 × 16 with 128 columns.
    static var smallCount: Int { 32 * 32 }

    /// output (n_out × columns) = Wᵀ · input (n_in × columns): towards the network's output.
    static func forward(
        _ weights: UnsafePointer<Scalar>, inputs: Int, outputs: Int, _ input: UnsafePointer<Scalar>,
        into output: UnsafeMutablePointer<Scalar>, columns: Int
    ) {
        if inputs * outputs <= smallCount {
            Scalar.smallProduct(
                weights: weights, iStep: 1, rStep: outputs, outputs: outputs, inputs: inputs, input: input,
                output: output, columns: columns)
        } else {
            Scalar.gemm(
                transposeA: true, transposeB: false, m: outputs, n: columns, k: inputs, alpha: 1, a: weights,
                lda: outputs, b: input, ldb: columns, c: output, ldc: columns)
        }
    }

    /// output (n_in × columns) = W · delta (n_out × columns): towards the network's input.
    static func backward(
        _ weights: UnsafePointer<Scalar>, inputs: Int, outputs: Int, _ delta: UnsafePointer<Scalar>,
        into output: UnsafeMutablePointer<Scalar>, columns: Int
    ) {
        if inputs * outputs <= smallCount {
            Scalar.smallProduct(
                weights: weights, iStep: outputs, rStep: 1, outputs: inputs, inputs: outputs, input: delta,
                output: output, columns: columns)
        } else {
            Scalar.gemm(
                transposeA: false, transposeB: false, m: inputs, n: columns, k: outputs, alpha: 1, a: weights,
                lda: outputs, b: delta, ldb: columns, c: output, ldc: columns)
        }
    }

    /// gradient (n_in × n_out) = activation (n_in × columns) · deltaᵀ (n_out × columns).
    static func outer(
        _ activation: UnsafePointer<Scalar>, inputs: Int, _ delta: UnsafePointer<Scalar>, outputs: Int, columns: Int,
        into gradient: UnsafeMutablePointer<Scalar>
    ) {
        if inputs * outputs <= smallCount {
            Scalar.smallOuter(
                activation: activation, inputs: inputs, delta: delta, outputs: outputs, columns: columns,
                gradient: gradient)
        } else {
            Scalar.gemm(
                transposeA: false, transposeB: true, m: inputs, n: outputs, k: columns, alpha: 1, a: activation,
                lda: columns, b: delta, ldb: columns, c: gradient, ldc: outputs)
        }
    }
}
