/// A call of MPI that failed.
public struct MPIError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The C function that failed, such as `MPI_Allreduce`.
    public let function: String

    /// The code that the function returned; its meaning is the library's own.
    public let code: Int32

    /// The standard's class of that code: `MPI_ERR_COUNT`, `MPI_ERR_OP`…
    public let errorClass: Int32

    /// The library's text for the code.
    public let text: String

    public var description: String {
        "\(function) failed: \(text) (error \(code), class \(errorClass))"
    }
}

/// Processes started by one MPI's launcher and linked with another MPI, or with none.
///
/// Each of them would take itself for rank 0 of 1: many independent runs that overwrite one another.
public struct LaunchMismatch: Error, Equatable, Sendable, CustomStringConvertible {
    /// Who started the processes.
    public let launcher: Launcher

    /// The MPI library that is linked, as `Environment.libraryVersion`.
    public let library: String

    public var description: String {
        "started by \(launcher) as one of \(launcher.size) processes, but the MPI linked sees only one: \(library); "
            + "use the mpirun that belongs to the linked MPI"
    }
}

/// Memory that could not be allocated for a `SharedWindow`.
public struct SharedMemoryError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The number of bytes asked for.
    public let byteCount: Int

    /// The host on which the memory was wanted.
    public let hostName: String

    /// What the system answered.
    public let reason: String

    public var description: String {
        "no \(byteCount) bytes of shared memory on \(hostName): \(reason)"
    }
}
