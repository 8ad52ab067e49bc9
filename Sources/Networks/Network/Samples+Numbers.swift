import Kernels

/// One sample as numbers, for the code that goes sample by sample.
extension Samples {
    /// The sample's inputs a⁰, in 0…1.
    func inputNumbers<Scalar: Real>(_ sample: UInt32) -> [Scalar] {
        let stride = paddedSampleCount(1)
        let numbers = ScratchMemory<Scalar>(count: inputs.columns * stride)
        withUnsafePointer(to: sample) {
            Scalar.expand(
                inputs, samples: UnsafeBufferPointer(start: $0, count: 1), into: numbers.base, stride: stride)
        }
        return (0..<inputs.columns).map { numbers.base[$0 * stride] }
    }

    /// What the network's `units` outputs are to be, t.
    func targetNumbers<Scalar: Real>(_ sample: UInt32, units: Int) -> [Scalar] {
        switch target {
        case .labels: (0..<units).map { $0 == Int(labels[Int(sample)]) ? 1 : 0 }
        case .inputs: inputNumbers(sample)
        }
    }
}
