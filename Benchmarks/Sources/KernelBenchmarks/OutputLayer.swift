import Foundation
import Kernels

/// An autoencoder's output layer, from its input to its gradient: in one pass, and by products with passes of their own for
/// targets, sigmoid, error and biases.
struct OutputLayer {
    let digits = Digits(count: 2000, slice: 125)
    let inputs: Int
    let units: Int
    let stride: Int
    let activation: Floats
    let weights: Floats
    let bias: Floats
    let projected: Floats
    let gradient: Floats
    let biasGradient: Floats

    init(inputs: Int) {
        self.inputs = inputs
        units = digits.columns
        stride = digits.stride
        activation = Floats(inputs * stride, seed: 14)
        weights = Floats(inputs * units, seed: 15)
        bias = Floats(units, seed: 16)
        projected = Floats(inputs * stride)
        gradient = Floats(inputs * units)
        biasGradient = Floats(units)
    }

    private var coefficient: Float { 1e-3 }

    func run(_ bound: KernelBenchmarks.Bound) {
        let scratch = Floats(Float.reconstructionScratch(inputs: inputs, stride: stride))
        let expected = Floats(inputs * units)
        let flops = 6 * Double(125 * inputs * units)
        KernelBenchmarks.report(
            "reconstruction", "\(inputs) → \(units) ← 125", flops, bound, gradient, expected,
            {
                _ = Float.reconstruction(
                    activation: activation.base, inputs: inputs, stride: stride, weights: weights.base,
                    bias: bias.base, targets: digits.dense, samples: digits.slice, coefficient: coefficient,
                    projected: projected.base, gradient: gradient.base, biasGradient: biasGradient.base,
                    scratch: scratch.base)
            }, { Reference.reconstruction(self, coefficient: coefficient, into: expected) })
        KernelBenchmarks.row("  by products", "and passes", String(format: "%.1f", byProducts() * 1e6), "", "", "", "")
    }

    private func byProducts() -> Double {
        let targets = UnsafeMutablePointer<UInt8>.allocate(capacity: stride * units)
        let (a, derivative, delta) = (Floats(units * stride), Floats(units * stride), Floats(units * stride))
        let (sigmoid, squaredError) = (Float.activation(named: "sigmoid")!, Float.loss(named: "mse")!)
        let products = Floats(Float.gemmScratch(columns: units, depth: units))
        return secondsPerCall {
            digits.dense.gatherBytes(digits.slice, into: targets, stride: stride)
            Float.gemm(
                transposeA: true, transposeB: false, m: units, n: stride, k: inputs, a: weights.base,
                lda: units, b: activation.base, ldb: stride, c: a.base, ldc: stride, scratch: products.base)
            Float.activate(
                sigmoid, sums: a.base, bias: bias.base, units: units, stride: stride, into: a.base,
                beside: derivative.base)
            _ = Float.loss(
                squaredError, activation: a.base, beside: derivative.base, targets: targets, count: 125, units: units,
                stride: stride, share: coefficient / 2, parameter: 0, sampleWeights: nil,
                delta: delta.base)
            Float.gemm(
                transposeA: false, transposeB: false, m: inputs, n: stride, k: units, a: weights.base,
                lda: units, b: delta.base, ldb: stride, c: projected.base, ldc: stride, scratch: products.base)
            Float.gemm(
                transposeA: false, transposeB: true, m: inputs, n: units, k: stride, a: activation.base,
                lda: stride, b: delta.base, ldb: stride, c: gradient.base, ldc: units, scratch: products.base)
            Float.rowSums(delta: delta.base, units: units, columns: stride, sums: biasGradient.base)
        }
    }
}
