extension ScalingPoint {
    /// Whether an experiment, or a simulation, can have written this: each number is within limits that no machine
    /// reaches, so that what is computed from it stays a number.
    var isPlausible: Bool {
        let most = 1 << 20
        let counts: [(Int?, ClosedRange<Int>)] = [
            (nodes, 1...most), (ranks, 1...most), (threads, 1...most), (parameters, 1...1 << 40),
            (samples, 1...1 << 40), (batchSize, 1...1 << 40), (slices, 1...1 << 40), (steps, 1...1 << 40),
            (words, 0...1 << 45), (bytes, 0...1 << 48), (calls, 0...1 << 40), (coresPerNode, 1...most),
            (`repeat`, 0...1 << 40), (order, 0...1 << 40),
        ]
        // A step, a call and a link are divided by.
        let times = [stepSeconds, callSeconds].compactMap { $0 }
        let seconds =
            [latency].compactMap { $0 } + (epochSeconds ?? []) + (phases?.values ?? [])
            + (rankPhases ?? []).flatMap(\.phases.values)
        return counts.allSatisfy { count, range in count.map(range.contains) ?? true }
            && times.allSatisfy((1e-12...1e12).contains) && seconds.allSatisfy(Plausible.seconds.contains)
            && tries.map((0...1e6).contains) ?? true && linkRate.map((1...1e18).contains) ?? true
            && epochSeconds?.isEmpty != true
    }
}
