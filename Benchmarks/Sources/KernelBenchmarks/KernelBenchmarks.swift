import Foundation
import Kernels

/// Times each kernel against a plain version of it and against the machine: what OpenBLAS's sgemm reaches on a large
/// product, and what a product of vectors streams from the cache and from memory. One thread, float32.
///
///     swift run -c release --package-path Benchmarks
@main struct KernelBenchmarks {
    /// Operations or bytes a second that a kernel is compared with.
    struct Bound {
        let name: String
        let unit: String
        let rate: Double
    }

    static func main() {
        OpenBLAS.useOneThread()
        let sgemm = Bound(name: "sgemm", unit: "GFLOP/s", rate: sgemmRate())
        let cache = Bound(name: "cache", unit: "GB/s", rate: streamRate(count: 32 << 10))
        let memory = Bound(name: "memory", unit: "GB/s", rate: streamRate(count: 16 << 20))
        print("OpenBLAS for \(OpenBLAS.coreName), one thread, float32")
        for bound in [sgemm, cache, memory] {
            print(String(format: "%@: %.1f %@", bound.name, bound.rate / 1e9, bound.unit))
        }
        print(String(format: "a cache line from core to core: %.0f ns", lineTransferSeconds() * 1e9))
        print("")
        row("kernel", "shape", "µs", "rate", "of bound", "plain µs", "error")
        for units in [10, 16, 30, 64, 256, 1024] { inputLayer(units, sgemm) }
        products(sgemm)
        for product in MatrixProduct.all { product.run() }
        OutputLayer(inputs: 64).run(sgemm)
        elementwise(cache)
        sums(cache)
    }

    // MARK: Bounds

    static func sgemmRate() -> Double {
        let n = 1024
        let (a, b, c) = (Floats(n * n, seed: 1), Floats(n * n, seed: 2), Floats(n * n))
        return 2 * Double(n * n * n)
            / leastSecondsPerCall { OpenBLAS.gemm((false, false), m: n, n: n, k: n, a, b, into: c) }
    }

    static func streamRate(count: Int) -> Double {
        let (a, b, c) = (Floats(count, seed: 1), Floats(count, seed: 2), Floats(count))
        return Double(12 * count) / leastSecondsPerCall { Float.multiply(a.base, b.base, count: count, into: c.base) }
    }

    // MARK: Kernels

    /// The input layer's product and gradient on compressed rows; flops are those of entries that are not zero.
    static func inputLayer(_ n: Int, _ bound: Bound) {
        let digits = Digits(count: 2000, slice: 125)
        let (stride, columns) = (digits.stride, digits.columns)
        let (weights, out, plain) = (Floats(columns * n, seed: 3), Floats(n * stride), Floats(n * stride))
        let flops = 2 * Double(digits.entries * n)
        let block = Floats(Float.inputProductScratch(inputs: columns, units: n))
        report(
            "input product", "125 × 784 → \(n)", flops, bound, out, plain,
            {
                Float.inputProduct(
                    digits.rows, samples: digits.slice, weights: weights.base, units: n,
                    into: out.base, stride: stride, scratch: block.base)
            }, { Reference.inputProduct(digits, weights: weights, units: n, into: plain) })
        let (numbers, scratch) = (Floats(columns * stride), Floats(Float.gemmScratch(columns: stride, depth: columns)))
        let dense = secondsPerCall {
            Float.expand(digits.rows, samples: digits.slice, into: numbers.base, stride: stride)
            Float.gemm(
                transposeA: true, transposeB: false, m: n, n: stride, k: columns, a: weights.base, lda: n,
                b: numbers.base, ldb: stride, c: out.base, ldc: stride, scratch: scratch.base)
        }
        row("  dense", "", String(format: "%.1f", dense * 1e6), "", "", "", "")

        let (delta, gradient) = (Floats(n * stride, seed: 4), Floats(columns * n))
        let expected = Floats(columns * n)
        let sums = Floats(Float.inputGradientScratch(inputs: columns, units: n, stride: stride))
        report(
            "input gradient", "784 × \(n) ← 125", flops, bound, gradient, expected,
            {
                Float.inputGradient(
                    digits.rows, samples: digits.slice, delta: delta.base, units: n,
                    into: gradient.base, stride: stride, scratch: sums.base)
            }, { Reference.inputGradient(digits, delta: delta, units: n, into: expected) })
    }

