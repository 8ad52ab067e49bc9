import Foundation
import Kernels

/// The products of a layer with slices of 125 samples, and some larger, against OpenBLAS: in turn, the fastest of many.
struct MatrixProduct {
    let transposed: (a: Bool, b: Bool)
    let (m, n, k): (Int, Int, Int)

    static let all: [MatrixProduct] =
        [64, 128, 256, 512, 1024].flatMap { width in
            [
                MatrixProduct(transposed: (true, false), m: width, n: 128, k: width),
                MatrixProduct(transposed: (false, false), m: width, n: 128, k: width),
                MatrixProduct(transposed: (false, true), m: width, n: width, k: 128),
            ]
        } + [
            MatrixProduct(transposed: (true, false), m: 64, n: 128, k: 784),
            MatrixProduct(transposed: (false, true), m: 784, n: 64, k: 128),
            MatrixProduct(transposed: (false, false), m: 1024, n: 1024, k: 1024),
        ]

    func run() {
        let (a, b, c, peer) = (Floats(m * k, seed: 1), Floats(k * n, seed: 2), Floats(m * n), Floats(m * n))
        let scratch = Floats(Float.gemmScratch(columns: n, depth: k))
        var (own, theirs) = (Double.infinity, Double.infinity)
        for _ in 0..<5 {
            own = min(
                own,
                leastSecondsPerCall {
                    Float.gemm(
                        transposeA: transposed.a, transposeB: transposed.b, m: m, n: n, k: k, a: a.base,
                        lda: transposed.a ? m : k, b: b.base, ldb: transposed.b ? k : n, c: c.base, ldc: n,
                        scratch: scratch.base)
                })
            theirs = min(
                theirs, leastSecondsPerCall { OpenBLAS.gemm(transposed, m: m, n: n, k: k, a, b, into: peer) })
        }
        let error = c.distance(to: peer)
        precondition(error < 1e-4, "a product is off by \(error)")
        let flops = 2 * Double(m * n * k)
        KernelBenchmarks.row(
            "product", "\(transposed.a ? "ᵀ" : " ")·\(transposed.b ? "ᵀ" : " ") \(m) × \(n) × \(k)",
            String(format: "%.1f", own * 1e6), String(format: "%.1f GFLOP/s", flops / own / 1e9),
            String(format: "%.2f × OpenBLAS", theirs / own), "", "")
    }
}
