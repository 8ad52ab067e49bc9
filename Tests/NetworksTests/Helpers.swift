import Kernels
import Networks
import RandomNumbers

/// Every test of an engine runs in both.
let precisions: [any Real.Type] = [Float.self, Double.self]

/// Parameters or gradients with the padding that the kernels ask for; NaN in it must not get into any result.
final class Buffer<Scalar: Real> {
    let base: UnsafeMutablePointer<Scalar>
    let count: Int
    private let memory: UnsafeMutableBufferPointer<Scalar>

    /// - Parameter shift: elements by which the start is off the allocation's alignment.
    init(_ values: [Scalar], shift: Int = 0) {
        count = values.count
        memory = .allocate(capacity: shift + count + kernelPadding / MemoryLayout<Scalar>.stride)
        memory.initialize(repeating: .nan)
        base = memory.baseAddress! + shift
        base.update(from: values, count: count)
    }

    deinit { memory.deallocate() }

    var values: [Scalar] { Array(UnsafeBufferPointer(start: base, count: count)) }
}

/// The same bits: tells −0 from 0, and takes a NaN for itself.
func sameBits<Element>(_ a: [Element], _ b: [Element]) -> Bool {
    a.withUnsafeBytes { a in b.withUnsafeBytes { b in a.elementsEqual(b) } }
}

/// Samples made at random, six of ten bytes zero, dense and compressed.
final class TestSamples {
    let bytes: [UInt8]
    let labels: [UInt8]
    let columns: Int
    private let dense: UnsafeMutableBufferPointer<UInt8>
    private let compressed: UnsafeMutableBufferPointer<UInt8>
    private let offsets: UnsafeMutableBufferPointer<UInt32>
    private let labelMemory: UnsafeMutableBufferPointer<UInt8>

    init(count: Int, for topology: Topology, seed: UInt64 = 1) {
        var numbers = PhiloxSequence(Philox(seed: seed, purpose: .check))
        columns = topology.inputCount
        bytes = (0..<(count * columns)).map { _ in
            numbers.uniform() < 0.6 ? 0 : UInt8.random(in: 1...255, using: &numbers)
        }
        labels = (0..<count).map { _ in UInt8.random(in: 0..<UInt8(min(255, topology.outputCount)), using: &numbers) }
        dense = .allocate(capacity: bytes.count + sampleGroup)
        _ = dense.initialize(from: bytes + Array(repeating: 99, count: sampleGroup))
        labelMemory = .allocate(capacity: count)
        _ = labelMemory.initialize(from: labels)
        let rows = UnsafeBufferPointer(rebasing: dense.prefix(bytes.count))
        compressed = .allocate(capacity: ByteRows.compressedByteCount(rows, columns: columns))
        offsets = .allocate(capacity: count + 1)
        ByteRows.compress(rows, columns: columns, units: compressed.baseAddress!, offsets: offsets.baseAddress!)
    }

    deinit {
        dense.deallocate()
        compressed.deallocate()
        offsets.deallocate()
        labelMemory.deallocate()
    }

    func samples(_ target: Target, compressed isCompressed: Bool) -> Samples {
        let rows = ByteRows(
            dense: isCompressed && target == .labels ? nil : dense.baseAddress!,
            units: isCompressed ? compressed.baseAddress! : nil, offsets: isCompressed ? offsets.baseAddress! : nil,
            columns: columns)
        return Samples(inputs: .bytes(rows), labels: labelMemory.baseAddress!, count: labels.count, target: target)
    }
}

/// A gradient and loss in Swift's own arrays.
struct Share<Scalar: Real> {
    let gradient: [Scalar]
    let loss: Double
}

extension GradientEngine {
    /// The slice's share; the gradient's memory holds something else before.
    func share(
        _ batch: [UInt32], minibatchSize: Int? = nil, parameters: Buffer<Scalar>, shift: Int = 0
    ) -> Share<Scalar> {
        share(batch, in: Minibatch(size: minibatchSize ?? batch.count), parameters: parameters, shift: shift)
    }

    func share(
        _ batch: [UInt32], in minibatch: Minibatch, parameters: Buffer<Scalar>, shift: Int = 0
    ) -> Share<Scalar> {
        let gradient = Buffer<Scalar>(Array(repeating: 7, count: parameters.count), shift: shift)
        let loss = batch.withUnsafeBufferPointer {
            self.gradient(
                of: $0, in: minibatch, parameters: parameters.base, into: gradient.base)
        }
        return Share(gradient: gradient.values, loss: loss)
    }
}

extension Topology {
    /// Parameters that the initialiser draws.
    func parameters<Scalar: Real>(seed: UInt64 = 3, shift: Int = 0, as: Scalar.Type = Scalar.self) -> Buffer<Scalar> {
        let buffer = Buffer<Scalar>(Array(repeating: 0, count: parameterCount), shift: shift)
        Initializer.kaiming.fill(buffer.base, of: self, seed: seed)
        return buffer
    }
}

extension GradientMethod {
    /// The engines that are fast enough for every network here; the others have tests of their own.
    static let layered: [GradientMethod] = [.frontprop, .backprop]
}
