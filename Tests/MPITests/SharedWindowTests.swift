import Testing

@testable import MPI

extension CollectiveTests {
    @Test func aWindowIsZeroAlignedAndShared() throws {
        let node = try world.splitByNode()
        for byteCount in [0, 1, 63, 4097, 100_003] {
            let window = try SharedWindow(byteCount: byteCount, communicator: node)
            let bytes = UnsafeMutableRawBufferPointer(start: window.base, count: byteCount)
            let isZero = bytes.allSatisfy { $0 == 0 }
            let address = UInt(bitPattern: window.base)
            try node.barrier()
            for i in stride(from: node.rank, to: byteCount, by: node.size) { bytes[i] = UInt8(i % node.size + 1) }
            try node.barrier()
            let isWritten = bytes.indices.allSatisfy { bytes[$0] == UInt8($0 % node.size + 1) }
            try window.free()
            #expect(isZero)
            #expect(address % 64 == 0)
            #expect(isWritten)
            #expect(window.byteCount == byteCount)
        }
    }

    @Test func aWindowThatDoesNotFitFailsOnEveryRank() throws {
        let node = try world.splitByNode()
        let byteCount = 1 << 46
        let error = #expect(throws: SharedMemoryError.self) {
            _ = try SharedWindow(byteCount: byteCount, communicator: node)
        }
        // The ranks go on together.
        let sum = try node.allReduce(Int64(1), operation: .sum)
        #expect(error?.byteCount == byteCount)
        #expect(
            error?.description.hasPrefix("no \(byteCount) bytes of shared memory on \(Environment.hostName)") == true)
        #expect(sum == Int64(node.size))
    }
}
