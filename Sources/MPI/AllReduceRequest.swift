/// An all-reduce under way. It owns its memory, so nobody can read, write or free that while MPI uses it.
///
/// A request that is dropped waits for its end, so that MPI never writes to freed memory; it traps where that fails.
public final class AllReduceRequest<Element: Datatype> {
    private let elements: UnsafeMutableBufferPointer<Element>
    /// What waits for the pieces still under way.
    private var waits: [() throws -> Void] = []

    /// - Complexity: O(values), to copy them.
    fileprivate init(_ values: [Element]) {
        elements = .allocate(capacity: values.count)
        _ = elements.initialize(from: values)
    }

    fileprivate func start(_ communicator: Communicator, _ operation: ReductionOperation) throws {
        try communicator.forEachPiece(of: elements) { messages, base, count in
            waits.append(
                try messages.startAllReduce(
                    inPlace: base, count: count, type: Element.elementType, operation: operation))
        }
    }

    /// Waits, and returns the result, the same on every rank.
    ///
    /// - Throws: `MPIError`.
    /// - Complexity: O(values), to copy them, beside the wait.
    public func wait() throws -> [Element] {
        while let wait = waits.popLast() { try wait() }
        return Array(elements)
    }

    deinit {
        do {
            while let wait = waits.popLast() { try wait() }
        } catch {
            fatalError("an all-reduce that was not waited for failed: \(error)")
        }
        elements.deallocate()
    }
}

extension Communicator {
    /// Starts to combine `values` of all ranks, element by element, and returns without waiting.
    ///
    /// MPI need not make progress before `wait`. Every rank starts the requests of one communicator in the same order.
    public func startAllReduce<Element: Datatype>(
        _ values: [Element], operation: ReductionOperation
    ) throws -> AllReduceRequest<Element> {
        let request = AllReduceRequest(values)
        try request.start(self, operation)
        return request
    }
}
