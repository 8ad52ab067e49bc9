import Foundation
import Synchronization
import Testing

@testable import Resources

struct ThreadPoolTests {
    /// Each number once, the first on the calling thread.
    @Test(arguments: [0, 1, 2, 7, 40]) func runsOnAllThreads(wanted: Int) {
        let pool = ThreadPool(wanted: wanted)
        #expect(pool.count == wanted && pool.shortage == nil)
        for _ in 0..<3 {
            let seen = Mutex([Int: pthread_t]())
            pool.run { number in seen.withLock { $0[number] = pthread_self() } }
            let threads = seen.withLock { $0 }
            #expect(threads.keys.sorted() == Array(0...wanted))
            #expect(Set(threads.values).count == wanted + 1)
            #expect(threads[0] == pthread_self())
        }
    }

    /// What is started goes on while the caller does, and one thing at a time.
    @Test func startsAndWaits() {
        let pool = ThreadPool(wanted: 1)
        pool.wait()
        let order = Mutex([Int]())
        let gate = DispatchSemaphore(value: 0)
        pool.start { _ in
            gate.wait()
            order.withLock { $0.append(1) }
        }
        gate.signal()
        pool.start { _ in order.withLock { $0.append(2) } }
        pool.wait()
        #expect(order.withLock { $0 } == [1, 2])
    }

    @Test(arguments: [0, 1, 2, 1000]) func concurrentlyCallsEachOnce(count: Int) {
        let counts = Mutex([Int](repeating: 0, count: count))
        concurrently(count) { index in counts.withLock { $0[index] += 1 } }
        #expect(counts.withLock { $0 } == [Int](repeating: 1, count: count))
    }

    @Test func theFirstErrorInOrderIsThrown() throws {
        struct Odd: Error, Equatable { let number: Int }
        let error = #expect(throws: Odd.self) {
            try concurrently([2, 4, 5, 6, 7]) { if $0 % 2 == 1 { throw Odd(number: $0) } }
        }
        #expect(error == Odd(number: 5))
        #expect(try concurrently([1, 2, 3]) { 2 * $0 } == [2, 4, 6])
    }

    /// Each piece is had once, by one thread at a time, and its result stands where the piece did.
    @Test(arguments: [(0, 4), (1, 4), (1000, 1), (1000, 4)]) func piecesKeepTheirOrder(count: Int, most: Int) throws {
        var next = 0
        let results = concurrently(atMost: most, buffer: { Piece() }) { piece in
            guard next < count else { return false }
            piece.number = next
            next += 1
            return true
        } work: { piece in
            2 * piece.number
        }
        #expect(try results.map { try $0.get() } == (0..<count).map { 2 * $0 })
    }

    @Test(arguments: [false, true]) func noPieceIsBegunBehindAFailure(isInReading: Bool) {
        struct Fifth: Error {}
        var next = 0
        let results = concurrently(atMost: 4, buffer: { Piece() }) { piece in
            if isInReading && next == 5 { throw Fifth() }
            piece.number = next
            next += 1
            return true
        } work: { piece in
            if !isInReading && piece.number == 5 { throw Fifth() }
            return piece.number
        }
        let first = results.firstIndex { if case .failure = $0 { true } else { false } }
        #expect(first == 5 && results.prefix(5).compactMap { try? $0.get() } == [0, 1, 2, 3, 4])
    }

    private final class Piece { var number = 0 }
}
