import CKernels
import Kernels
import Testing

@Suite struct ProductTests {
    /// Columns of a slice's matrices: whole groups.
    static let columnCounts = [0, 16, 32, 48, 128]

    /// Sizes around tiles of six rows, vectors of 8 and 16 and blocks of four of them, what is copied at a time, and the
    /// depth at which a chain is taken up again; the rows of all three matrices are longer than what is used of them.
    static let sizes = [
        (0, 5, 5), (5, 0, 5), (5, 5, 0), (1, 1, 1), (3, 15, 7), (5, 17, 255), (7, 63, 256), (13, 64, 257),
        (48, 65, 512), (49, 31, 513), (64, 100, 20), (65, 33, 40), (66, 129, 8), (97, 257, 300), (6, 1030, 33),
    ]

    @Test(arguments: precisions, [(false, false), (false, true), (true, false), (true, true)])
    func gemm(_ precision: any Real.Type, transposed: (a: Bool, b: Bool)) {
        func check<Scalar: Real>(_: Scalar.Type, m: Int, n: Int, k: Int) {
            var data = TestData(m)
            let (lda, ldb, ldc) = ((transposed.a ? m : k) + 3, (transposed.b ? k : n) + 1, n + 2)
            let a = data.buffer((transposed.a ? k : m) * lda, shift: 1, as: Scalar.self)
            let b = data.buffer((transposed.b ? n : k) * ldb, shift: 3, as: Scalar.self)
            let c = Buffer<Scalar>(results: m * ldc, shift: 5)
            let scratch = Buffer<Scalar>(results: Scalar.gemmScratch(columns: n, depth: k))
            Scalar.gemm(
                transposeA: transposed.a, transposeB: transposed.b, m: m, n: n, k: k, a: a.base, lda: lda, b: b.base,
                ldb: ldb, c: c.base, ldc: ldc, scratch: scratch.base)
            let expected = Buffer<Scalar>(results: m * ldc)
            for i in 0..<m {
                for j in 0..<n {
                    expected.base[i * ldc + j] = (0..<k).reduce(0) { sum, p in
                        let left = a.base[transposed.a ? p * lda + i : i * lda + p]
                        return sum.addingProduct(left, b.base[transposed.b ? j * ldb + p : p * ldb + j])
                    }
                }
            }
            #expect(sameBits(c.values, expected.values), "\(m) × \(n) × \(k)")
            #expect(c.isIntact && scratch.isIntact, "\(m) × \(n) × \(k)")
            Self.reference(transposed, m, n, k, a.base, lda, b.base, ldb, expected.base, ldc)
            #expect(sameBits(c.values, expected.values), "\(m) × \(n) × \(k), the reference")
        }
        for (m, n, k) in Self.sizes { check(precision, m: m, n: n, k: k) }
    }

    private static func reference<Scalar: Real>(
        _ transposed: (a: Bool, b: Bool), _ m: Int, _ n: Int, _ k: Int, _ a: UnsafePointer<Scalar>, _ lda: Int,
        _ b: UnsafePointer<Scalar>, _ ldb: Int, _ c: UnsafeMutablePointer<Scalar>, _ ldc: Int
    ) {
        let (transposeA, transposeB): (Int32, Int32) = (transposed.a ? 1 : 0, transposed.b ? 1 : 0)
        if let a = a as? UnsafePointer<Float>, let b = b as? UnsafePointer<Float>,
            let c = c as? UnsafeMutablePointer<Float>
        {
            ck_gemm_reference_f32(transposeA, transposeB, m, n, k, a, lda, b, ldb, c, ldc)
        } else if let a = a as? UnsafePointer<Double>, let b = b as? UnsafePointer<Double>,
            let c = c as? UnsafeMutablePointer<Double>
        {
            ck_gemm_reference_f64(transposeA, transposeB, m, n, k, a, lda, b, ldb, c, ldc)
        }
    }

