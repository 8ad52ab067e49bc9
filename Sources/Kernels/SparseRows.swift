/// Numbers of a set of samples of which only those are kept that are not zero, row after row; memory that someone else owns.
public struct SparseRows: @unchecked Sendable {
    /// Where each row begins among the numbers, and behind the last row where it ends.
    private let starts: UnsafePointer<Int>
    /// The columns of the numbers, ascending within a row.
    private let places: UnsafePointer<UInt32>
    private let numbers: UnsafePointer<Double>
    /// Numbers of a row, zeros included.
    public let columns: Int

    public init(
        starts: UnsafePointer<Int>, places: UnsafePointer<UInt32>, numbers: UnsafePointer<Double>, columns: Int
    ) {
        (self.starts, self.places, self.numbers, self.columns) = (starts, places, numbers, columns)
    }

    /// The chosen rows, rounded to this precision, unit-major: `out` is columns × stride, zero in the padding; what `gather`
    /// makes of the same rows with their zeros.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    public func scatter<Scalar: Real>(
        _ samples: UnsafeBufferPointer<UInt32>, into out: UnsafeMutablePointer<Scalar>, stride: Int
    ) {
        out.update(repeating: 0, count: columns * stride)
        for (column, sample) in samples.enumerated() {
            for entry in starts[Int(sample)]..<starts[Int(sample) + 1] {
                out[Int(places[entry]) * stride + column] = Scalar(numbers[entry])
            }
        }
    }
}
