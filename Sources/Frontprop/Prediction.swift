import Kernels
import Networks
import Storage

/// What a network makes of one sample.
public struct Prediction<Scalar: Real> {
    /// Its number in the set.
    public let sample: Int
    /// Its class; nil where nobody knows it.
    public let label: Int?
    /// The class that it is taken for, the first of the largest outputs; nil where the outputs name none.
    public let answer: Int?
    /// n_L.
    public let outputs: [Scalar]
}

extension SavedNetwork {
    /// Calls `body` with what the network makes of each of the samples, in their order.
    ///
    /// - Throws: as `outputs`, and what `body` throws.
    public func predict(_ chosen: ChosenSamples, _ body: (Prediction<Scalar>) throws -> Void) throws {
        try outputs(of: chosen) { index, outputs in
            let answer = chosen.samples.target == .inputs ? nil : outputs.firstIndex(of: outputs.max()!)
            try body(
                Prediction(
                    sample: chosen.numbers[index], label: chosen.label(index), answer: answer, outputs: Array(outputs)))
        }
    }

    /// Calls `body` with the index of each of the samples and its outputs, n_L numbers that are valid in the call.
    ///
    /// - Throws: `.diverged` where an output is not finite; what `body` throws.
    func outputs(
        of chosen: ChosenSamples, _ body: (Int, UnsafeBufferPointer<Scalar>) throws -> Void
    ) throws {
        try outputs(
            of: chosen.samples, name: { "\(chosen.name): output \($1) of sample \(chosen.numbers[$0])" }, body)
    }

    /// The same of any samples.
    ///
    /// - Parameter name: what messages call an output, by the sample's index and its own.
    func outputs(
        of samples: Samples, name: (Int, Int) -> String, _ body: (Int, UnsafeBufferPointer<Scalar>) throws -> Void
    ) throws {
        let (count, units) = (samples.count, topology.outputCount)
        // Products of this many samples are as fast as any, and what is kept of them is little.
        let blockSize = min(count, 250)
        let pass = ForwardPass<Scalar>(network, samples: samples, capacity: blockSize)
        let values = UnsafeMutableBufferPointer<Scalar>.allocate(capacity: blockSize * units)
        defer { values.deallocate() }
        for first in stride(from: 0, to: count, by: blockSize) {
            let block = (first..<min(first + blockSize, count)).map(UInt32.init)
            block.withUnsafeBufferPointer { pass.outputs($0, parameters: parameters, into: values.baseAddress!) }
            for index in block.indices {
                let outputs = UnsafeBufferPointer(rebasing: values[index * units..<(index + 1) * units])
                if let bad = outputs.firstIndex(where: { !$0.isFinite }) {
                    throw Failure(
                        .diverged,
                        "\(name(first + index, bad)) is \(outputs[bad].isNaN ? "not a number" : "infinite") in "
                            + "\(Scalar.self): the network's weights are too large")
                }
                try body(first + index, outputs)
            }
        }
    }
}
