import Kernels
import RandomNumbers
import Testing

/// Every test of a kernel runs in both.
let precisions: [any Real.Type] = [Float.self, Double.self]

/// What functions are held to: the system's in long double, where there is one.
#if arch(x86_64)
    typealias Exact = Float80
#else
    typealias Exact = Double
#endif

/// Samples of a slice, around the kernels' groups of 16.
let sampleCounts = [0, 1, 15, 16, 17, 127]

/// Units of a layer, around vectors of 8 and 16, two and four of them at a time.
let unitCounts = [1, 10, 16, 17, 33, 64, 100]

/// Memory for a kernel with `kernelPadding` bytes on either side, which must not change.
///
/// Before inputs and behind them lies NaN: a kernel that lets a value it has no business with into its result shows.
final class Buffer<Scalar: Real> {
    let base: UnsafeMutablePointer<Scalar>
    let count: Int
    private let memory: UnsafeMutableBufferPointer<Scalar>
    private let surroundings: Scalar
    private let before: Int
    private static var margin: Int { kernelPadding / MemoryLayout<Scalar>.stride }

    /// - Parameter shift: elements by which the start is off the allocation's alignment.
    init(_ values: [Scalar], surroundings: Scalar = .nan, shift: Int = 0) {
        count = values.count
        before = Self.margin + shift
        self.surroundings = surroundings
        memory = .allocate(capacity: before + count + Self.margin)
        memory.initialize(repeating: surroundings)
        base = memory.baseAddress! + before
        base.update(from: values, count: count)
    }

    /// For results; what is there at first is not a plausible one.
    convenience init(results count: Int, shift: Int = 0) {
        self.init(Array(repeating: -77, count: count), surroundings: 55, shift: shift)
    }

    deinit { memory.deallocate() }

    var values: [Scalar] { Array(UnsafeBufferPointer(start: base, count: count)) }

    var isIntact: Bool {
        let around = Array(memory[..<before]) + Array(memory[(before + count)...])
        return sameBits(around, Array(repeating: surroundings, count: around.count))
    }
}

/// The same bits: tells −0 from 0, and takes a NaN for itself.
func sameBits<Element>(_ a: [Element], _ b: [Element]) -> Bool {
    a.withUnsafeBytes { a in b.withUnsafeBytes { b in a.elementsEqual(b) } }
}

/// Reproducible test data.
struct TestData {
    var numbers: PhiloxSequence

    init(_ seed: Int) { numbers = PhiloxSequence(Philox(seed: UInt64(seed), purpose: .check)) }

    /// Uniform in (-limit, limit).
    mutating func reals<Scalar: Real>(_ count: Int, limit: Double = 1, as: Scalar.Type = Scalar.self) -> [Scalar] {
        (0..<count).map { _ in Scalar((2 * numbers.uniform() - 1) * limit) }
    }

    mutating func buffer<Scalar: Real>(_ count: Int, shift: Int = 0, as: Scalar.Type = Scalar.self) -> Buffer<Scalar> {
        Buffer(reals(count), shift: shift)
    }

    mutating func bytes(_ count: Int, zeros share: Double) -> [UInt8] {
        (0..<count).map { _ in numbers.uniform() < share ? 0 : UInt8.random(in: 1...255, using: &numbers) }
    }
}

/// Rows of bytes, dense and compressed.
final class Rows {
    let count: Int
    let columns: Int
    let bytes: [UInt8]
    private let denseMemory: UnsafeMutableBufferPointer<UInt8>
    let compressedMemory: UnsafeMutableBufferPointer<UInt8>
    let offsets: UnsafeMutableBufferPointer<UInt32>

    init(_ bytes: [UInt8], columns: Int) {
        self.bytes = bytes
        self.columns = columns
        count = bytes.count / columns
        denseMemory = .allocate(capacity: bytes.count + sampleGroup)
        _ = denseMemory.initialize(from: bytes + Array(repeating: 99, count: sampleGroup))
        let dense = UnsafeBufferPointer(rebasing: denseMemory.prefix(bytes.count))
        compressedMemory = .allocate(capacity: ByteRows.compressedByteCount(dense, columns: columns))
        offsets = .allocate(capacity: count + 1)
        ByteRows.compress(
            dense, columns: columns, units: compressedMemory.baseAddress!, offsets: offsets.baseAddress!)
    }

    /// Rows of which the first is all zero and the second has no zero: more entries than the kernels take at a time
    /// where there are more than 256 columns, and an odd rest with 603.
    convenience init(count: Int, columns: Int, data: inout TestData) {
        var bytes = data.bytes(count * columns, zeros: 0.7)
        for c in 0..<columns where count > 1 {
            bytes[c] = 0
            bytes[columns + c] = UInt8(1 + c % 255)
        }
        self.init(bytes, columns: columns)
    }

    deinit {
        denseMemory.deallocate()
        compressedMemory.deallocate()
        offsets.deallocate()
    }

    var dense: ByteRows { ByteRows(dense: denseMemory.baseAddress!, columns: columns) }

    var compressed: ByteRows {
        ByteRows(units: compressedMemory.baseAddress!, offsets: offsets.baseAddress!, columns: columns)
    }

    /// Row numbers in no order, with repeats; row 1, which is full, among them.
    func someSamples(_ count: Int, data: inout TestData) -> [UInt32] {
        (0..<count).map { $0 == 0 ? UInt32(min(1, self.count - 1)) : data.numbers.next(upperBound: UInt32(self.count)) }
    }

    func row(_ index: UInt32) -> ArraySlice<UInt8> {
        bytes[(Int(index) * columns)..<((Int(index) + 1) * columns)]
    }
}
