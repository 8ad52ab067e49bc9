import Foundation
import Synchronization

/// How long a cache line takes from one core to another: what workers that share memory wait for. Half a round trip of a
/// number between two threads, the least of five times 20 000.
func lineTransferSeconds() -> Double {
    (0..<5).map { _ in pass(20_000) }.min()!
}

private final class Line: Sendable {
    let number = Atomic(0)

    /// Waits for `value`; lets another thread run now and then, for both may have one core.
    func wait(for value: Int) {
        var polls = 0
        while number.load(ordering: .acquiring) != value {
            polls += 1
            if polls % 1000 == 0 { sched_yield() }
        }
    }
}

private func pass(_ count: Int) -> Double {
    let line = Line()
    let finished = DispatchSemaphore(value: 0)
    let other = Thread {
        for turn in 0...count {
            line.wait(for: 2 * turn + 1)
            line.number.store(2 * turn + 2, ordering: .releasing)
        }
        finished.signal()
    }
    other.start()
    var start = DispatchTime.now()
    for turn in 0...count {
        if turn == 1 { start = .now() }  // the first waits for the thread's start
        line.number.store(2 * turn + 1, ordering: .releasing)
        line.wait(for: 2 * turn + 2)
    }
    let end = DispatchTime.now()
    finished.wait()
    return Double(end.uptimeNanoseconds - start.uptimeNanoseconds) * 1e-9 / Double(2 * count)
}
