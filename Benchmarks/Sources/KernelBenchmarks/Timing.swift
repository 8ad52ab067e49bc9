import Foundation

/// Seconds of one call: the median of seven batches of calls, each of 10 ms or more, after one to warm up.
func secondsPerCall(_ body: () -> Void) -> Double { secondsByBatch(body)[3] }

/// Seconds of one call in the fastest of those batches: what the machine can, for bounds.
func leastSecondsPerCall(_ body: () -> Void) -> Double { secondsByBatch(body)[0] }

private func secondsByBatch(_ body: () -> Void) -> [Double] {
    func batch(_ calls: Int) -> Double {
        let start = now()
        for _ in 0..<calls { body() }
        return now() - start
    }
    var calls = 1
    while batch(calls) < 0.01 { calls *= 2 }
    return (0..<7).map { _ in batch(calls) / Double(calls) }.sorted()
}

private func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
