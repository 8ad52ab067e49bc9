import Kernels
import Testing

@Suite struct ProductTests {
    /// Columns of a slice's matrices: whole groups.
    static let columnCounts = [0, 16, 32, 48, 128]

    @Test(arguments: precisions, [(false, false), (false, true), (true, false), (true, true)])
    func gemm(_ precision: any Real.Type, transposed: (a: Bool, b: Bool)) {
        func check<Scalar: Real>(_: Scalar.Type, m: Int, n: Int, k: Int) {
            var data = TestData(m)
            let a = data.buffer(m * k, as: Scalar.self)
            let b = data.buffer(k * n, as: Scalar.self)
            let c = Buffer<Scalar>(results: m * n)
            Scalar.gemm(
                transposeA: transposed.a, transposeB: transposed.b, m: m, n: n, k: k, alpha: 1 / 255, a: a.base,
                lda: transposed.a ? m : k, b: b.base, ldb: transposed.b ? k : n, c: c.base, ldc: n)
            let expected = Reference.gemm(
                transposeA: transposed.a, transposeB: transposed.b, m: m, n: n, k: k, alpha: 1 / 255, a: a.values,
                b: b.values)
            expectClose(c.values, expected, roundings: k + 2)
            #expect(c.isIntact)
        }
        check(precision, m: 1, n: 1, k: 1)
        check(precision, m: 17, n: 33, k: 15)
        check(precision, m: 64, n: 16, k: 100)
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
