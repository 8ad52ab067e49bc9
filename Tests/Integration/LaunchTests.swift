import Foundation
import Testing

extension Integration {
    /// Being started wrongly, and being ended from outside.
    @Suite struct Launch {
        /// A process that the launcher takes for one of two, and MPI for one of one.
        @Test(
            arguments: [
                (["OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_RANK": "0"], "OMPI_COMM_WORLD_SIZE=2"),
                (["OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_RANK": "1"], "OMPI_COMM_WORLD_SIZE=2"),
                (["PMI_SIZE": "2", "PMI_RANK": "0"], "PMI_SIZE=2"),
                (["PMI_SIZE": "2", "PMI_RANK": "1"], "PMI_SIZE=2"),
            ])
        func byAnotherMPI(variables: [String: String], evidence: String) async throws {
            try await withTemporaryFolder { folder in
                let outcome = try await Program.run(
                    ["train", "--run", "\(folder)/run"] + Failures.small, variables: variables)
                #expect(outcome.status == 76)
                #expect(outcome.messages.count == 1 && outcome.output.isEmpty)
                #expect(outcome.errors.contains(evidence) && outcome.errors.contains("mpirun"), "the launcher")
                let library = try await Program.hasMPI.value ? "Open MPI v" : "built without MPI"
                #expect(outcome.errors.contains(library), "the library")
                #expect(!FileManager.default.fileExists(atPath: "\(folder)/run"))
            }
        }

        /// One process of a launcher's is no mistake.
        @Test func aloneByAnotherMPI() async throws {
            let options = ["train", "--threads", "1"] + Failures.small
            let outcome = try await Program.run(options, variables: ["PMI_SIZE": "1", "PMI_RANK": "0"])
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(try await outcome.hash == Program.run(options).hash)
        }

        static let hydra = findExecutable("mpiexec.hydra") ?? findExecutable("mpiexec.mpich")

        @Test(.enabled("no Hydra, the mpirun of MPICH, is installed") { hydra != nil }) func byHydra() async throws {
            let arguments = ["-n", "2", Program.path, "train"] + Failures.small
            let outcome = try await Child(try #require(Self.hydra), arguments).outcome()
            #expect(outcome.status == 76)
            #expect(outcome.errors.contains("as one of 2 processes"), "\(outcome.errors)")
            #expect(!outcome.output.contains("weights-sha256"))
        }

        /// The launcher ends the job when one of its ranks is killed, whichever.
        @Test(
            .needsMPI, .enabled("no /proc") { FileManager.default.fileExists(atPath: "/proc/self/stat") },
            arguments: [0, 1])
        func rankIsKilled(rank: Int) async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                let job = try Program.start(
                    ["train", "--run", files.path, "--train-limit", "5000", "--epochs", "8000", "--threads", "1"],
                    ranks: 2)
                try await Self.waitForAnEpoch(of: job, files)
                let ranks = Self.ranks(of: job.process.processIdentifier)
                #expect(ranks.count == 2)
                let killed = ContinuousClock.now
                if let victim = ranks[rank] { kill(victim, SIGKILL) } else { job.process.terminate() }
                let outcome = try await job.outcome()
                #expect(outcome.status != 0)
                #expect(ContinuousClock.now - killed < .seconds(60))
                #expect(outcome.hash == nil && !files.has("model.safetensors"))
                for process in ranks.values { #expect(try await Self.goes(process), "no rank is left behind") }
            }
        }

        /// Whether a process that `mpirun` has killed is gone within two seconds.
        private static func goes(_ process: Int32) async throws -> Bool {
            for _ in 0..<200 where !isGone(process) { try await Task.sleep(for: .milliseconds(10)) }
            return isGone(process)
        }

        /// Returns in mid-run, or where the job has ended or begins nothing in half a minute.
        static func waitForAnEpoch(of job: Child, _ files: RunFiles) async throws {
            // The last line may be half written: the text is looked at, not parsed.
            let epoch = Data(#""event":"epoch""#.utf8)
            for _ in 0..<600 where job.process.isRunning {
                if let metrics = try? files.contents("metrics.jsonl"), metrics.range(of: epoch) != nil { return }
                try await Task.sleep(for: .milliseconds(50))
            }
            Issue.record("no epoch was over in time")
        }

        /// The processes that `mpirun` started, by rank.
        static func ranks(of mpirun: Int32) -> [Int: Int32] {
            let processes =
                (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap(Int32.init) ?? []
            var ranks: [Int: Int32] = [:]
            for process in processes where status(of: process)?.parent == mpirun {
                let variables = read("/proc/\(process)/environ")?.split(separator: "\0") ?? []
                let name = "OMPI_COMM_WORLD_RANK="
                guard let variable = variables.first(where: { $0.hasPrefix(name) }) else { continue }
                if let rank = Int(variable.dropFirst(name.count)) { ranks[rank] = process }
            }
            return ranks
        }

        /// Ended; a zombie, which nobody in a container may collect, has ended too.
        private static func isGone(_ process: Int32) -> Bool {
            guard let status = status(of: process) else { return true }
            return status.state == "Z" || status.state == "X"
        }

        private static func status(of process: Int32) -> (state: Substring, parent: Int32)? {
            // The name, in parentheses, may hold anything.
            guard let text = read("/proc/\(process)/stat"), let name = text.lastIndex(of: ")") else { return nil }
            let fields = text[name...].dropFirst().split(separator: " ")
            guard fields.count > 1, let parent = Int32(fields[1]) else { return nil }
            return (fields[0], parent)
        }

        private static func read(_ path: String) -> String? {
            (try? Data(contentsOf: URL(fileURLWithPath: path))).map { String(decoding: $0, as: UTF8.self) }
        }
    }
}
