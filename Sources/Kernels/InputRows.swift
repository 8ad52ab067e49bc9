import CKernels

/// The inputs of a set of samples, one byte each, dense or compressed; memory that someone else owns.
///
/// A byte b stands for the number b/255. Compressed rows hold the bytes that are not zero, in units of eight entries that
/// zeros fill up (see `CKernels.h`).
public struct InputRows: @unchecked Sendable {
    public let bytes: UnsafePointer<UInt8>
    /// Where each compressed row starts, in units; nil when the rows are dense.
    public let offsets: UnsafePointer<UInt32>?
    /// Inputs of a sample, n_0.
    public let columns: Int

    public init(bytes: UnsafePointer<UInt8>, offsets: UnsafePointer<UInt32>?, columns: Int) {
        self.bytes = bytes
        self.offsets = offsets
        self.columns = columns
    }

    public var isCompressed: Bool { offsets != nil }

    var raw: ck_rows { ck_rows(bytes: bytes, offsets: offsets, columns: UInt32(columns)) }

    /// The share of bytes that are zero from which compressed rows are worth it: below, OpenBLAS on dense rows wins.
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

    /// Compresses dense rows into `bytes` (of `compressedByteCount`) and `offsets` (a row more than there are).
    public static func compress(
        _ dense: UnsafeBufferPointer<UInt8>, columns: Int, bytes: UnsafeMutablePointer<UInt8>,
        offsets: UnsafeMutablePointer<UInt32>
    ) {
        precondition(columns <= maximumCompressedColumns)
        ck_compress(dense.baseAddress, dense.count / columns, columns, bytes, offsets)
    }

    /// The bytes of the chosen rows, sample-major: `out` is B × n_0.
    public func copyBytes(_ samples: UnsafeBufferPointer<UInt32>, into out: UnsafeMutablePointer<UInt8>) {
        ck_copy_bytes(raw, samples.baseAddress, samples.count, out)
    }

    /// The bytes of the chosen rows, unit-major: `out` is n_0 × stride, zero in the padding.
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
