import Foundation
import Storage

/// Numbers of some rows, column after column, in pages of their own, which go back to the system one column at a time.
final class NumberPages: @unchecked Sendable {
    /// Room for so many in each column.
    let rows: Int
    let start: UnsafeMutablePointer<Double>
    private let byteCount: Int

    /// - Throws: `Failure` with `.internalError` where there is no memory.
    init(rows: Int, columns: Int) throws {
        self.rows = rows
        byteCount = max(rows * columns, 1) * MemoryLayout<Double>.stride
        let memory = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)
        guard let memory, memory != MAP_FAILED else {
            throw Failure(.internalError, "there is no memory for \(byteCount) bytes of numbers", errno: errno)
        }
        start = memory.assumingMemoryBound(to: Double.self)
    }

    deinit { munmap(start, byteCount) }

    func column(_ column: Int) -> UnsafePointer<Double> { UnsafePointer(start + column * rows) }

    /// Gives the pages back that hold this column and no other; its numbers are zeros afterwards.
    func release(_ column: Int) {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let size = rows * MemoryLayout<Double>.stride
        let first = (column * size + page - 1) / page * page
        let last = (column + 1) * size / page * page
        if first < last { madvise(UnsafeMutableRawPointer(start) + first, last - first, MADV_DONTNEED) }
    }
}
