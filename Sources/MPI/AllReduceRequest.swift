/// Memory for the elements of a non-blocking operation, aligned to 64 bytes.
///
/// It has one owner at a time: the program, or the request that MPI works on. So it can be neither read,
/// written nor freed while MPI uses it.
public struct MessageBuffer<Element: Datatype>: ~Copyable {
    /// The elements; valid as long as the program holds this buffer.
    public let elements: UnsafeMutableBufferPointer<Element>

    /// Allocates `count` elements, all zero bits.
    public init(count: Int) {
        let bytes = UnsafeMutableRawBufferPointer.allocate(
            byteCount: count * MemoryLayout<Element>.stride, alignment: 64)
        bytes.initializeMemory(as: UInt8.self, repeating: 0)
        elements = bytes.bindMemory(to: Element.self)
    }

    deinit { UnsafeMutableRawBufferPointer(elements).deallocate() }
}

/// An all-reduce under way, which owns its buffer until `wait` returns it.
///
/// A request that is dropped waits for its end, so that MPI never writes to freed memory; it traps where that fails.
public struct AllReduceRequest<Element: Datatype>: ~Copyable {
    private var buffer: MessageBuffer<Element>?
    private var waits: [() throws -> Void]

    init(buffer: consuming MessageBuffer<Element>, waits: [() throws -> Void]) {
        self.buffer = consume buffer
        self.waits = waits
    }

    /// Returns the buffer when it holds the result, the same on every rank.
    public consuming func wait() throws -> MessageBuffer<Element> {
        while let wait = waits.popLast() { try wait() }
        return buffer.take()!
    }

    deinit {
        do {
            for wait in waits { try wait() }
        } catch {
            fatalError("an all-reduce that nobody waited for: \(error)")
        }
    }
}

extension Communicator {
    /// Starts to combine `buffer` of all ranks, element by element, and returns without waiting.
    ///
    /// Requests of one communicator are started in the same order on every rank.
    public func startAllReduce<Element: Datatype>(
        _ buffer: consuming MessageBuffer<Element>, operation: ReductionOperation
    ) throws -> AllReduceRequest<Element> {
        var waits: [() throws -> Void] = []
        if let messages, let base = buffer.elements.baseAddress {
            for piece in messagePieces(count: buffer.elements.count, stride: MemoryLayout<Element>.stride) {
                let wait = try messages.startAllReduce(
                    inPlace: base + piece.lowerBound, count: Int32(piece.count), type: Element.elementType,
                    operation: operation)
                waits.append(wait)
            }
        }
        return AllReduceRequest(buffer: buffer, waits: waits)
    }
}
