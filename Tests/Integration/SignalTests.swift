import Foundation
import Testing

extension Integration {
    /// A batch system's warning: finish the step, save, end with 75.
    @Suite struct Signals {
        @Test(arguments: [SIGTERM, SIGINT, SIGUSR1]) func alone(_ signal: Int32) async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                let job = try Program.start(["train", "--run", files.path] + Resume.long)
                try await Launch.waitForAnEpoch(of: job, files)
                kill(job.process.processIdentifier, signal)
                try await Self.check(try await job.outcome(), files)
            }
        }

        @Test(.needsMPI, arguments: [(SIGTERM, 0), (SIGTERM, 2), (SIGINT, 1), (SIGUSR1, 1)] as [(Int32, Int)])
        func onOneRank(_ signal: Int32, _ rank: Int) async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                let job = try Program.start(["train", "--run", files.path, "--threads", "1"] + Resume.long, ranks: 3)
                try await Launch.waitForAnEpoch(of: job, files)
                kill(try #require(Launch.ranks(of: job.process.processIdentifier)[rank]), signal)
                let outcome = try await job.outcome()
                #expect(outcome.messages.first?.contains("rank \(rank) on") == true)
                try await Self.check(outcome, files)
            }
        }

        /// On `mpirun` itself: it hands SIGUSR1 on and gives the ranks' code. On SIGTERM the run is saved as well, but Open
        /// MPI's `mpirun` gives a code of its own.
        @Test(.needsMPI, arguments: [SIGUSR1, SIGTERM]) func onTheLauncher(_ signal: Int32) async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                let job = try Program.start(["train", "--run", files.path, "--threads", "1"] + Resume.long, ranks: 3)
                try await Launch.waitForAnEpoch(of: job, files)
                kill(job.process.processIdentifier, signal)
                try await Self.check(try await job.outcome(), files, status: signal == SIGTERM ? 1 : 75)
            }
        }

        @Test func twice() async throws {
            try await withTemporaryFolder { folder in
                // A step that outlasts both signals.
                let job = try Program.start([
                    "train", "--run", "\(folder)/run", "--gradient", "matrix", "--train-limit", "20000", "--batch-size",
                    "20000", "--slices", "1", "--threads", "1",
                ])
                let files = RunFiles(path: "\(folder)/run")
                for _ in 0..<1000 where !files.has("config.json") { try await Task.sleep(for: .milliseconds(10)) }
                try await Task.sleep(for: .milliseconds(200))
                kill(job.process.processIdentifier, SIGTERM)
                try await Task.sleep(for: .milliseconds(700))
                kill(job.process.processIdentifier, SIGTERM)
                let outcome = try await job.outcome()
                #expect(outcome.status == 128 + SIGTERM, "\(outcome.errors)")
            }
        }

        /// Saved, said once, and resumed elsewhere to the bits of a run that nobody stopped.
        private static func check(_ outcome: Outcome, _ files: RunFiles, status: Int32 = 75) async throws {
            #expect(outcome.status == status, "\(outcome.errors)")
            // A mpirun that ends by itself does not always pass on the ranks' last words.
            if status == 75 {
                #expect(outcome.messages.count == 1 && outcome.messages.first?.contains("--resume") == true)
            }
            #expect(outcome.hash == nil && !files.has("model.safetensors"))
            let resumed = try await Program.run(["train", "--resume", files.path, "--threads", "2"])
            #expect(try await resumed.hash == uninterrupted.value, "\(resumed.errors)")
        }

        static let uninterrupted = Task {
            try await withTemporaryFolder { folder in
                try await Program.run(["train", "--run", "\(folder)/run"] + Resume.long).hash
            }
        }
    }
}
