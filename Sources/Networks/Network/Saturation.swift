import Kernels

/// Whether some samples can still teach a network anything.
public struct Saturation: Equatable, Sendable {
    /// The layers, from 1, of which every unit sits where its activation is flat, for every sample: nothing passes below.
    public var layers: [Int]
    /// The samples' mean loss, above that of outputs that are all right.
    public var loss: Double
    /// What the best constant outputs would have of it.
    public var constantLoss: Double
    /// A hundredth of what wrong answers cost: less is as good as none.
    public var smallLoss: Double

    /// Units that are all at their limits are no fault where the answers are right.
    public var isPoor: Bool { loss >= max(constantLoss / 2, smallLoss) }
}

extension Evaluator {
    /// A derivative that lets next to nothing through: a sigmoid's at sums of 9.2 and beyond.
    private static var closedDerivative: Double { 1e-4 }

    /// Looks at all units for `batch`, at most the evaluator's capacity and at least one.
    ///
    /// - Complexity: a forward pass, and O(B·n_L) beside.
    public func saturation(_ batch: UnsafeBufferPointer<UInt32>, parameters: UnsafePointer<Scalar>) -> Saturation {
        let loss = score(batch, parameters: parameters).loss / Double(batch.count)
        let layers = (1...pass.topology.depth).filter { l in
            (0..<pass.topology.sizes[l]).allSatisfy { unit in
                batch.indices.allSatisfy { abs(Double(pass.derivative(l, unit, $0))) < Self.closedDerivative }
            }
        }
        let divisor = Double(pass.network.head.divisor(outputs: pass.topology.outputCount))
        let wrong = pass.samples.target == .labels ? 1 / divisor : 0.1
        let (constant, least) = bounds(batch)
        return Saturation(
            layers: layers, loss: loss - least / divisor, constantLoss: (constant - least) / divisor,
            smallLoss: wrong / 100)
    }

    /// The mean sums of the loss's terms that the best constant outputs have, and outputs that are all right.
    private func bounds(_ batch: UnsafeBufferPointer<UInt32>) -> (constant: Double, least: Double) {
        let loss = pass.network.head.form.function
        let units = pass.topology.outputCount
        var targets = [[Double]](repeating: [], count: units)
        for sample in batch {
            let numbers: [Double] = pass.samples.targetNumbers(sample, units: units)
            for (unit, value) in numbers.enumerated() { targets[unit].append(value) }
        }
        return targets.reduce((0, 0)) { sums, targets in
            (sums.0 + loss.constantTerm(targets), sums.1 + targets.map(loss.leastTerm).mean)
        }
    }
}
