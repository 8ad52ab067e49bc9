import CKernels

/// Numbers of a set of samples, row after row, as they were read; memory that someone else owns.
///
/// `kernelPadding` readable bytes follow the last row.
public struct NumberRows: @unchecked Sendable {
    let raw: ck_numbers

    /// Numbers of a row.
    public var columns: Int { Int(raw.columns) }

    public init(_ numbers: UnsafePointer<Float>, columns: Int) {
        raw = ck_numbers(single: numbers, wide: nil, columns: UInt32(columns))
    }

    public init(_ numbers: UnsafePointer<Double>, columns: Int) {
        raw = ck_numbers(single: nil, wide: numbers, columns: UInt32(columns))
    }

    /// One of a row's numbers, as it was read.
    public func number(row: Int, column: Int) -> Double {
        let index = row * columns + column
        return raw.single.map { Double($0[index]) } ?? raw.wide[index]
    }

    /// Asks the cache for the chosen rows: those that are gathered soon, though not at once, wherever they lie.
    public func prefetch(_ samples: UnsafeBufferPointer<UInt32>) {
        ck_prefetch_numbers(raw, samples.baseAddress, samples.count)
    }
}
