extension Communicator {
    /// Copies `buffer` of rank `root` into `buffer` of every rank.
    public func broadcast<Element: Datatype>(
        _ buffer: UnsafeMutableBufferPointer<Element>, root: Int
    ) throws {
        try forEachPiece(of: buffer) { messages, base, count in
            try messages.broadcast(base, count: count, type: Element.elementType, root: Int32(root))
        }
    }

    /// Returns the value of rank `root` at every rank.
    public func broadcast<Element: Datatype>(_ value: Element, root: Int) throws -> Element {
        var result = value
        try withUnsafeMutablePointer(to: &result) { pointer in
            try broadcast(UnsafeMutableBufferPointer(start: pointer, count: 1), root: root)
        }
        return result
    }

    /// Copies `bytes` of rank `root` into `bytes` of every rank.
    public func broadcast(_ bytes: UnsafeMutableRawBufferPointer, root: Int) throws {
        try broadcast(bytes.bindMemory(to: UInt8.self), root: root)
    }

    /// Returns the bytes of rank `root` at every rank; what the others pass is ignored.
    public func broadcast(_ bytes: [UInt8], root: Int) throws -> [UInt8] {
        let count = try broadcast(Int64(bytes.count), root: root)
        var received = rank == root ? bytes : [UInt8](repeating: 0, count: Int(count))
        try received.withUnsafeMutableBufferPointer { buffer in try broadcast(buffer, root: root) }
        return received
    }

    /// Combines `buffer` of all ranks, element by element, into `buffer` of rank `root`; the others keep theirs.
    public func reduce<Element: Datatype>(
        inPlace buffer: UnsafeMutableBufferPointer<Element>, operation: ReductionOperation, root: Int
    ) throws {
        try forEachPiece(of: buffer) { messages, base, count in
            try messages.reduce(
                inPlace: base, count: count, type: Element.elementType, operation: operation, root: Int32(root))
        }
    }

    /// Combines `buffer` of all ranks, element by element, into `buffer` of every rank.
    ///
    /// Floating-point sums depend on the order in which MPI adds; sums of integers do not.
    public func allReduce<Element: Datatype>(
        inPlace buffer: UnsafeMutableBufferPointer<Element>, operation: ReductionOperation
    ) throws {
        try forEachPiece(of: buffer) { messages, base, count in
            try messages.allReduce(inPlace: base, count: count, type: Element.elementType, operation: operation)
        }
    }

    /// Combines one value of each rank, and returns the result at every rank.
    public func allReduce<Element: Datatype>(
        _ value: Element, operation: ReductionOperation
    ) throws -> Element {
        var result = value
        try withUnsafeMutablePointer(to: &result) { pointer in
            try allReduce(inPlace: UnsafeMutableBufferPointer(start: pointer, count: 1), operation: operation)
        }
        return result
    }

    /// Calls `body` for each message that `buffer` takes; never in a world without MPI.
    func forEachPiece<Element: Datatype>(
        of buffer: UnsafeMutableBufferPointer<Element>,
        _ body: (any MessagePassing, UnsafeMutableRawPointer, Int32) throws -> Void
    ) throws {
        guard let messages, let base = buffer.baseAddress else { return }
        for piece in messagePieces(count: buffer.count, stride: MemoryLayout<Element>.stride) {
            try body(messages, base + piece.lowerBound, Int32(piece.count))
        }
    }
}
