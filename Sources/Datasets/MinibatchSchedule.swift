import RandomNumbers

/// In which order an epoch takes the samples, and how it cuts them into minibatches and slices.
///
/// A function of its members and the epoch alone: every rank computes the same, and a resumed run goes on with it.
public struct MinibatchSchedule: Sendable, Equatable {
    public let sampleCount: Int
    public let batchSize: Int
    public let seed: UInt64
    /// Whether every epoch has an order of its own; otherwise all take the samples as they lie.
    public let shuffled: Bool

    /// - Precondition: 1 ≤ `sampleCount` < 2³², 1 ≤ `batchSize`.
    public init(sampleCount: Int, batchSize: Int, seed: UInt64, shuffled: Bool) {
        precondition(sampleCount >= 1 && sampleCount <= UInt32.max, "samples are numbered by 32 bits")
        precondition(batchSize >= 1, "a minibatch has a sample at least")
        self.sampleCount = sampleCount
        self.batchSize = batchSize
        self.seed = seed
        self.shuffled = shuffled
    }

    /// Minibatches of an epoch; the last is shorter when the samples do not divide evenly.
    public var minibatchCount: Int { (sampleCount - 1) / batchSize + 1 }

    /// Samples of the largest minibatch.
    public var largestMinibatch: Int { min(batchSize, sampleCount) }

    /// The samples of an epoch, each once, in the order in which it takes them.
    ///
    /// Fisher and Yates' shuffle with Lemire's unbiased bounded draws (*Fast random integer generation in an
    /// interval*, 2019) from Philox, purpose `.permutation`, stream `epoch`.
    ///
    /// - Precondition: 0 ≤ `epoch` < 2³².
    /// - Complexity: O(sampleCount); about 5 ns each.
    public func permutation(epoch: Int) -> [UInt32] {
        [UInt32](unsafeUninitializedCapacity: sampleCount) { order, count in
            permute(order, epoch: epoch)
            count = sampleCount
        }
    }

    /// Puts the epoch's order, of `sampleCount` samples, to `order`.
    public func permute(_ order: UnsafeMutableBufferPointer<UInt32>, epoch: Int) {
        for place in order.indices { order.initializeElement(at: place, to: UInt32(place)) }
        if shuffled { shuffle(order, Philox(seed: seed, purpose: .permutation, stream: UInt32(epoch))) }
    }

    /// The places in an epoch's permutation that minibatch `index` takes.
    ///
    /// - Precondition: 0 ≤ `index` < `minibatchCount`.
    public func minibatch(_ index: Int) -> Range<Int> {
        precondition(index >= 0 && index < minibatchCount, "no such minibatch")
        let start = index * batchSize
        return start..<start + min(batchSize, sampleCount - start)
    }

    /// The samples of a minibatch that make up one of its slices: from ⌊m·s/S⌋ to ⌊m·(s+1)/S⌋, so that sizes differ
    /// by one at most. Empty for some slices when there are fewer samples than slices.
    ///
    /// - Precondition: 0 ≤ `slice` < `sliceCount`; `minibatchSize` · `sliceCount` fits an `Int`.
    public static func sliceRange(minibatchSize: Int, slice: Int, sliceCount: Int) -> Range<Int> {
        precondition(slice >= 0 && slice < sliceCount, "no such slice")
        return minibatchSize * slice / sliceCount..<minibatchSize * (slice + 1) / sliceCount
    }
}

/// Fisher and Yates' shuffle, from the last place to the first, each word of `philox` in turn.
///
/// The unbiased draw below `bound` is the high half of word × bound; the few words whose low half shows them to be
/// of a class that would favour some results are passed over.
private func shuffle(_ order: UnsafeMutableBufferPointer<UInt32>, _ philox: Philox) {
    var place = order.count - 1
    var block: UInt64 = 0
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 256) { words in
        while place > 0 {
            philox.fill(words, from: block)
            block += UInt64(words.count / 4)
            for word in words where place > 0 {
                let bound = UInt32(place) + 1
                let product = UInt64(word) * UInt64(bound)
                let low = UInt32(truncatingIfNeeded: product)
                if low < bound && low < (0 &- bound) % bound { continue }
                order.swapAt(place, Int(product >> 32))
                place -= 1
            }
        }
    }
}
