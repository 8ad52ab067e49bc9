import CKernels

/// What the gradient of a first layer's weights is made of, for the slices of a minibatch whose rows are compressed: their rows
/// of bytes, turned round, and their deltas, in memory that all workers see.
///
/// Where a slice has few samples and the layer many units, that is far less than the slices' gradients, which so never travel
/// between cores: each worker makes a few inputs' rows of them, of all slices, where it adds them up. The numbers are those of
/// `Real.inputGradient`, to the bit.
public struct InputSlices<Scalar: Real>: @unchecked Sendable {
    private let values: UnsafeMutablePointer<UInt8>
    let deltas: UnsafeMutablePointer<Scalar>
    let raw: ck_slices
    public let shape: InputSlicesShape

    /// - Parameters:
    ///   - values: of `valueCount` bytes.
    ///   - deltas: of `deltaCount` numbers.
    public init(
        _ shape: InputSlicesShape, count: Int, values: UnsafeMutablePointer<UInt8>, deltas: UnsafeMutablePointer<Scalar>
    ) {
        (self.values, self.deltas, self.shape) = (values, deltas, shape)
        raw = ck_slices(
            values: values, values_stride: Self.valueCount(shape, count: 1),
            deltas_stride: Self.deltaCount(shape, count: 1), count: count, stride: shape.stride, n: shape.units)
    }

    public static func valueCount(_ shape: InputSlicesShape, count: Int) -> Int { count * shape.inputs * shape.stride }

    public static func deltaCount(_ shape: InputSlicesShape, count: Int) -> Int {
        count * shape.stride * Scalar.inputRow(units: shape.units)
    }

    /// Elements of the gradient, n_0·n_1.
    public var range: Range<Int> { 0..<shape.inputs * shape.units }

    public subscript(index: Int) -> InputSlice<Scalar> {
        InputSlice(
            values: values + index * raw.values_stride, deltas: deltas + index * raw.deltas_stride, shape: shape)
    }
}

/// How large they are.
public struct InputSlicesShape: Sendable {
    /// n_0 and n_1.
    public let inputs: Int
    public let units: Int
    /// Samples of the largest slice, in whole groups.
    public let stride: Int

    /// For slices of up to `capacity` samples.
    public init(inputs: Int, units: Int, capacity: Int) {
        (self.inputs, self.units) = (inputs, units)
        stride = paddedSampleCount(capacity)
    }

    /// Whether they are worth it, by measurement (Docs/performance.md): rows are made twice, once for the largest magnitude, and
    /// each time by samples, where a gradient is made once and read twice.
    public var isWorthIt: Bool { units >= 96 && units >= 6 * stride }
}

/// One slice's part.
public struct InputSlice<Scalar: Real> {
    let values: UnsafeMutablePointer<UInt8>
    let deltas: UnsafeMutablePointer<Scalar>
    let shape: InputSlicesShape

    /// Fills it, from deltas of n_1 × stride.
    public func fill(
        _ rows: ByteRows, samples: UnsafeBufferPointer<UInt32>, delta: UnsafePointer<Scalar>, stride: Int
    ) {
        Scalar.fill(self, rows, samples: samples, delta: delta, stride: stride)
    }

    /// Fills it for no samples.
    public func clear() { values.update(repeating: 0, count: shape.inputs * shape.stride) }
}
