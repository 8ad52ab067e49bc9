import Datasets
import RandomNumbers
import Testing

@Suite struct MinibatchScheduleTests {
    private static func schedule(_ samples: Int, _ batch: Int = 1000, seed: UInt64 = 1) -> MinibatchSchedule {
        MinibatchSchedule(sampleCount: samples, batchSize: batch, seed: seed, shuffled: true)
    }

    /// The same shuffle, written plainly from the 32-bit words of the stream.
    private static func reference(count: Int, seed: UInt64, epoch: Int) -> [UInt32] {
        let philox = Philox(seed: seed, purpose: .permutation, stream: UInt32(epoch))
        var word = 0
        var order = (0..<UInt32(count)).map { $0 }
        for place in stride(from: count - 1, to: 0, by: -1) {
            let bound = UInt64(place + 1)
            var product: UInt64
            repeat {
                product = UInt64(philox.block(UInt64(word / 4))[word % 4]) * bound
                word += 1
            } while product & 0xFFFF_FFFF < (1 << 32) % bound
            order.swapAt(place, Int(product >> 32))
        }
        return order
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6, 1000, 10_007, 60_000]) func everySampleOnce(count: Int) {
        for epoch in [0, 1, 17] {
            let order = Self.schedule(count).permutation(epoch: epoch)
            #expect(order == Self.reference(count: count, seed: 1, epoch: epoch))
            #expect(order.sorted() == Array(0..<UInt32(count)))
        }
    }

    @Test func dependsOnSeedAndEpochAlone() {
        let order = Self.schedule(1000).permutation(epoch: 3)
        #expect(order == Self.schedule(1000, 7).permutation(epoch: 3))
        #expect(order != Self.schedule(1000).permutation(epoch: 4))
        #expect(order != Self.schedule(1000, seed: 2).permutation(epoch: 3))
    }

    /// All 24 orders of four samples, 24 000 epochs: the sum over orders of (n - 1000)² / 1000 is χ² with 23 degrees
    /// of freedom, above 60 with a probability below 4 in 100 000.
    @Test func ordersAreEquallyLikely() {
        let schedule = Self.schedule(4)
        var counts: [[UInt32]: Int] = [:]
        for epoch in 0..<24_000 { counts[schedule.permutation(epoch: epoch), default: 0] += 1 }
        #expect(counts.count == 24)
        let chiSquared = counts.values.reduce(0.0) { $0 + Double(($1 - 1000) * ($1 - 1000)) / 1000 }
        #expect(chiSquared < 60)
    }

    @Test func withoutShuffling() {
        let schedule = MinibatchSchedule(sampleCount: 5, batchSize: 2, seed: 1, shuffled: false)
        #expect(schedule.permutation(epoch: 3) == [0, 1, 2, 3, 4])
    }

    @Test(arguments: [(1, 1), (1, 1000), (10, 3), (9, 3), (10_007, 997), (60_000, 1000)])
    func minibatchesCoverTheEpoch(samples: Int, batch: Int) {
        let schedule = Self.schedule(samples, batch)
        let ranges = (0..<schedule.minibatchCount).map(schedule.minibatch)
        #expect(ranges.flatMap { Array($0) } == Array(0..<samples))
        #expect(ranges.dropLast().allSatisfy { $0.count == batch })
        #expect((1...batch).contains(ranges.last!.count))
    }

    @Test(arguments: [(1000, 8), (997, 8), (7, 8), (1, 24), (24, 24), (100, 3)])
    func slicesCoverTheMinibatch(size: Int, slices: Int) {
        let ranges = (0..<slices).map {
            MinibatchSchedule.sliceRange(minibatchSize: size, slice: $0, sliceCount: slices)
        }
        #expect(ranges.flatMap { Array($0) } == Array(0..<size))
        #expect(ranges.allSatisfy { $0.count == size / slices || $0.count == size / slices + 1 })
    }
}
