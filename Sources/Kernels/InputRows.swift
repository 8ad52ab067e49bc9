import CKernels

/// The inputs of a set of samples, one byte each, dense or compressed; memory that someone else owns.
///
/// A byte b stands for the number b/255. Compressed rows hold only the bytes that are not zero, and up to seven that are (see `CKernels.h`).
public struct InputRows: @unchecked Sendable {
    public let bytes: UnsafePointer<UInt8>
    /// Where each compressed row starts, in units of 24 bytes; nil when the rows are dense.
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
    /// Bytes of one entry of a compressed row, and of the unit that offsets count.
    public static let bytesPerEntry = 3
    public static let rowUnit = Int(CK_ROW_UNIT)

    /// The bytes that `compress` writes for these dense rows.
    ///
    /// - Complexity: one pass over the rows.
    public static func compressedByteCount(_ dense: UnsafeBufferPointer<UInt8>, columns: Int) -> Int {
        ck_compressed_size(dense.baseAddress, dense.count / columns, columns)
    }

    /// Compresses dense rows into `bytes` (of `compressedByteCount`) and `offsets` (a row more than there are).
    public static func compress(
        _ dense: UnsafeBufferPointer<UInt8>, columns: Int, bytes: UnsafeMutablePointer<UInt8>,
        offsets: UnsafeMutablePointer<UInt32>
    ) {
        precondition(columns <= maximumCompressedColumns)
        ck_compress(dense.baseAddress, dense.count / columns, columns, bytes, offsets)
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
