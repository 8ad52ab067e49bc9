import Testing

@testable import MPI

struct LauncherTests {
    @Test(arguments: [
        (["OMPI_COMM_WORLD_SIZE": "4", "SLURM_STEP_NUM_TASKS": "1", "SLURM_PROCID": "0"], "OMPI_COMM_WORLD_SIZE=4", 4),
        (["PMI_SIZE": "3", "PMI_RANK": "0", "MPI_LOCALNRANKS": "2"], "PMI_SIZE=3", 3),
        (["MPI_LOCALNRANKS": "2"], "MPI_LOCALNRANKS=2", 2),
        (["SLURM_STEP_NUM_TASKS": "8", "SLURM_PROCID": "3"], "SLURM_STEP_NUM_TASKS=8", 8),
        (["SMPI_GLOBAL_SIZE": "16"], "SMPI_GLOBAL_SIZE=16", 16),
        (["MV2_COMM_WORLD_SIZE": "5"], "MV2_COMM_WORLD_SIZE=5", 5),
        (["PMIX_RANK": "0", "PMIX_NAMESPACE": "job"], "PMIX_RANK=0", 1),
        (["OMPI_COMM_WORLD_SIZE": "1"], "OMPI_COMM_WORLD_SIZE=1", 1),
    ])
    func launchersAreKnownByTheirVariables(variables: [String: String], variable: String, size: Int) {
        let launcher = Launcher(variables: variables)
        #expect(launcher?.variable == variable)
        #expect(launcher?.size == size)
    }

    @Test(arguments: [
        ["PATH": "/bin"],
        // An interactive shell of one task, and a batch script.
        ["SLURM_STEP_NUM_TASKS": "1", "SLURM_PROCID": "0"],
        ["SLURM_NTASKS": "8", "SLURM_PROCID": "0"],
        ["PMI_SIZE": "many"],
    ])
    func aProcessStartedByHandHasNone(variables: [String: String]) {
        #expect(Launcher(variables: variables) == nil)
    }

    @Test func aMismatchNamesBothSides() throws {
        let launcher = try #require(Launcher(variables: ["PMI_SIZE": "3"]))
        let error = LaunchMismatch(launcher: launcher, library: "Open MPI v4.1.4")
        #expect(error.description.contains("(PMI_SIZE=3)"))
        #expect(error.description.contains("one of 3 processes"))
        #expect(error.description.contains("Open MPI v4.1.4"))
    }

    @Test func wordsHoldTheNumbers() {
        #expect(
            JobLauncher.openMPI.line(JobLauncher.openMPI.ranksPerHost, ranks: 2, threads: 4)
                == "mpirun --map-by ppr:2:node:PE=4 --bind-to core")
        #expect(
            JobLauncher.hydra.line(JobLauncher.hydra.ranksPerHost, ranks: 2, threads: 4)
                == "mpiexec.hydra -ppn 2 -bind-to core:4")
        #expect(JobLauncher.fill("{ranks}{threads}{ranks}", ranks: 1, threads: 2) == "121")
    }

    /// One form of file for both, which Hydra does not read itself.
    @Test func hostsAndTheirSlots() {
        let text = "a slots=4\n\n# none\nb.example  slots=2 # two\r\nc\n"
        #expect(JobLauncher.openMPI.words(forHosts: "file of hosts", text) == ["--hostfile", "file of hosts"])
        #expect(JobLauncher.hydra.words(forHosts: "file of hosts", text) == ["-hosts", "a:4,b.example:2,c:1"])
    }

    @Test func longMessagesAreSentInPieces() {
        #expect(messagePieces(count: 0, stride: 8) == [])
        #expect(messagePieces(count: 7, stride: 8, limit: 56) == [0..<7])
        #expect(messagePieces(count: 8, stride: 8, limit: 63) == [0..<7, 7..<8])
        #expect(messagePieces(count: 5_000_000_000, stride: 1).map(\.count).reduce(0, +) == 5_000_000_000)
        #expect(messagePieces(count: 5_000_000_000, stride: 1).allSatisfy { $0.count <= Int32.max })
    }

    @Test func theLibraryNamesItself() {
        #expect(!Environment.libraryVersion.isEmpty)
        #expect(!Environment.libraryVersion.contains("\n"))
        #expect(!Environment.hostName.isEmpty)
    }
}
