import Foundation
import Kernels

/// What the kernels compute, written out: slow on purpose, and in the kernels' precision.
enum Reference {
    static func inputProduct(_ digits: Digits, weights: Floats, units n: Int, into out: Floats) {
        for (s, sample) in digits.samples.enumerated() {
            for i in 0..<n {
                var sum: Float = 0
                for c in 0..<digits.columns {
                    sum += weights.base[c * n + i] * Float(digits.dense.dense![Int(sample) * digits.columns + c])
                }
                out.base[i * digits.stride + s] = sum / 255
            }
        }
    }

    static func inputGradient(_ digits: Digits, delta: Floats, units n: Int, into gradient: Floats) {
        gradient.base.update(repeating: 0, count: gradient.count)
        for (s, sample) in digits.samples.enumerated() {
            for c in 0..<digits.columns {
                let value = Float(digits.dense.dense![Int(sample) * digits.columns + c]) / 255
                for i in 0..<n { gradient.base[c * n + i] += value * delta.base[i * digits.stride + s] }
            }
        }
    }

    /// The gradient of the layer's weights.
    static func reconstruction(_ layer: OutputLayer, coefficient: Float, into gradient: Floats) {
        let (n, units, stride) = (layer.inputs, layer.units, layer.stride)
        gradient.base.update(repeating: 0, count: gradient.count)
        for (s, sample) in layer.digits.samples.enumerated() {
            for q in 0..<units {
                var sum = layer.bias.base[q]
                for r in 0..<n { sum += layer.weights.base[r * units + q] * layer.activation.base[r * stride + s] }
                let a = 1 / (1 + exp(-sum))
                let target = Float(layer.digits.dense.dense![Int(sample) * units + q]) / 255
                let delta = coefficient * (a - target) * a * (1 - a)
                for r in 0..<n { gradient.base[r * units + q] += layer.activation.base[r * stride + s] * delta }
            }
        }
    }

    static func sigmoid(_ sums: Floats, bias: Floats, units: Int, stride: Int, into activation: Floats) {
        for i in 0..<units {
            for s in 0..<stride {
                activation.base[i * stride + s] = 1 / (1 + exp(-sums.base[i * stride + s] - bias.base[i]))
            }
        }
    }

    /// out (m × n) = aᵀ (k × m) · b (k × n).
    static func product(_ a: Floats, _ b: Floats, m: Int, n: Int, k: Int, into out: Floats) {
        for i in 0..<m {
            for j in 0..<n {
                var sum: Float = 0
                for r in 0..<k { sum += a.base[r * m + i] * b.base[r * n + j] }
                out.base[i * n + j] = sum
            }
        }
    }

    /// out (m × n) = a (m × k) · b (n × k)ᵀ.
    static func outer(_ a: Floats, _ b: Floats, m: Int, n: Int, k: Int, into out: Floats) {
        for i in 0..<m {
            for j in 0..<n {
                var sum: Float = 0
                for c in 0..<k { sum += a.base[i * k + c] * b.base[j * k + c] }
                out.base[i * n + j] = sum
            }
        }
    }

    static func sum(_ slots: Floats, count: Int, stride: Int, into out: Floats) {
        for e in 0..<stride {
            var sum = 0.0
            for s in 0..<count { sum += Double(slots.base[s * stride + e]) }
            out.base[e] = Float(sum)
        }
    }
}
