/// The calls of MPI that a communicator makes, so that only `Library.swift` touches C.
///
/// A world of one process has none: there every operation is a copy or nothing at all.
/// Counts are already narrowed; pointers are valid for the counts given.
protocol MessagePassing: Sendable {
    var rank: Int { get }
    var size: Int { get }

    func barrier() throws

    func broadcast(
        _ base: UnsafeMutableRawPointer, count: Int32, type: ElementType, root: Int32) throws

    func reduce(
        inPlace base: UnsafeMutableRawPointer, count: Int32, type: ElementType, operation: ReductionOperation,
        root: Int32
    ) throws

    func allReduce(
        inPlace base: UnsafeMutableRawPointer, count: Int32, type: ElementType, operation: ReductionOperation
    ) throws

    /// Starts an all-reduce in place, and returns what waits for its end.
    func startAllReduce(
        inPlace base: UnsafeMutableRawPointer, count: Int32, type: ElementType, operation: ReductionOperation
    ) throws -> () throws -> Void

    /// Gathers the same number of bytes from each rank, at all ranks.
    func allGather(
        _ bytes: UnsafeRawPointer, byteCount: Int32, into gathered: UnsafeMutableRawPointer) throws

    /// Gathers `counts[r]` bytes from rank r at `offsets[r]`, at `root` or, where that is `nil`, at all ranks.
    func gather(
        _ bytes: UnsafeRawPointer?, into gathered: UnsafeMutableRawPointer?, counts: [Int32], offsets: [Int32],
        root: Int32?
    ) throws

    func splitByNode() throws -> any MessagePassing

    func split(color: Int32?, key: Int32) throws -> (any MessagePassing)?

    /// Allocates memory at rank 0 that every rank maps, and returns what frees it, which is collective.
    func allocateShared(
        byteCount: Int
    ) throws -> (base: UnsafeMutableRawPointer, free: () throws -> Void)

    func free() throws

    func abort(status: Int32)
}
