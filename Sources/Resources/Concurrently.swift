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
