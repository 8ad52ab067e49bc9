/// The element types that MPI sends and reduces here.
public enum ElementType: Sendable {
    case uint8, int32, int64, uint64, float, double
}

/// A Swift type with a counterpart among MPI's predefined datatypes.
public protocol Datatype: BitwiseCopyable, Sendable {
    /// The counterpart.
    static var elementType: ElementType { get }
}

extension UInt8: Datatype { public static var elementType: ElementType { .uint8 } }
extension Int32: Datatype { public static var elementType: ElementType { .int32 } }
extension Int64: Datatype { public static var elementType: ElementType { .int64 } }
extension UInt64: Datatype { public static var elementType: ElementType { .uint64 } }
extension Float: Datatype { public static var elementType: ElementType { .float } }
extension Double: Datatype { public static var elementType: ElementType { .double } }

/// How a reduction combines the elements of two ranks.
public enum ReductionOperation: Sendable {
    /// The sum; integers wrap around, as in C.
    case sum
    /// The smaller; of floating-point numbers only where none is NaN.
    case min
    /// The larger; of floating-point numbers only where none is NaN.
    case max
    /// The bitwise or, of integers only: `MPIError` for floating-point numbers.
    case bitwiseOr
}

/// What MPI guarantees about calls from several threads.
public enum ThreadLevel: Int32, Sendable, Comparable {
    /// The process has one thread.
    case single = 0
    /// Only the thread that called `Environment.start` calls MPI.
    case funneled = 1
    /// Any thread calls MPI, but never two at once.
    case serialized = 2
    /// Any thread calls MPI at any time.
    case multiple = 3

    public static func < (a: ThreadLevel, b: ThreadLevel) -> Bool { a.rawValue < b.rawValue }
}
