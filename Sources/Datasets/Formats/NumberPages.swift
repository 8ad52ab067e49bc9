import Foundation
import Resources
import Storage

/// Numbers of some rows, column after column.
final class NumberPages: @unchecked Sendable {
    /// Room for so many in each column.
    let rows: Int
    let start: UnsafeMutablePointer<Double>
    private var region: NumberRegion?

    /// - Throws: `Failure` with `.internalError` where there is no memory.
    init(rows: Int, columns: Int, in memory: NumberMemory) throws {
        self.rows = rows
        let byteCount = rows * columns * MemoryLayout<Double>.stride
        let (region, place) = try memory.take(byteCount)
        start = (region.start + place).assumingMemoryBound(to: Double.self)
        self.region = region
    }

    func column(_ column: Int) -> UnsafePointer<Double> { UnsafePointer(start + column * rows) }

    /// Lets the memory go, which goes back to the system when its neighbours' has gone, too.
    func release() { region = nil }
}

/// Where one thread's pages are, one behind the other: in regions of their own, which large pages fill.
final class NumberMemory {
    private let regionSize: Int
    private var region: NumberRegion?
    private var used = 0

    /// - Parameter regionSize: bytes of a region, where no more are asked for at once.
    init(regionSize: Int = 8 << 20) { self.regionSize = regionSize }

    fileprivate func take(_ byteCount: Int) throws -> (NumberRegion, place: Int) {
        if let region, byteCount <= region.byteCount - used {
            defer { used += byteCount }
            return (region, used)
        }
        let next = try NumberRegion(byteCount: max(byteCount, regionSize, 1))
        (region, used) = (next, byteCount)
        return (next, 0)
    }
}

private final class NumberRegion {
    let start: UnsafeMutableRawPointer
    let byteCount: Int

    init(byteCount: Int) throws {
        let memory = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)
        guard let memory, memory != MAP_FAILED else {
            throw Failure(.internalError, "there is no memory for \(byteCount) bytes of numbers", errno: errno)
        }
        (start, self.byteCount) = (memory, byteCount)
        Memory.preferLargePages(start, byteCount: byteCount)
    }

    deinit { munmap(start, byteCount) }
}
