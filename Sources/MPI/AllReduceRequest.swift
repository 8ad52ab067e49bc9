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
    /// What waits for the pieces still under way.
    fileprivate var waits: [() throws -> Void] = []

    fileprivate init(owning buffer: consuming MessageBuffer<Element>) {
        self.buffer = consume buffer
    }

    /// Returns the buffer when it holds the result, the same on every rank.
    ///
    /// - Throws: `MPIError`; the buffer is lost.
    public consuming func wait() throws -> MessageBuffer<Element> {
        while let wait = waits.popLast() { try wait() }
        return buffer.take()!
    }

    deinit {
        do {
            for wait in waits { try wait() }
        } catch {
            fatalError("an all-reduce that was not waited for failed: \(error)")
        }
    }
}

extension Communicator {
    /// Starts to combine `buffer` of all ranks, element by element, and returns without waiting.
    ///
    /// MPI need not make progress before `wait`. Every rank starts the requests of one communicator in the same order.
    public func startAllReduce<Element: Datatype>(
        _ buffer: consuming MessageBuffer<Element>, operation: ReductionOperation
    ) throws -> AllReduceRequest<Element> {
        let elements = buffer.elements
        var request = AllReduceRequest(owning: buffer)
        try forEachPiece(of: elements) { messages, base, count in
            let wait = try messages.startAllReduce(
                inPlace: base, count: count, type: Element.elementType, operation: operation)
            request.waits.append(wait)
        }
        return request
    }
}
