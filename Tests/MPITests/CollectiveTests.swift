import Foundation
import Testing

@testable import MPI

/// Lengths that are empty, odd, and longer than one packet of shared memory.
private let counts = [0, 1, 3, 5003]

extension CollectiveTests {
    @Test func ranksAreNumberedInOrder() throws {
        let world = try world
        let ranks = try world.allGather(Int32(world.rank))
        try world.barrier()
        #expect(ranks == (0..<Int32(world.size)).map { $0 })
    }

    @Test func broadcastCopiesFromEachRoot() throws {
        let world = try world
        for root in 0..<world.size {
            for count in counts {
                var numbers = (0..<count).map { Double($0 + 7 * world.rank) }
                try numbers.withUnsafeMutableBufferPointer { try world.broadcast($0, root: root) }
                #expect(numbers == (0..<count).map { Double($0 + 7 * root) })
            }
        }
    }

    @Test func broadcastOfBytesTellsTheirNumber() throws {
        let world = try world
        for root in 0..<world.size {
            let mine = [UInt8](repeating: UInt8(world.rank), count: 5 * world.rank)
            let received = try world.broadcast(mine, root: root)
            var raw: [Int32] = [Int32(world.rank), -1]
            try raw.withUnsafeMutableBytes { try world.broadcast($0, root: root) }
            #expect(received == [UInt8](repeating: UInt8(root), count: 5 * root))
            #expect(raw == [Int32(root), -1])
        }
    }

    @Test func allReduceAgreesWithTheSerialAnswerForEachType() throws {
        try checkAllReduce(UInt8.self)
        try checkAllReduce(Int32.self)
        try checkAllReduce(Int64.self)
        try checkAllReduce(UInt64.self)
        try checkAllReduce(Float.self)
        try checkAllReduce(Double.self)
    }

    /// Small whole numbers: sums are exact in every type.
    private func checkAllReduce<Element: Datatype & Numeric & Comparable>(_ type: Element.Type) throws {
        let world = try world
        func element(_ i: Int, _ rank: Int) -> Element { Element(exactly: (i * 5 + rank * 3) % 11)! }
        for count in counts {
            for operation in [ReductionOperation.sum, .min, .max] {
                var numbers = (0..<count).map { element($0, world.rank) }
                try numbers.withUnsafeMutableBufferPointer { try world.allReduce(inPlace: $0, operation: operation) }
                let expected = (0..<count).map { i in
                    let all = (0..<world.size).map { element(i, $0) }
                    return switch operation {
                    case .sum: all.reduce(0, +)
                    case .min: all.min()!
                    default: all.max()!
                    }
                }
                #expect(numbers == expected, "\(type), \(operation), \(count) elements")
            }
        }
    }

    @Test func allReduceOfIntegersIsExact() throws {
        let world = try world
        // Beyond the whole numbers of Double, and both signs.
        let large = Int64(1) << 60
        let sum = try world.allReduce(world.rank == 0 ? large + 1 : -1, operation: .sum)
        let bits = try world.allReduce(UInt64(1) << UInt64(world.rank), operation: .bitwiseOr)
        #expect(sum == large + 2 - Int64(world.size))
        #expect(bits == (1 << UInt64(world.size)) - 1)
    }

    @Test func reduceChangesTheRootOnly() throws {
        let world = try world
        for root in 0..<world.size {
            var numbers: [Int64] = [Int64(world.rank), 10]
            try numbers.withUnsafeMutableBufferPointer {
                try world.reduce(inPlace: $0, operation: .sum, root: root)
            }
            let size = Int64(world.size)
            let sums = [size * (size - 1) / 2, 10 * size]
            #expect(numbers == (world.rank == root ? sums : [Int64(world.rank), 10]))
        }
    }

    @Test func gatherKeepsTheOrderOfRanksAndTheirLengths() throws {
        let world = try world
        func bytes(_ rank: Int) -> [UInt8] { (0..<3 * rank).map { UInt8($0 + rank) } }
        let all = (0..<world.size).map(bytes)
        for root in 0..<world.size {
            let gathered = try world.gather(bytes(world.rank), root: root)
            #expect(gathered == (world.rank == root ? all : []))
        }
        let everywhere = try world.allGather(bytes(world.rank))
        let empty = try world.allGather([UInt8]())
        let strings = try world.allGatherStrings(String(repeating: "ñ", count: world.rank))
        #expect(everywhere == all)
        #expect(empty == Array(repeating: [], count: world.size))
        #expect(strings == (0..<world.size).map { String(repeating: "ñ", count: $0) })
    }