    static func products(_ bound: Bound) {
        for (m, k) in [(16, 16), (10, 16), (32, 32)] {
            let n = 128
            let (weights, input) = (Floats(k * m, seed: 5), Floats(k * n, seed: 6))
            let (out, plain) = (Floats(m * n), Floats(m * n))
            report(
                "small product", "\(k) → \(m), 128 columns", 2 * Double(m * n * k), bound,
                out, plain,
                {
                    Float.smallProduct(
                        weights: weights.base, iStep: 1, rStep: m, outputs: m, inputs: k, input: input.base,
                        output: out.base, columns: n)
                }, { Reference.product(weights, input, m: m, n: n, k: k, into: plain) })
        }
        let n = 128
        let (a, d) = (Floats(16 * n, seed: 7), Floats(16 * n, seed: 8))
        let (out, plain) = (Floats(256), Floats(256))
        report(
            "small outer", "16 × 16 ← 128", 2 * 256 * Double(n), bound, out, plain,
            {
                Float.smallOuter(
                    activation: a.base, inputs: 16, delta: d.base, outputs: 16, columns: n, gradient: out.base)
            }, { Reference.outer(a, d, m: 16, n: 16, k: n, into: plain) })
    }

    static func elementwise(_ bound: Bound) {
        let (units, stride) = (64, 128)
        let sigmoid = Float.activation(named: "sigmoid")!
        let (sums, bias) = (Floats(units * stride, seed: 9, limit: 8), Floats(units, seed: 10))
        let (out, derivative, plain) = (Floats(units * stride), Floats(units * stride), Floats(units * stride))
        report(
            "sigmoid", "64 × 128", Double(12 * units * stride), bound, out, plain,
            {
                Float.activate(
                    sigmoid, sums: sums.base, bias: bias.base, units: units, stride: stride, into: out.base,
                    beside: derivative.base)
            }, { Reference.sigmoid(sums, bias: bias, units: units, stride: stride, into: plain) })
    }

    static func sums(_ bound: Bound) {
        let (count, parameters) = (8, 13008)
        let (slots, out, plain) = (Floats(count * parameters, seed: 11), Floats(parameters), Floats(parameters))
        let words = UnsafeMutablePointer<Int64>.allocate(capacity: parameters)
        defer { words.deallocate() }
        report(
            "exact sum", "8 × 13 008", Double(count * parameters * 4 + parameters * 20), bound, out, plain,
            {
                Float.exactSum(
                    slots: slots.base, slotStride: parameters, count: count, range: 0..<parameters, exponent: 0,
                    words: words, low: 0)
                _ = Float.fromExact(words: words, low: 0, range: 0..<parameters, exponent: 0, into: out.base)
            }, { Reference.sum(slots, count: count, stride: parameters, into: plain) })
        let (velocity, weights) = (Floats(parameters, seed: 12), Floats(parameters, seed: 13))
        let seconds = secondsPerCall {
            Float.step(
                .momentum(rate: 1e-9, momentum: 0.5), gradient: out.base, range: 0..<parameters, state: velocity.base,
                stateStride: parameters, weights: weights.base)
        }
        let rate = Double(20 * parameters) / seconds
        row(
            "momentum step", "13 008", String(format: "%.2f", seconds * 1e6),
            String(format: "%.1f %@", rate / 1e9, bound.unit),
            String(format: "%.0f %% %@", 100 * rate / bound.rate, bound.name), "", "")
    }

    // MARK: Output

    /// Runs both versions, compares their results, and prints a line. `work`: operations or bytes of a call.
    static func report(
        _ name: String, _ shape: String, _ work: Double, _ bound: Bound, _ result: Floats, _ expected: Floats,
        _ fast: () -> Void, _ plain: () -> Void
    ) {
        fast()
        plain()
        let error = result.distance(to: expected)
        precondition(error < 1e-4, "\(name) \(shape) is off by \(error)")
        let (seconds, plainSeconds) = (secondsPerCall(fast), secondsPerCall(plain))
        row(
            name, shape, String(format: "%.2f", seconds * 1e6),
            String(format: "%.1f %@", work / seconds / 1e9, bound.unit),
            String(format: "%.0f %% %@", 100 * work / seconds / bound.rate, bound.name),
            String(format: "%.1f", plainSeconds * 1e6), String(format: "%.0e", error))
    }

    static func row(_ cells: String...) {
        let widths = [15, 24, 10, 14, 14, 12, 8]
        print(zip(cells, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }.joined(separator: " "))
    }
}
