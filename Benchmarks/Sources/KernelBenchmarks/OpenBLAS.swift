import COpenBLAS

/// The peer of our products, on one thread, with the kernels that it takes for this CPU.
enum OpenBLAS {
    static var coreName: String { String(cString: openblas_get_corename()) }

    /// One thread a call: the workers are the parallelism.
    static func useOneThread() { openblas_set_num_threads(1) }

    /// c (m × n) = op(a) · op(b), row-major, rows as long as they are wide.
    static func gemm(
        _ transposed: (a: Bool, b: Bool), m: Int, n: Int, k: Int, _ a: Floats, _ b: Floats, into c: Floats
    ) {
        cblas_sgemm(
            CblasRowMajor, transposed.a ? CblasTrans : CblasNoTrans, transposed.b ? CblasTrans : CblasNoTrans,
            blasint(m), blasint(n), blasint(k), 1, a.base, blasint(transposed.a ? m : k), b.base,
            blasint(transposed.b ? k : n), 0, c.base, blasint(n))
    }
}