    @Test(arguments: precisions, columnCounts)
    func smallProduct(_ precision: any Real.Type, columns: Int) {
        func check<Scalar: Real>(_: Scalar.Type, inputs: Int, outputs: Int) {
            var data = TestData(inputs * 100 + outputs)
            let weights = data.buffer(inputs * outputs, as: Scalar.self)
            let input = data.buffer(inputs * columns, shift: 1, as: Scalar.self)
            for inputMajor in [true, false] {
                let (iStep, rStep) = inputMajor ? (1, outputs) : (inputs, 1)
                let output = Buffer<Scalar>(results: outputs * columns, shift: 1)
                Scalar.smallProduct(
                    weights: weights.base, iStep: iStep, rStep: rStep, outputs: outputs, inputs: inputs,
                    input: input.base, output: output.base, columns: columns)
                let expected = Reference.product(
                    outputs: outputs, inputs: inputs, input: input.values, columns: columns
                ) { i, r in weights.base[i * iStep + r * rStep] }
                expectClose(output.values, expected, roundings: inputs, "\(inputs) → \(outputs)")
                #expect(output.isIntact)
            }
        }
        for outputs in unitCounts {
            for inputs in [0, 1, 10, 33] { check(precision, inputs: inputs, outputs: outputs) }
        }
    }

    @Test(arguments: precisions, columnCounts)
    func smallOuter(_ precision: any Real.Type, columns: Int) {
        func check<Scalar: Real>(_: Scalar.Type, inputs: Int, outputs: Int) {
            var data = TestData(inputs * 100 + outputs)
            let activation = data.buffer(inputs * columns, shift: 1, as: Scalar.self)
            let delta = data.buffer(outputs * columns, as: Scalar.self)
            let gradient = Buffer<Scalar>(results: inputs * outputs, shift: 1)
            Scalar.smallOuter(
                activation: activation.base, inputs: inputs, delta: delta.base, outputs: outputs, columns: columns,
                gradient: gradient.base)
            let expected = Reference.outer(
                activation: activation.values, inputs: inputs, delta: delta.values, outputs: outputs, columns: columns)
            expectClose(gradient.values, expected, roundings: columns, "\(inputs) × \(outputs)")
            #expect(gradient.isIntact)
        }
        for outputs in unitCounts {
            for inputs in [1, 3, 4, 17] { check(precision, inputs: inputs, outputs: outputs) }
        }
    }

    @Test(arguments: precisions, columnCounts)
    func rowSums(_ precision: any Real.Type, columns: Int) {
        func check<Scalar: Real>(_: Scalar.Type, units: Int) {
            var data = TestData(units)
            let delta = data.buffer(units * columns, shift: 1, as: Scalar.self)
            let sums = Buffer<Scalar>(results: units, shift: 1)
            Scalar.rowSums(delta: delta.base, units: units, columns: columns, sums: sums.base)
            expectClose(
                sums.values, Reference.rowSums(delta: delta.values, units: units, columns: columns), roundings: columns)
            #expect(sums.isIntact)
        }
        for units in unitCounts { check(precision, units: units) }
    }

    @Test(arguments: precisions, [0, 1, 7, 8, 15, 16, 17, 127])
    func multiply(_ precision: any Real.Type, count: Int) {
        func check<Scalar: Real>(_: Scalar.Type) {
            var data = TestData(count)
            let a = data.buffer(count, shift: 1, as: Scalar.self)
            let b = data.buffer(count, as: Scalar.self)
            let expected = zip(a.values, b.values).map { $0 * $1 }
            let out = Buffer<Scalar>(results: count, shift: 1)
            Scalar.multiply(a.base, b.base, count: count, into: out.base)
            #expect(sameBits(out.values, expected))
            #expect(out.isIntact)
            Scalar.multiply(a.base, b.base, count: count, into: a.base)
            #expect(sameBits(a.values, expected), "in place")
        }
        check(precision)
    }
}
