import COpenBLAS

/// What this process's OpenBLAS is, and how many threads it uses.
public enum OpenBLAS {
    /// The kernels OpenBLAS chose for this CPU; products have the same bits only where this is the same.
    public static var coreName: String { String(cString: openblas_get_corename()) }

    /// Version and build options, as OpenBLAS tells them.
    public static var configuration: String { String(cString: openblas_get_config()) }

    /// One thread a call: the workers are the parallelism.
    public static func useOneThread() { openblas_set_num_threads(1) }
}
