import Kernels

/// Zeroed memory for the matrices of a slice, aligned to 64 bytes, freed with its owner.
final class ScratchMemory<Scalar: Real> {
    let base: UnsafeMutablePointer<Scalar>
    private let raw: UnsafeMutableRawPointer

    init(count: Int) {
        let bytes = count * MemoryLayout<Scalar>.stride + kernelPadding
        raw = .allocate(byteCount: bytes, alignment: 64)
        raw.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        base = raw.bindMemory(to: Scalar.self, capacity: count)
    }

    deinit { raw.deallocate() }
}
