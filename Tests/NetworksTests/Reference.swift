import Foundation
import Networks

/// A network as the textbook has it: a sample at a time, nested loops, Double.
struct NaiveNetwork {
    let topology: Topology
    let parameters: [Double]

    /// Loss and gradient of a slice, and beside every element the sum of its terms' magnitudes.
    struct Result {
        var loss = 0.0
        var gradient: [Double]
        var magnitude: [Double]
    }

    private func weight(_ k: Int, from j: Int, to i: Int) -> Double {
        parameters[topology.weights(k) + j * topology.sizes[k + 1] + i]
    }

    /// a⁰…a^L.
    func activations(_ input: [Double]) -> [[Double]] {
        var layers = [input]
        for k in 0..<topology.depth {
            let below = layers[k]
            layers.append(
                (0..<topology.sizes[k + 1]).map { i in
                    var h = parameters[topology.biases(k) + i]
                    for j in 0..<below.count { h += weight(k, from: j, to: i) * below[j] }
                    return 1 / (1 + exp(-h))
                })
        }
        return layers
    }

    func loss(_ input: [Double], _ target: [Double]) -> Double {
        zip(activations(input)[topology.depth], target).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            / Double(topology.outputCount)
    }

    /// Σ over samples ÷ `minibatchSize`. Magnitudes follow the same recursion with every factor's bound in its place:
    /// 1 of an activation, 1/4 of a derivative, 1 + t of an output's error.
    func gradient(_ samples: [(input: [Double], target: [Double])], minibatchSize: Int) -> Result {
        let zeros = [Double](repeating: 0, count: topology.parameterCount)
        var result = Result(gradient: zeros, magnitude: zeros)
        let share = 1 / Double(minibatchSize)
        for (input, target) in samples {
            let a = activations(input)
            let outputs = a[topology.depth]
            result.loss += loss(input, target) * share
            let factor = 2 * share / Double(topology.outputCount)
            var delta = zip(outputs, target).map { factor * ($0 - $1) * $0 * (1 - $0) }
            var magnitude = target.map { factor * (1 + $0) / 4 }
            for k in stride(from: topology.depth - 1, through: 0, by: -1) {
                add(delta, magnitude, below: a[k], layer: k, to: &result)
                guard k > 0 else { break }
                (delta, magnitude) = backward(delta, magnitude, through: k, a[k])
            }
        }
        return result
    }

    private func add(_ delta: [Double], _ magnitude: [Double], below: [Double], layer k: Int, to result: inout Result) {
        for i in 0..<delta.count {
            result.gradient[topology.biases(k) + i] += delta[i]
            result.magnitude[topology.biases(k) + i] += magnitude[i]
            for j in 0..<below.count {
                let place = topology.weights(k) + j * delta.count + i
                result.gradient[place] += below[j] * delta[i]
                result.magnitude[place] += (k == 0 ? below[j] : 1) * magnitude[i]
            }
        }
    }

    private func backward(
        _ delta: [Double], _ magnitude: [Double], through k: Int, _ a: [Double]
    ) -> ([Double], [Double]) {
        var below = (0..<a.count).map { _ in (0.0, 0.0) }
        for j in 0..<a.count {
            for i in 0..<delta.count {
                below[j].0 += weight(k, from: j, to: i) * delta[i]
                below[j].1 += abs(weight(k, from: j, to: i)) * magnitude[i]
            }
            below[j].0 *= a[j] * (1 - a[j])
            below[j].1 /= 4
        }
        return (below.map(\.0), below.map(\.1))
    }

    /// By how many ε times its magnitude an engine's gradient may be off, to first order.
    ///
    /// Errors of h in units of ε: a sum of n + 1 terms rounds each n times at most; the activations below are off by 4
    /// (ulps of the sigmoid, a ≤ 1) and by a quarter of their own h's error (g' ≤ 1/4). So a layer with
    /// W = max Σ|w| and B = max|b| has e' = (n + 6)(W + B) + W e / 4.
    ///
    /// A term of the gradient is a product along a path through the layers. In its magnitude activations count as 1 and
    /// derivatives as 1/4; in units of those an activation is off by e/4 + 4, a derivative a(1 − a) by e + 16 or so
    /// (|g''| ≤ 1/4), and a partial sum over n units or samples by a rounding each.
    func roundings(samples: Int) -> Double {
        var count = Double(samples)
        var error = 0.0
        for k in 0..<topology.depth {
            let (inputs, outputs) = (topology.sizes[k], topology.sizes[k + 1])
            let weightSum = (0..<outputs).map { i in
                (0..<inputs).reduce(0) { $0 + abs(weight(k, from: $1, to: i)) }
            }.max()!
            let bias = (0..<outputs).map { abs(parameters[topology.biases(k) + $0]) }.max()!
            error = Double(inputs + 6) * (weightSum + bias) + weightSum * error / 4
            count += 2 * error + Double(outputs) + 20
        }
        return count
    }
}

extension TestSamples {
    func input(_ sample: UInt32) -> [Double] {
        bytes[(Int(sample) * columns)..<((Int(sample) + 1) * columns)].map { Double($0) / 255 }
    }

    /// What the network is to answer: one at the label, or the input.
    func answer(_ sample: UInt32, _ target: Target, outputs: Int) -> [Double] {
        switch target {
        case .labels: (0..<outputs).map { $0 == Int(labels[Int(sample)]) ? 1 : 0 }
        case .inputs, .numbers: input(sample)
        }
    }
}
