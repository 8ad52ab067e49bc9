import Foundation
import Synchronization

/// Calls `body(0)` … `body(count - 1)`, each once, on as many threads as there are cores, or as can be had.
public func concurrently(_ count: Int, _ body: (Int) -> Void) {
    let next = Atomic(0)
    let cores = ProcessInfo.processInfo.activeProcessorCount
    ThreadPool(wanted: min(cores, count) - 1).run { _ in
        while case let index = next.add(1, ordering: .relaxed).oldValue, index < count { body(index) }
    }
}

/// The results of `work` for every element, in the elements' order, computed as `concurrently(_:_:)` does.
///
/// - Throws: the error of the first element, in their order, whose work failed.
public func concurrently<Element: Sendable, Value: Sendable>(
    _ elements: [Element], _ work: @Sendable (Element) throws -> Value
) throws -> [Value] {
    let results = Mutex([Result<Value, any Error>?](repeating: nil, count: elements.count))
    concurrently(elements.count) { index in
        let result = Result { try work(elements[index]) }
        results.withLock { $0[index] = result }
    }
    return try results.withLock { $0 }.map { try $0!.get() }
}

/// Works on pieces on all cores that can only be had one behind the other: those of a file.
///
/// Each thread has a buffer of its own, which it fills with the next piece while no other fills one, and then works on.
///
/// - Parameters:
///   - most: threads, at most.
///   - fill: puts the next piece into the buffer; false where none is left.
/// - Returns: the pieces' results, in their order. Once one failed, or could not be had, no other is begun: the first failure
///   stands behind the results of all pieces before it.
public func concurrently<Buffer, Value: Sendable>(
    atMost most: Int, buffer: () -> Buffer, fill: (Buffer) throws -> Bool, work: (Buffer) throws -> Value
) -> [Result<Value, any Error>] {
    let pieces = Mutex(Pieces<Value>())
    let cores = ProcessInfo.processInfo.activeProcessorCount
    ThreadPool(wanted: min(cores, most) - 1).run { _ in
        let buffer = buffer()
        while let index = pieces.withLock({ $0.begin { try fill(buffer) } }) {
            let result = Result { try work(buffer) }
            pieces.withLock { $0.end(index, result) }
        }
    }
    return pieces.withLock { $0.results.map { $0! } }
}

/// What threads know of one another's pieces.
private struct Pieces<Value: Sendable> {
    /// Of all that were begun; nil of those that are not ended.
    private(set) var results: [Result<Value, any Error>?] = []
    private var isOver = false

    /// The number of the piece that `fill` gives; nil where there is none.
    mutating func begin(_ fill: () throws -> Bool) -> Int? {
        guard !isOver else { return nil }
        do {
            isOver = try !fill()
            guard !isOver else { return nil }
            results.append(nil)
            return results.count - 1
        } catch {
            isOver = true
            results.append(.failure(error))
            return nil
        }
    }

    mutating func end(_ index: Int, _ result: Result<Value, any Error>) {
        results[index] = result
        if case .failure = result { isOver = true }
    }
}
