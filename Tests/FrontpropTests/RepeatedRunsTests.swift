import Foundation
import MPI
import Storage
import Testing

/// Starts this test program again, for counts of its own; alone and under `mpirun`.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment[RepeatedRuns.variable] == nil))
struct RepeatedRunsTests {
    private static let hasOpenMPI = Environment.libraryVersion.hasPrefix("Open MPI")

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/self/task"))) func alone() throws {
        let (status, output) = try run([], turns: 200)
        #expect(status == 0 && output.contains("growth in 150 turns"), "\(output)")
    }

    /// Open MPI says at its end which of its objects were not freed.
    @Test(.enabled(if: hasOpenMPI), arguments: [1, 3]) func underMPIRun(ranks: Int) throws {
        let (status, output) = try run(Self.launcher(ranks: ranks), turns: 80)
        #expect(status == 0 && output.contains("growth in 60 turns"), "\(output)")
        #expect(!output.contains(Self.leak), "\(output)")
    }

    /// The test before can fail.
    @Test(.enabled(if: hasOpenMPI)) func whatIsNotFreedIsTold() throws {
        let (_, output) = try run(Self.launcher(ranks: 2), turns: 0)
        #expect(output.contains(Self.leak), "\(output)")
    }

    /// What Open MPI says of an object that was not freed, where it is asked to.
    private static let leak = "still allocated in MPI_Finalize"

    private static func launcher(ranks: Int) -> [String] {
        ["mpirun", "--oversubscribe", "--mca", "mpi_show_handle_leaks", "1", "-n", "\(ranks)"]
    }

    private func run(_ launcher: [String], turns: Int) throws -> (status: Int32, output: String) {
        try Folder.withTemporary("output") { folder in
            let job = Process()
            job.executableURL = URL(filePath: "/usr/bin/env")
            job.arguments =
                launcher + [
                    CommandLine.arguments[0], "--testing-library", "swift-testing", "--filter",
                    "FrontpropTests.RepeatedRuns/",
                ]
            // Open MPI refuses to run as root, as containers do, unless told twice.
            job.environment = ProcessInfo.processInfo.environment.merging([
                "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
                RepeatedRuns.variable: "\(turns)",
            ]) { $1 }
            let path = folder + "/output"
            _ = FileManager.default.createFile(atPath: path, contents: nil)
            let file = try FileHandle(forWritingTo: URL(filePath: path))
            job.standardOutput = file
            job.standardError = file
            try job.run()
            job.waitUntilExit()
            return (job.terminationStatus, String(decoding: try InputFile.read(path), as: UTF8.self))
        }
    }
}
