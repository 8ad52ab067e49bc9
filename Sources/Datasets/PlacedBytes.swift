/// Bytes at any place of a file, or of memory.
protocol PlacedBytes {
    var byteCount: Int { get }

    /// Fills `buffer` with the bytes from `place` on.
    ///
    /// - Precondition: so many are there.
    func read(into buffer: UnsafeMutableRawBufferPointer, at place: Int) throws
}

extension PlacedBytes {
    /// - Precondition: `place` and `count` were checked.
    func read(_ count: Int, at place: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialised in
            try read(into: UnsafeMutableRawBufferPointer(buffer), at: place)
            initialised = count
        }
    }
}

/// Bytes in memory, which someone else keeps.
struct MemoryBytes: PlacedBytes {
    let bytes: UnsafeRawBufferPointer
    var byteCount: Int { bytes.count }

    func read(into buffer: UnsafeMutableRawBufferPointer, at place: Int) {
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[place..<place + buffer.count]))
    }
}
