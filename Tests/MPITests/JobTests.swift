import Foundation
import Testing

@testable import MPI

/// Starts this test program again, under the launcher of the MPI linked or as if under another.
///
/// For one that is not itself under a launcher.
@Suite(.serialized, .enabled(if: !isLaunched, "for a process that no launcher started"))
struct JobTests {
    @Test(needsMPI, arguments: [1, 2, 3, 5])
    func theCollectiveTestsPassOn(ranks: Int) throws {
        let job = try runTests("CollectiveTests", ranks: ranks)
        #expect(job.status == 0, "\(job.output)")
        #expect(job.output.contains("errorsNameTheFunctionAndMPIsReason() passed"))
    }

    @Test(needsMPI) func oneRanksAbortEndsTheJobWithItsStatus() throws {
        let job = try runTests("MisbehavingRank", ranks: 3, variables: ["MPITESTS_MISBEHAVE": "abort"])
        #expect(job.status == 65, "\(job.output)")
    }

    @Test(needsMPI) func oneRanksFailedExpectationFailsTheJob() throws {
        let job = try runTests("MisbehavingRank", ranks: 3, variables: ["MPITESTS_MISBEHAVE": "expect"])
        #expect(job.status != 0, "\(job.output)")
    }

    @Test(arguments: ["PMI_SIZE", "MPI_LOCALNRANKS"])
    func anotherMPIsLauncherIsNoticed(variable: String) throws {
        let job = try runTests("CollectiveTests", ranks: nil, variables: [variable: "3"])
        #expect(job.status != 0)
        #expect(job.output.contains("(\(variable)=3) as one of 3 processes"), "\(job.output)")
        #expect(job.output.contains(Environment.libraryVersion))
    }

    private static let needsMPI = ConditionTrait.enabled(if: Environment.isMPILinked, "built without MPI")

    /// Runs the tests of one suite; in `ranks` processes under the launcher, or by hand where `ranks` is `nil`.
    private func runTests(
        _ suite: String, ranks: Int?, variables: [String: String] = [:]
    ) throws -> (status: Int32, output: String) {
        let tests = [
            CommandLine.arguments[0], "--testing-library", "swift-testing", "--filter", "MPITests.\(suite)",
        ]
        let job = Process()
        job.executableURL = URL(filePath: "/usr/bin/env")
        let launcher = JobLauncher.linked
        let words = "\(launcher.name) \(launcher.oversubscription) -n \(ranks ?? 0)".split(separator: " ").map(
            String.init)
        job.arguments = (ranks == nil ? [] : words) + tests
        job.environment = ProcessInfo.processInfo.environment
            // Open MPI refuses to run as root, as containers do, unless told twice.
            .merging(["OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"]) { $1 }
            .merging(variables) { $1 }
        let pipe = Pipe()
        job.standardOutput = pipe
        job.standardError = pipe
        try job.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        job.waitUntilExit()
        return (job.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}

/// What `JobTests` starts on several ranks to see one of them fail.
@Suite(.serialized)
struct MisbehavingRank {
    private static let how = ProcessInfo.processInfo.environment["MPITESTS_MISBEHAVE"]

    @Test(.enabled(if: how == "abort", "for JobTests to start")) func aborts() throws {
        let world = try world
        if world.rank == 1 { world.abort(status: 65) }
        // The others wait for it until the job ends.
        try world.barrier()
    }

    @Test(.enabled(if: how == "expect", "for JobTests to start")) func failsAnExpectation() throws {
        let world = try world
        try world.barrier()
        #expect(world.rank != 1)
    }
}
