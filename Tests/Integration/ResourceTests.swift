import Foundation
import Testing

extension Integration {
    /// Too few threads, descriptors, bytes: one message and a documented code, or less work; never a hang.
    @Suite struct Resources {
        private static let documented: Set<Int32> = [0, 64, 65, 66, 70, 73, 74, 75, 76, 77]
        private static let small = ["train", "--train-limit", "500", "--test-limit", "100", "--epochs", "1", "--quiet"]

        /// Runs the program in a shell that has set `limit`.
        private func run(limit: String, _ arguments: [String]) async throws -> Outcome {
            try await Child("/bin/sh", ["-c", limit + #"; exec "$0" "$@""#, Program.path] + arguments).outcome()
        }

        private func check(_ outcome: Outcome, _ place: String) throws {
            if outcome.status == 127 { try Test.cancel("the system's loader has not enough for the libraries") }
            #expect(Self.documented.contains(outcome.status), "\(place): \(outcome.status) \(outcome.errors)")
            #expect(outcome.status == 0 || outcome.messages.count == 1, "\(place): \(outcome.errors)")
            #expect(outcome.status != 0 || outcome.hash != nil, "\(place)")
        }

        @Test(arguments: [4, 5, 6, 7, 8, 10, 12, 16]) func descriptors(count: Int) async throws {
            try check(await run(limit: "ulimit -n \(count)", Self.small), "\(count) descriptors")
        }

        /// What runs other programs needs more of them than what trains.
        @Test(arguments: [5, 6, 8, 10, 16, 24]) func descriptorsForAReport(count: Int) async throws {
            try await withTemporaryFolder { folder in
                _ = try await Program.run(Self.small + ["--run", "\(folder)/run"])
                let outcome = try await run(limit: "ulimit -n \(count)", ["report", "\(folder)/run"])
                #expect([70, 73, 74].contains(outcome.status), "\(count): \(outcome.status) \(outcome.errors)")
                #expect(outcome.messages.count == 1 && !outcome.errors.contains("checks failed"), "\(outcome.errors)")
            }
        }

        @Test(arguments: [100_000, 130_000, 160_000, 200_000, 300_000, 600_000]) func addressSpace(kilobytes: Int)
            async throws
        {
            let outcome = try await run(limit: "ulimit -v \(kilobytes)", Self.small + ["--threads", "2"])
            try check(outcome, "\(kilobytes) kB")
        }

        @Test func threadsWithoutAddressSpace() async throws {
            let outcome = try await run(limit: "ulimit -v 1000000", Self.small + ["--threads", "500"])
            #expect(outcome.status == 70, "\(outcome.errors)")
            #expect(outcome.messages.count == 1 && outcome.errors.contains("of 500 threads"), "\(outcome.errors)")
        }

        /// The limit on processes counts threads, and does not hold for root.
        @Test(
            .enabled("no bash, or no setpriv for root") {
                findExecutable("bash") != nil && (getuid() != 0 || findExecutable("setpriv") != nil)
            })
        func threadsOfAUser() async throws {
            try await withProgramForAll { folder, program in
                // Bash: the shell of the standard does not know this limit.
                let script = #"cd "$0"; ulimit -u 12; exec "$@""#
                let outcome = try await Child(
                    "/bin/sh",
                    ["-c", asUser + #"bash -c '\#(script)' "$@""#, "sh", folder, program] + Self.small + [
                        "--threads", "60",
                    ]
                ).outcome()
                #expect(outcome.status == 70, "\(outcome.errors)")
                #expect(outcome.messages.count == 1 && outcome.errors.contains("of 60 threads"), "\(outcome.errors)")
                #expect(!outcome.errors.contains("rank"))
            }
        }

        /// One rank's shortage ends all of them.
        @Test(.needsMPI) func threadsOfOneRank() async throws {
            let script = #"[ "$OMPI_COMM_WORLD_RANK" = 1 ] && ulimit -v 1500000; exec "$0" "$@""#
            let mpirun = try #require(findExecutable("mpirun"))
            let outcome = try await Child(
                mpirun,
                ["--oversubscribe", "-n", "2", "sh", "-c", script, Program.path] + Self.small + ["--threads", "500"]
            ).outcome()
            #expect(outcome.status == 70, "\(outcome.errors)")
            #expect(outcome.messages.count == 1, "\(outcome.errors)")
            #expect(outcome.errors.contains("rank 1 on \(hostName): only"), "\(outcome.errors)")
        }

        /// Memory follows the data: with buffers for the batch that is asked for this would take 24 GB.
        @Test func batchLargerThanTheSet() async throws {
            let whole = try await Program.run(Self.small + ["--batch-size", "500"])
            let larger = try await run(
                limit: "ulimit -v 3000000", Self.small + ["--batch-size", "2147483647"])
            #expect(whole.hash != nil && larger.hash == whole.hash, "\(larger.errors)")
        }

        /// What no memory holds is refused before it is begun.
        @Test func networkLargerThanTheMemory() async throws {
            let outcome = try await Program.run(
                Self.small + ["--model", "784x40000x40000x10", "--slices", "4096", "--threads", "1"])
            #expect(outcome.status == 70 && outcome.messages.count == 1, "\(outcome.errors)")
        }

        /// Without /proc the program still has its arguments, and trains.
        @Test(.enabled("cannot unmount /proc") { await canHideProc() }) func withoutProc() async throws {
            let wanted = try await Program.run(Self.small + ["--threads", "1"]).hash
            let script = #"\#(Self.hideProc) && exec "$0" "$@""#
            let outcome = try await Child(
                "/usr/bin/unshare", ["-rm", "sh", "-c", script, Program.path] + Self.small + ["--threads", "1"]
            ).outcome()
            #expect(!outcome.output.contains("USAGE"))
            #expect(outcome.status == 0 && outcome.hash == wanted, "\(outcome.output)\(outcome.errors)")
        }

        private static let hideProc = "{ umount -l /proc 2>/dev/null || mount -t tmpfs none /proc; }"

        private static func canHideProc() async -> Bool {
            let probe = try? await Child("/usr/bin/unshare", ["-rm", "sh", "-c", hideProc]).outcome()
            return probe?.status == 0
        }

        /// /dev/shm of a container: too small for the samples, or for anything.
        @Test(.needsMPI, .enabled("cannot mount a file system") { await Faults.canMount() }, arguments: ["64k", "2m"])
        func sharedMemory(size: String) async throws {
            let script = #"mount -t tmpfs -o size=\#(size) none /dev/shm && exec mpirun --oversubscribe -n 2 "$0" "$@""#
            let outcome = try await Child(
                "/usr/bin/unshare",
                [
                    "-rm", "sh", "-c", script, Program.path, "train", "--train-limit", "20000", "--epochs", "1",
                    "--threads",
                ]
                    + ["1", "--quiet"]
            ).outcome()
            #expect(outcome.status == 70 && outcome.messages.count == 1, "\(outcome.errors)")
            #expect(outcome.errors.contains("shared memory on \(hostName)"), "\(outcome.errors)")
        }

        // MARK: Another user

        /// What starts a command as a user for whom limits hold.
        private var asUser: String { getuid() == 0 ? "exec setpriv --reuid 65533 --clear-groups " : "exec " }

        /// A copy of the program in a folder that every user may write to.
        private func withProgramForAll(_ body: (String, String) async throws -> Void) async throws {
            try await withTemporaryFolder { folder in
                try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder)
                let program = folder + "/frontprop"
                try FileManager.default.copyItem(atPath: Program.path, toPath: program)
                try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
                try await body(folder, program)
            }
        }
    }
}
