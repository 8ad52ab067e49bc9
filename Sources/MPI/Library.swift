import Foundation

#if MPI && MPICH
    #error("the traits MPI and MPICH exclude each other; --traits MPICH is MPICH alone")
#endif

#if MPICH
    internal import CMPICH

    /// An integer.
    private typealias Handle<Value> = Value
#elseif MPI
    internal import CMPI

    /// A pointer, for all that Swift knows one that may be nil.
    private typealias Handle<Value> = Value?
#endif

#if MPI || MPICH
    /// The MPI library that is linked.
    enum Library {
        /// What starts several ranks of this program; nil where one process is all.
        #if MPICH
            static let launcher: JobLauncher? = .hydra
        #else
            static let launcher: JobLauncher? = .openMPI
        #endif

        /// The first line of the library's own description.
        static var version: String {
            var length: Int32 = 0
            let text = [CChar](unsafeUninitializedCapacity: Int(MPI_MAX_LIBRARY_VERSION_STRING)) { buffer, count in
                count = MPI_Get_library_version(buffer.baseAddress, &length) == cmpi_success() ? Int(length) : 0
            }
            let line = text.prefix { $0 != 0 && $0 != CChar(UInt8(ascii: "\n")) }
            let words = String(decoding: line.lazy.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            return words.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        }

        /// Initialises MPI and returns its world.
        ///
        /// - Throws: `MPIError` where the library gives less than `threadLevel`.
        static func start(threadLevel: ThreadLevel) throws -> (any MessagePassing)? {
            leaveOutPlugins()
            var provided: Int32 = 0
            try check(MPI_Init_thread(nil, nil, threadLevel.rawValue, &provided), "MPI_Init_thread")
            let world = try MPICommunicator(cmpi_comm_world())
            // A rank of SMPI is a thread among others of one process; it gives no more than `single` to any of them.
            guard provided >= threadLevel.rawValue || isSimulated else {
                try finalize()
                throw MPIError(
                    function: "MPI_Init_thread", code: cmpi_error_other(), errorClass: cmpi_error_other(),
                    text: "thread level \(threadLevel) (\(threadLevel.rawValue)) asked for, \(provided) given")
            }
            return world
        }

        /// Open MPI looks at the machine through hwloc, whose plugins load X11, OpenCL and an XML library with ICU into
        /// every process, 0.7 MB each: none finds a core. A user's own choice stands.
        private static func leaveOutPlugins() {
            setenv("HWLOC_PLUGINS_BLACKLIST", "hwloc_gl.so,hwloc_opencl.so,hwloc_xml_libxml.so", 0)
        }

        static func finalize() throws {
            try check(MPI_Finalize(), "MPI_Finalize")
        }

        /// The ranks are simulated by SimGrid's SMPI.
        static let isSimulated = version.hasPrefix("SMPI")

        static var seconds: Double {
            var time = timespec()
            _ = cmpi_monotonic_time(&time)
            return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
        }

        static func exit(status: Int32) -> Never {
            cmpi_exit(status)
            fatalError("exit returned")
        }
    }

    /// The funnel of every call: throws where `code` is not `MPI_SUCCESS`.
    private func check(_ code: Int32, _ function: StaticString) throws {
        guard code != cmpi_success() else { return }
        var errorClass: Int32 = 0
        if MPI_Error_class(code, &errorClass) != cmpi_success() { errorClass = cmpi_error_unknown() }
        var length: Int32 = 0
        let text = String(unsafeUninitializedCapacity: Int(MPI_MAX_ERROR_STRING)) { buffer in
            buffer.withMemoryRebound(to: CChar.self) {
                MPI_Error_string(code, $0.baseAddress, &length) == cmpi_success() ? Int(length) : 0
            }
        }
        // MPICH lists the calls that led there, a line each.
        let line = text.split(whereSeparator: \.isNewline).joined(separator: "; ")
        throw MPIError(function: "\(function)", code: code, errorClass: errorClass, text: line)
    }

    extension ElementType {
        fileprivate var handle: MPI_Datatype {
            switch self {
            case .uint8: cmpi_uint8()
            case .int32: cmpi_int32()
            case .int64: cmpi_int64()
            case .uint64: cmpi_uint64()
            case .float: cmpi_float()
            case .double: cmpi_double()
            }
        }
    }

    extension ReductionOperation {
        fileprivate var handle: MPI_Op {
            switch self {
            case .sum: cmpi_sum()
            case .min: cmpi_min()
            case .max: cmpi_max()
            case .bitwiseOr: cmpi_bitwise_or()
            }
        }
    }

    /// A communicator of MPI whose errors are returned, not fatal.
    private struct MPICommunicator: MessagePassing, @unchecked Sendable {
        let handle: Handle<MPI_Comm>
        let rank: Int
        let size: Int

        init(_ handle: Handle<MPI_Comm>) throws {
            self.handle = handle
            try check(MPI_Comm_set_errhandler(handle, cmpi_errors_return()), "MPI_Comm_set_errhandler")
            var value: Int32 = 0
            try check(MPI_Comm_rank(handle, &value), "MPI_Comm_rank")
            rank = Int(value)
            try check(MPI_Comm_size(handle, &value), "MPI_Comm_size")
            size = Int(value)
        }

        func barrier() throws {
            try check(MPI_Barrier(handle), "MPI_Barrier")
        }

        func broadcast(
            _ base: UnsafeMutableRawPointer, count: Int32, type: ElementType, root: Int32
        ) throws {
            try check(MPI_Bcast(base, count, type.handle, root, handle), "MPI_Bcast")
        }

        func reduce(
            inPlace base: UnsafeMutableRawPointer, count: Int32, type: ElementType, operation: ReductionOperation,
            root: Int32
        ) throws {
            let isRoot = rank == root
            try check(
                MPI_Reduce(
                    isRoot ? cmpi_in_place() : base, isRoot ? base : nil, count, type.handle, operation.handle, root,
                    handle),
                "MPI_Reduce")
        }

        func allReduce(
            inPlace base: UnsafeMutableRawPointer, count: Int32, type: ElementType, operation: ReductionOperation
        ) throws {
            try check(
                MPI_Allreduce(cmpi_in_place(), base, count, type.handle, operation.handle, handle), "MPI_Allreduce")
        }

        func startAllReduce(
            inPlace base: UnsafeMutableRawPointer, count: Int32, type: ElementType, operation: ReductionOperation
        ) throws -> () throws -> Void {
            var request = cmpi_request_null()
            try check(
                MPI_Iallreduce(cmpi_in_place(), base, count, type.handle, operation.handle, handle, &request),
                "MPI_Iallreduce")
            return { try check(MPI_Wait(&request, cmpi_status_ignore()), "MPI_Wait") }
        }

        func allGather(
            _ bytes: UnsafeRawPointer, byteCount: Int32, into gathered: UnsafeMutableRawPointer
        ) throws {
            try check(
                MPI_Allgather(bytes, byteCount, cmpi_uint8(), gathered, byteCount, cmpi_uint8(), handle),
                "MPI_Allgather")
        }

        func gather(
            _ bytes: UnsafeRawPointer?, into gathered: UnsafeMutableRawPointer?, counts: [Int32], offsets: [Int32],
            root: Int32?
        ) throws {
            let byte = cmpi_uint8()
            if let root {
                try check(
                    MPI_Gatherv(bytes, counts[rank], byte, gathered, counts, offsets, byte, root, handle),
                    "MPI_Gatherv")
            } else {
                try check(
                    MPI_Allgatherv(bytes, counts[rank], byte, gathered, counts, offsets, byte, handle),
                    "MPI_Allgatherv")
            }
        }

        func splitByNode() throws -> any MessagePassing {
            var node = cmpi_comm_null()
            try check(
                MPI_Comm_split_type(handle, Int32(MPI_COMM_TYPE_SHARED), Int32(rank), cmpi_info_null(), &node),
                "MPI_Comm_split_type")
            return try MPICommunicator(node)
        }

        func split(color: Int32?, key: Int32) throws -> (any MessagePassing)? {
            var part = cmpi_comm_null()
            try check(MPI_Comm_split(handle, color ?? MPI_UNDEFINED, key, &part), "MPI_Comm_split")
            guard part != cmpi_comm_null() else { return nil }
            return try MPICommunicator(part)
        }

        func allocateShared(
            byteCount: Int
        ) throws -> (base: UnsafeMutableRawPointer, free: () throws -> Void) {
            var window = cmpi_win_null()
            var base: UnsafeMutableRawPointer?
            try check(
                MPI_Win_allocate_shared(
                    rank == 0 ? byteCount : 0, 1, cmpi_info_null(), handle, &base, &window),
                "MPI_Win_allocate_shared")
            try check(MPI_Win_set_errhandler(window, cmpi_errors_return()), "MPI_Win_set_errhandler")
            var mappedCount: MPI_Aint = 0
            var unit: Int32 = 0
            try check(MPI_Win_shared_query(window, 0, &mappedCount, &unit, &base), "MPI_Win_shared_query")
            return (base!, { try check(MPI_Win_free(&window), "MPI_Win_free") })
        }

        func free() throws {
            var freed = handle
            try check(MPI_Comm_free(&freed), "MPI_Comm_free")
        }

        func abort(status: Int32) {
            MPI_Abort(handle, status)
        }
    }
#else
    /// No MPI library is linked: the world is one process.
    enum Library {
        static let launcher: JobLauncher? = nil

        static let version = "none (built without MPI)"

        static func start(threadLevel: ThreadLevel) throws -> (any MessagePassing)? { nil }

        static func finalize() throws {}

        static let isSimulated = false

        static var seconds: Double { Environment.realSeconds }

        static func exit(status: Int32) -> Never {
            fflush(nil)
            _exit(status)
        }
    }
#endif
