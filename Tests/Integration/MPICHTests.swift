import Foundation
import Testing

/// The program as it is built with the trait `MPICH`, and its launcher.
enum MPICHProgram {
    /// nil where nobody built one.
    static let path = ProcessInfo.processInfo.environment["FRONTPROP_MPICH_BINARY"]

    static let hydra = findExecutable("mpiexec.hydra")

    static func run(
        _ arguments: [String], ranks: Int, variables: [String: String] = [:]
    ) async throws -> Outcome {
        let words = ["-n", "\(ranks)", try #require(path)] + arguments
        return try await Child(try #require(hydra), words, variables: variables).outcome()
    }
}

extension Integration {
    /// Another MPI is another way for the same bits.
    @Suite(
        .enabled("FRONTPROP_MPICH_BINARY names no program that is built with MPICH") { MPICHProgram.path != nil },
        .enabled("no Hydra, the launcher of MPICH, is installed") { MPICHProgram.hydra != nil })
    struct MPICH {
        private static let train = ["train", "--threads", "1"] + Workload.uneven

        @Test(arguments: [1, 2, 3, 4]) func oneHash(ranks: Int) async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                let wanted = try await Program.run(Self.train).hash
                let outcome = try await MPICHProgram.run(Self.train + ["--run", files.path], ranks: ranks)
                #expect(outcome.status == 0 && wanted != nil && outcome.hash == wanted, "\(outcome.errors)")
                let config = try files.config
                #expect(config["ranks"] as? Int == ranks)
                #expect((config["mpi"] as? String)?.hasPrefix("MPICH") == true, "\(config["mpi"] ?? "none")")
            }
        }

        /// The variable makes a node of its own of each rank: leaders add up, nothing is shared.
        @Test(arguments: [["--precision", "float32"], ["--precision", "float64"], Workload.modern])
        func ranksWithoutSharedMemory(options: [String]) async throws {
            let wanted = try await Program.run(Self.train + options).hash
            let outcome = try await MPICHProgram.run(
                Self.train + options, ranks: 3, variables: ["MPIR_CVAR_NOLOCAL": "1"])
            #expect(outcome.status == 0 && wanted != nil && outcome.hash == wanted, "\(outcome.errors)")
        }

        /// Begun on one MPI, resumed on the other.
        @Test(.needsMPI, arguments: [[], Workload.modern]) func resumed(options: [String]) async throws {
            try await withTemporaryFolder { folder in
                let wanted = try await Program.run(Self.train + options + ["--epochs", "4"]).hash
                let run = "\(folder)/run"
                #expect(try await Program.run(Self.train + options + ["--run", run], ranks: 2).status == 0)
                let outcome = try await MPICHProgram.run(["train", "--resume", run, "--epochs", "4"], ranks: 3)
                #expect(outcome.status == 0 && outcome.hash == wanted, "\(outcome.errors)")
            }
        }

        /// `scaling` and `bench` start the launcher that belongs to the MPI linked.
        @Test(.enabled("no gnuplot") { Scaling.hasGnuplot }) func children() async throws {
            try await withTemporaryFolder { folder in
                let program = try #require(MPICHProgram.path)
                let options = ["--ranks", "1,2", "--kind", "strong", "--oversubscribe", "--run", folder]
                let scaling = try await Child(program, ["scaling"] + options + Scaling.small)
                    .outcome(limitSeconds: 120)
                #expect(scaling.status == 0, "\(scaling.errors)")
                let points = try String(contentsOfFile: "\(folder)/points.jsonl", encoding: .utf8)
                #expect(points.contains(#""mpi":"MPICH"#) && points.contains("mpiexec.hydra"), "\(points)")
                let bench = try await Child(
                    program,
                    [
                        "bench", "--train-limit", "40", "--repeats", "1", "--workers", "2", "--layouts", "ranks",
                        "--engines", "frontprop", "--quiet",
                    ]
                ).outcome(limitSeconds: 120)
                #expect(bench.status == 0 && bench.output.contains("2 ranks"), "\(bench.errors)")
            }
        }

        /// Each process would take itself for a run of its own.
        @Test(.needsMPI, arguments: [true, false]) func otherLauncher(isHydra: Bool) async throws {
            let program = isHydra ? Program.path : try #require(MPICHProgram.path)
            let (launcher, evidence) =
                isHydra
                ? ([try #require(MPICHProgram.hydra)], "PMI_SIZE=3")
                : ([try #require(findExecutable("mpirun")), "--oversubscribe"], "OMPI_COMM_WORLD_SIZE=3")
            try await withTemporaryFolder { folder in
                let script = #"folder=$0; "$@"; echo $? > "$folder/${OMPI_COMM_WORLD_RANK:-$PMI_RANK}""#
                let command = ["-n", "3", "sh", "-c", script, folder, program, "train", "--run", "\(folder)/run"]
                let outcome = try await Child(
                    launcher[0], launcher.dropFirst() + command + Failures.small
                ).outcome()
                for rank in 0..<3 {
                    #expect(try String(contentsOfFile: "\(folder)/\(rank)", encoding: .utf8) == "76\n")
                }
                #expect(outcome.seconds < 5)
                for part in [evidence, "as one of 3 processes", isHydra ? "Open MPI v" : "MPICH Version"] {
                    #expect(outcome.errors.contains(part), "\(part): \(outcome.errors)")
                }
                #expect(outcome.output.isEmpty && !FileManager.default.fileExists(atPath: "\(folder)/run"))
            }
        }

        /// The launcher gives the ranks' code, for failures of one rank, which all hear of, and of the start.
        @Test func codes() async throws {
            let missing = try await MPICHProgram.run(["train", "--data", "/nowhere"], ranks: 2)
            #expect(missing.status == 66 && missing.messages.count == 1, "\(missing.errors)")
            let usage = try await MPICHProgram.run(["train", "--epochs", "x"], ranks: 2)
            #expect(usage.status == 64 && usage.messages.isEmpty, "\(usage.errors)")
        }

        /// A second program in one rank joins or is told that it cannot.
        @Test func secondProgramOfARank() async throws {
            let script = #""$0" gradcheck --random 1; "$0" gradcheck --random 1; echo "code $?""#
            let outcome = try await Child(
                try #require(MPICHProgram.hydra), ["-n", "1", "sh", "-c", script, try #require(MPICHProgram.path)]
            ).outcome()
            let code = outcome.outputLines.last.map(String.init)
            #expect(code == "code 0" || code == "code 76", "\(outcome.output)\(outcome.errors)")
        }
    }
}
