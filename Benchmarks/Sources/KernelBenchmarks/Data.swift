import Kernels
import RandomNumbers

/// Memory of floats with the padding that kernels may read, filled at random.
final class Floats {
    let base: UnsafeMutablePointer<Float>
    let count: Int

    init(_ count: Int, seed: Int = 0, limit: Double = 1) {
        self.count = count
        let raw = UnsafeMutableRawPointer.allocate(byteCount: 4 * count + kernelPadding, alignment: 64)
        raw.initializeMemory(as: UInt8.self, repeating: 0, count: 4 * count + kernelPadding)
        base = raw.bindMemory(to: Float.self, capacity: count)
        var numbers = PhiloxSequence(Philox(seed: UInt64(seed), purpose: .check))
        if seed > 0 { for e in 0..<count { base[e] = Float((2 * numbers.uniform() - 1) * limit) } }
    }

    deinit { UnsafeMutableRawPointer(base).deallocate() }

    /// The largest difference, in units of the largest magnitude of either.
    func distance(to other: Floats) -> Double {
        let (a, b) = (
            UnsafeBufferPointer(start: base, count: count), UnsafeBufferPointer(start: other.base, count: count)
        )
        let largest = max(a.reduce(0) { max($0, abs($1)) }, b.reduce(0) { max($0, abs($1)) })
        return Double(zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } / max(largest, .leastNormalMagnitude))
    }
}

/// A set of rows of bytes, 19 % of them not zero as in MNIST, and the samples of a slice drawn from it.
final class Digits {
    let columns = 784
    let rows: ByteRows
    let dense: ByteRows
    let samples: UnsafeMutableBufferPointer<UInt32>
    let stride: Int
    /// Bytes of the slice's samples that are not zero.
    let entries: Int

    init(count: Int, slice: Int) {
        var numbers = PhiloxSequence(Philox(seed: 7, purpose: .check))
        let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: count * columns + sampleGroup)
        let bytes = UnsafeMutableBufferPointer(rebasing: memory.prefix(count * columns))
        for e in bytes.indices { bytes[e] = numbers.uniform() < 0.19 ? UInt8.random(in: 1...255, using: &numbers) : 0 }
        let size = ByteRows.compressedByteCount(UnsafeBufferPointer(bytes), columns: columns)
        let compressed = UnsafeMutablePointer<UInt8>.allocate(capacity: size)
        let offsets = UnsafeMutablePointer<UInt32>.allocate(capacity: count + 1)
        ByteRows.compress(UnsafeBufferPointer(bytes), columns: columns, units: compressed, offsets: offsets)
        rows = ByteRows(units: compressed, offsets: offsets, columns: columns)
        dense = ByteRows(dense: bytes.baseAddress!, columns: columns)
        samples = .allocate(capacity: slice)
        for s in samples.indices { samples[s] = UInt32.random(in: 0..<UInt32(count), using: &numbers) }
        stride = paddedSampleCount(slice)
        entries = samples.reduce(0) { sum, s in
            sum + (0..<784).count { bytes[Int(s) * 784 + $0] != 0 }
        }
    }

    var slice: UnsafeBufferPointer<UInt32> { UnsafeBufferPointer(samples) }
}
