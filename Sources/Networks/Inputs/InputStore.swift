import Kernels

/// The inputs of a set of samples, in the form that they are held in; memory that someone else owns.
///
/// What a network asks of them is the same of every form: see `InputLayer`; and `numbers(of:)` for the code that goes sample
/// by sample.
public enum InputStore: Sendable {
    /// A byte b stands for the number b/255.
    case bytes(ByteRows)
    /// As they are, rounded to the precision of whoever asks.
    case numbers(NumberRows)
    /// The same, of which most are zero.
    case sparse(SparseRows)

    /// Inputs of a sample, n_0.
    public var columns: Int {
        switch self {
        case .bytes(let rows): rows.columns
        case .numbers(let rows): rows.columns
        case .sparse(let rows): rows.columns
        }
    }

    /// The bytes where they stand as they came, sample after sample: what an autoencoder's outputs are compared with.
    var denseBytes: ByteRows? {
        guard case .bytes(let rows) = self, rows.dense != nil else { return nil }
        return rows
    }

    /// Rows whose products go by what is not zero, and never become a matrix.
    var compressed: ByteRows? {
        guard case .bytes(let rows) = self, rows.isCompressed else { return nil }
        return rows
    }

    /// Asks the cache for the samples that are wanted next. Products of compressed rows ask for themselves.
    public func prefetch(_ samples: UnsafeBufferPointer<UInt32>) {
        if case .numbers(let rows) = self { rows.prefetch(samples) }
    }

    /// Writes a⁰ of the chosen samples, n_0 × stride, zero in the padding.
    func fill<Scalar: Real>(
        _ out: UnsafeMutablePointer<Scalar>, with samples: UnsafeBufferPointer<UInt32>, stride: Int
    ) {
        switch self {
        case .bytes(let rows): Scalar.expand(rows, samples: samples, into: out, stride: stride)
        case .numbers(let rows): Scalar.gather(rows, samples: samples, into: out, stride: stride)
        case .sparse(let rows): rows.scatter(samples, into: out, stride: stride)
        }
    }

    /// One sample's a⁰.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    public func numbers<Scalar: Real>(of sample: UInt32) -> [Scalar] {
        let stride = paddedSampleCount(1)
        var numbers = [Scalar](repeating: 0, count: columns * stride)
        withUnsafePointer(to: sample) {
            fill(&numbers, with: UnsafeBufferPointer(start: $0, count: 1), stride: stride)
        }
        return (0..<columns).map { numbers[$0 * stride] }
    }
}