    @Test func numbersAreGatheredAsTheyAre() throws {
        let world = try world
        func numbers(_ rank: Int) -> [Double] { (0..<2 * rank + 1).map { Double($0) / Double(rank + 3) } }
        let everywhere = try world.allGather(numbers(world.rank))
        let last = try world.gather(numbers(world.rank), root: world.size - 1)
        let first = try world.broadcast(numbers(world.rank)[0] - Double(world.rank), root: world.size - 1)
        #expect(everywhere == (0..<world.size).map(numbers))
        #expect(last == (world.rank == world.size - 1 ? everywhere : []))
        #expect(first == Double(1 - world.size))
    }

    /// MPI has room for so many groups at a time.
    ///
    /// MPICH's ranks poll: where they take turns on a core, each group takes as long as that.
    @Test(.enabled("more ranks than cores") { try world.size <= ProcessInfo.processInfo.activeProcessorCount })
    func groupsAreFreed() throws {
        let world = try world
        var sum: Int64 = 0
        for _ in 0..<2000 {
            let node = try world.splitByNode()
            let pair = try world.split(color: world.rank < 2 ? 0 : nil, key: 0)
            sum = try pair?.allReduce(Int64(1), operation: .sum) ?? 0
            try pair?.free()
            try node.free()
        }
        #expect(sum == (world.rank < 2 ? Int64(min(2, world.size)) : 0))
    }

    @Test func splitGroupsByColourAndOrdersByKey() throws {
        let world = try world
        let parity = try world.split(color: world.rank % 2, key: -world.rank)
        let sum = try parity?.allReduce(Int64(world.rank), operation: .sum)
        let firstOnly = try world.split(color: world.rank == 0 ? 5 : nil, key: 0)
        let peers = (0..<world.size).filter { $0 % 2 == world.rank % 2 }
        #expect(parity?.size == peers.count)
        #expect(parity?.rank == peers.reversed().firstIndex(of: world.rank))
        #expect(sum == Int64(peers.reduce(0, +)))
        #expect(firstOnly?.size == (world.rank == 0 ? 1 : nil))
    }

    @Test func aNodeHoldsTheRanksOfOneHost() throws {
        let world = try world
        let node = try world.splitByNode()
        let hosts = try world.allGatherStrings(Environment.hostName)
        #expect(node.size == hosts.count { $0 == Environment.hostName })
    }

    @Test func requestsReturnTheSums() throws {
        let world = try world
        let size = Int64(world.size)
        let request = try world.startAllReduce((0..<1001).map { Int64($0 + world.rank) }, operation: .sum)
        let sums = try request.wait()
        #expect(sums == (0..<1001).map { $0 * size + size * (size - 1) / 2 })
    }

    @Test func severalRequestsAreUnderWayAtOnce() throws {
        let world = try world
        let first = try world.startAllReduce([Double](), operation: .max)
        let second = try world.startAllReduce([Int32](repeating: 1, count: 100_003), operation: .sum)
        let sums = try second.wait()
        let none = try first.wait()
        #expect(sums == [Int32](repeating: Int32(world.size), count: 100_003))
        #expect(none.isEmpty)
    }

    /// A request that is dropped waits for its end by itself, or the next collective would find MPI in disorder.
    @Test func droppedRequestsAreWaitedFor() throws {
        let world = try world
        try drop(world)
        let size = try world.allReduce(Int32(1), operation: .sum)
        #expect(Int(size) == world.size)
    }

    private func drop(_ world: Communicator) throws {
        _ = try world.startAllReduce([Float](repeating: 1, count: 100_003), operation: .min)
    }

    /// In a world without MPI nothing can fail.
    @Test(.enabled(if: isLaunched, "no launcher started this process")) func errorsNameTheFunctionAndMPIsReason() throws
    {
        let world = try world
        let wrongRoot = #expect(throws: MPIError.self) {
            _ = try world.broadcast([1, 2, 3], root: world.size)
        }
        let wrongOperation = #expect(throws: MPIError.self) {
            _ = try world.allReduce(1.5, operation: .bitwiseOr)
        }
        #expect(wrongRoot?.function == "MPI_Bcast")
        #expect(wrongRoot?.text.lowercased().contains("invalid root") == true)
        let operation = try #require(wrongOperation?.description)
        #expect(operation.hasPrefix("MPI_Allreduce failed: "))
        #expect(operation.contains(/MPI_ERR_OP: invalid reduce operation|Invalid MPI_Op/) && !operation.contains("\n"))
    }
}
