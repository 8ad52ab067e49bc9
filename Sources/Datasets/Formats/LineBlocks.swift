import Storage

/// Some whole lines of a text, in memory that is used again for those behind them.
final class LineBlock: @unchecked Sendable {
    private var memory: UnsafeMutableRawBufferPointer
    private var count = 0
    private(set) var isLast = false

    init(capacity: Int) { memory = .allocate(byteCount: capacity, alignment: 64) }

    deinit { memory.deallocate() }

    var bytes: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: UnsafePointer(memory.baseAddress?.assumingMemoryBound(to: UInt8.self)), count: count)
    }

    /// Begins with `rest`, and goes on with what `source` gives up to the last end of a line; returns what is behind that.
    fileprivate func fill(
        _ rest: [UInt8], from source: inout some ByteSource, name: String,
        endOfLines: (UnsafeBufferPointer<UInt8>) -> Int?
    ) throws -> [UInt8] {
        if memory.count <= rest.count { try grow(to: 2 * rest.count, name: name) }
        memory.copyBytes(from: rest)
        count = rest.count
        while true {
            count += try source.read(into: UnsafeMutableRawBufferPointer(rebasing: memory[count...]))
            isLast = count < memory.count
            if isLast { return [] }
            if let end = endOfLines(bytes) {
                defer { count = end }
                return Array(bytes[end...])
            }
            try grow(to: 2 * count, name: name)
        }
    }

    private func grow(to capacity: Int, name: String) throws {
        try requireRoom(capacity, name: name)
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 64)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[..<count]))
        memory.deallocate()
        memory = larger
    }
}

/// A text cut at ends of lines, so that its parts can be read side by side.
struct LineBlocks<Source: ByteSource> {
    private var source: Source
    private let name: String
    private let quotesLines: Bool
    /// Bytes of a block, as long as no line is longer.
    let capacity: Int
    private var rest: [UInt8] = []
    private(set) var isAtEnd = false

    /// - Parameter quotesLines: whether an end of a line between quotes is none.
    init(_ source: Source, name: String, quotesLines: Bool) {
        (self.source, self.name, self.quotesLines) = (source, name, quotesLines)
        // So many that they stay in a core's own cache.
        capacity = Swift.min(512 << 10, Swift.max(source.maximumRemaining, 1) + 1)
    }

    /// Puts the next lines into `block`; more than it holds only where one line is so long.
    ///
    /// - Precondition: it is not at its end.
    mutating func fill(_ block: LineBlock) throws {
        let quotesLines = quotesLines
        rest = try block.fill(rest, from: &source, name: name) { Self.endOfLines($0, quotesLines: quotesLines) }
        isAtEnd = block.isLast
    }

    /// Where the last line ends; nil where none does.
    private static func endOfLines(_ bytes: UnsafeBufferPointer<UInt8>, quotesLines: Bool) -> Int? {
        var quotesBefore = quotesLines ? bytes.count(of: ASCII.quote) : 0
        for end in bytes.indices.reversed() {
            if bytes[end] == ASCII.newline && quotesBefore.isMultiple(of: 2) { return end + 1 }
            if quotesLines && bytes[end] == ASCII.quote { quotesBefore -= 1 }
        }
        return nil
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// How many are `byte`.
    func count(of byte: UInt8) -> Int {
        typealias Vector = SIMD32<UInt8>
        let size = Vector.scalarCount
        let wanted = Vector(repeating: byte)
        var (count, place) = (0, 0)
        while self.count - place >= size {
            // In lanes of eight bits, as many times as they can count.
            var counts = Vector()
            for _ in 0..<Swift.min(255, (self.count - place) / size) {
                let bytes = UnsafeRawPointer(baseAddress! + place).loadUnaligned(as: Vector.self)
                // -1 where they are the same; to replace lanes by others' sum would take each by itself.
                counts &-= unsafeBitCast(bytes .== wanted, to: Vector.self)
                place += size
            }
            for lane in counts.indices { count += Int(counts[lane]) }
        }
        for rest in self[place...] where rest == byte { count += 1 }
        return count
    }
}
