import CKernels

/// The inputs of a set of samples, one byte each, dense, compressed or both; memory that someone else owns.
///
/// A byte b stands for the number b/255. Compressed rows hold the bytes that are not zero, in units of eight entries that
/// zeros fill up (see `CKernels.h`); a network's input layer goes by them where there are any. What an autoencoder's
/// outputs are compared with are dense rows.
public struct ByteRows: @unchecked Sendable {
    /// Row after row, with `sampleGroup` readable bytes behind the last; nil if they are only compressed.
    public let dense: UnsafePointer<UInt8>?
    /// The units of the compressed rows, and where each row starts, counted in units; nil if they are only dense.
    public let units: UnsafePointer<UInt8>?
    public let offsets: UnsafePointer<UInt32>?
    /// Inputs of a sample, n_0.
    public let columns: Int

    public init(
        dense: UnsafePointer<UInt8>? = nil, units: UnsafePointer<UInt8>? = nil,
        offsets: UnsafePointer<UInt32>? = nil, columns: Int
    ) {
        precondition((dense != nil || units != nil) && (units == nil) == (offsets == nil))
        self.dense = dense
        self.units = units
        self.offsets = offsets
        self.columns = columns
    }

    public var isCompressed: Bool { units != nil }

    var raw: ck_rows { ck_rows(dense: dense, units: units, offsets: offsets, columns: UInt32(columns)) }

    /// The share of bytes that are zero from which compressed rows are worth it: below, products of dense rows win.
    public static let sparsityThreshold = 0.6
    /// Column numbers are 16 bits wide.
    public static let maximumCompressedColumns = 65536
    /// A compressed row's unit, which offsets count: its bytes, and the entries that it holds.
    public static let unitBytes = Int(CK_UNIT_BYTES)
    public static let unitEntries = Int(CK_UNIT_ENTRIES)

    /// The bytes that `compress` writes for these dense rows.
    ///
    /// - Complexity: one pass over the rows.
    public static func compressedByteCount(_ dense: UnsafeBufferPointer<UInt8>, columns: Int) -> Int {
        precondition(columns <= maximumCompressedColumns)
        return ck_compressed_size(dense.baseAddress, dense.count / columns, columns)
    }

    /// Compresses dense rows into `units` (of `compressedByteCount`) and `offsets` (a row more than there are).
    public static func compress(
        _ dense: UnsafeBufferPointer<UInt8>, columns: Int, units: UnsafeMutablePointer<UInt8>,
        offsets: UnsafeMutablePointer<UInt32>
    ) {
        precondition(columns <= maximumCompressedColumns)
        ck_compress(dense.baseAddress, dense.count / columns, columns, units, offsets)
    }

    /// The bytes of the chosen dense rows, unit-major: `out` is n_0 × stride, zero in the padding.
    public func gatherBytes(
        _ samples: UnsafeBufferPointer<UInt32>, into out: UnsafeMutablePointer<UInt8>, stride: Int
    ) {
        ck_gather_bytes(raw, samples.baseAddress, samples.count, out, stride)
    }
}

/// Samples that the kernels handle side by side.
public let sampleGroup = Int(CK_GROUP)

/// `count` rounded up to whole groups: the row length of a slice's matrices.
public func paddedSampleCount(_ count: Int) -> Int {
    (count + sampleGroup - 1) / sampleGroup * sampleGroup
}

/// Bytes that must be readable behind every buffer of weights or gradients.
public let kernelPadding = Int(CK_PADDING)
