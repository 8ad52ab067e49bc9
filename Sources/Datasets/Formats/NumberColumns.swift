import Resources

/// Columns of numbers whose rows are written in any order, and by several threads.
final class NumberColumns: @unchecked Sendable {
    let rowCount: Int
    /// As long as their elements are written they are left alone, so that these stay where they are.
    private let columns: [[Double]]
    private let places: [UnsafeMutablePointer<Double>]

    /// - Parameter rowCount: one or more.
    /// - Throws: `Failure` with `.internalError` where there is no memory.
    init(rowCount: Int, columnCount: Int, name: String) throws {
        self.rowCount = rowCount
        let (count, overflows) = rowCount.multipliedReportingOverflow(by: columnCount)
        try requireRoom(overflows || count > .max / 8 ? .max : count * 8, name: name)
        var columns = (0..<columnCount).map { _ in
            [Double](unsafeUninitializedCapacity: rowCount) { buffer, count in
                Memory.preferLargePages(buffer.baseAddress!, byteCount: rowCount * MemoryLayout<Double>.stride)
                count = rowCount
            }
        }
        places = columns.indices.map { columns[$0].withUnsafeMutableBufferPointer { $0.baseAddress! } }
        self.columns = columns
    }

    var columnCount: Int { places.count }

    /// Where the number of this row belongs; those of the rows behind it follow.
    func place(_ column: Int, _ row: Int) -> UnsafeMutablePointer<Double> { places[column] + row }

    /// The columns.
    ///
    /// - Precondition: every number was written.
    func finished() -> [[Double]] { columns }
}
