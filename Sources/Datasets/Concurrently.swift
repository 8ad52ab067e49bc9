import Foundation
import Synchronization

/// The results of `work` for every element, computed on as many threads as there are cores, in the elements' order.
///
/// - Throws: the error of the first element, in their order, whose work failed.
func concurrently<Element: Sendable, Value: Sendable>(
    _ elements: [Element], _ work: @Sendable (Element) throws -> Value
) throws -> [Value] {
    let results = Mutex([Result<Value, any Error>?](repeating: nil, count: elements.count))
    DispatchQueue.concurrentPerform(iterations: elements.count) { index in
        let result = Result { try work(elements[index]) }
        results.withLock { $0[index] = result }
    }
    return try results.withLock { $0 }.map { try $0!.get() }
}
