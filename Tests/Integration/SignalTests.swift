import Foundation
import Testing

extension Integration {
    /// A batch system's warning: finish the step, save, end with 75.
    @Suite struct Signals {
        @Test(arguments: [SIGTERM, SIGINT, SIGUSR1, SIGHUP, SIGXCPU]) func alone(_ signal: Int32) async throws {
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

        /// One that comes half a second after the last ends a run that does not get to the end of its step.
        @Test func twice() async throws {
            try await withTemporaryFolder { folder in
                // A step that outlasts both signals.
                let job = try Program.start([
                    "train", "--run", "\(folder)/run", "--gradient", "matrix", "--train-limit", "20000", "--batch-size",
                    "20000", "--slices", "1", "--threads", "1",
                ])
                // Written when the run has begun.
                let files = RunFiles(path: "\(folder)/run/checkpoints")
                while job.process.isRunning, !files.has("epoch-0000-step-000000.safetensors") {
                    try await Task.sleep(for: .milliseconds(10))
                }
                while job.process.isRunning {
                    kill(job.process.processIdentifier, SIGTERM)
                    try await Task.sleep(for: .milliseconds(600))
                }
                let outcome = try await job.outcome()
                #expect(outcome.status == 128 + SIGTERM, "\(outcome.errors)")
            }
        }

        /// Many at once are one.
        @Test func storm() async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                let job = try Program.start(["train", "--run", files.path] + Resume.long)
                try await Launch.waitForAnEpoch(of: job, files)
                while job.process.isRunning {
                    kill(job.process.processIdentifier, SIGTERM)
                    usleep(1000)
                }
                try await Self.check(try await job.outcome(), files)
            }
        }

        /// Before there is anything to save, in any command, from the moment that the program has its signals.
        @Test(
            arguments: [
                ["train", "--quiet", "--run", "run"], ["data", "synthesize", "digits", "--train", "1000000"],
                ["evaluate", "run", "--train-limit", "1000000"],
            ], [SIGTERM, SIGINT, SIGUSR1, SIGHUP, SIGXCPU])
        func beforeTheFirstStep(_ arguments: [String], _ signal: Int32) async throws {
            try await withTemporaryFolder { folder in
                let run = "\(folder)/run"
                if arguments[0] == "evaluate" {
                    let made = try await Program.run(
                        ["train", "--run", run, "--epochs", "1", "--train-limit", "100", "--test-limit", "10"])
                    try #require(made.status == 0, "\(made.errors)")
                }
                let job = try Program.start(arguments.map { ["run", "digits"].contains($0) ? "\(folder)/\($0)" : $0 })
                try await Self.waitForHandler(of: signal, in: job)
                kill(job.process.processIdentifier, signal)
                let outcome = try await job.outcome()
                #expect(outcome.status == 75, "\(outcome.errors)")
                #expect(outcome.messages.count == 1 && outcome.errors.contains("nothing to save"), "\(outcome.errors)")
            }
        }

        /// A signal to one rank ends all: while it starts, greets its launcher, reads its data.
        @Test(.needsMPI, arguments: [0, 8, 10, 12, 14, 16, 400]) func beforeTheFirstStepOnOneRank(
            _ milliseconds: Int
        ) async throws {
            try await withTemporaryFolder { folder in
                let job = try Program.start(
                    ["train", "--run", "\(folder)/run", "--train-limit", "3000000", "--threads", "1"], ranks: 3)
                var rank: Int32?
                while job.process.isRunning, rank == nil {
                    rank = Launch.ranks(of: job.process.processIdentifier)[2]
                    try await Task.sleep(for: .milliseconds(1))
                }
                while job.process.isRunning, let rank, !Self.catches(SIGTERM, rank) {
                    try await Task.sleep(for: .milliseconds(1))
                }
                // Any time is right; these are those at which a rank greeted a launcher that then waited for ever.
                try await Task.sleep(for: .milliseconds(milliseconds))
                kill(try #require(rank), SIGTERM)
                let outcome = try await job.outcome()
                #expect(outcome.status == 75, "\(outcome.errors)")
            }
        }

        /// `nohup`: who ignores SIGHUP goes on ignoring it.
        @Test func hangupThatIsIgnored() async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                let script = #"trap '' HUP; exec "$0" "$@""#
                let job = try Child(
                    "/bin/sh", ["-c", script, Program.path, "train", "--run", files.path] + Resume.long)
                try await Launch.waitForAnEpoch(of: job, files)
                kill(job.process.processIdentifier, SIGHUP)
                let epochs = try files.epochs.count
                while job.process.isRunning, try files.epochs.count <= epochs {
                    try await Task.sleep(for: .milliseconds(5))
                }
                kill(job.process.processIdentifier, SIGTERM)
                let outcome = try await job.outcome()
                // Done before the second signal, or stopped by that.
                #expect([0, 75].contains(outcome.status) && !outcome.errors.contains("SIGHUP"), "\(outcome.errors)")
            }
        }

        /// What nobody foresaw is one line that names the rank, the host and the place.
        @Test(arguments: [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS])
        func crash(_ signal: Int32) async throws {
            let job = try Program.start(
                ["data", "synthesize", "digits", "--train", "1000000"], variables: ["SWIFT_BACKTRACE": "enable=yes"])
            try await Self.waitForHandler(of: signal, in: job)
            kill(job.process.processIdentifier, signal)
            let outcome = try await job.outcome()
            #expect(outcome.status == 70, "\(outcome.errors)")
            #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
            #expect(outcome.errors.contains(hostName) && outcome.errors.contains(" in "), "\(outcome.errors)")
        }

        /// A crash that finds the allocator at work, before the libraries' own start and after it: the report allocates
        /// nothing.
        @Test(arguments: [1, 50, 2000]) func crashInTheAllocator(_ call: Int) async throws {
            try await withTemporaryFolder { folder in
                let outcome = try await Program.run(
                    ["data", "synthesize", "digits", "--output", "\(folder)/digits"],
                    variables: [
                        "LD_PRELOAD": try await preloaded(Self.crashingAllocator, in: folder), "CRASH_AT": "\(call)",
                    ])
                #expect(outcome.status == 70, "\(outcome.errors)")
                #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
                #expect(outcome.errors.contains("a library gave up"), "\(outcome.errors)")
            }
        }

        /// Gives up at one of its calls, counted from when the program has its signals, and says when it is called again.
        private static let crashingAllocator = """
            #include <signal.h>
            #include <stdlib.h>
            #include <unistd.h>
            void *__libc_malloc(size_t size);
            void *__libc_calloc(size_t count, size_t size);
            static void enter(void) {
                static int calls, inside;
                struct sigaction action;
                if (inside && write(2, "memory for a report\\n", 20) < 0) _exit(1);
                if (sigaction(SIGABRT, 0, &action) != 0 || action.sa_handler == SIG_DFL) return;
                if (++calls != atoi(getenv("CRASH_AT"))) return;
                inside = 1;
                raise(SIGABRT);
            }
            void *malloc(size_t size) { return enter(), __libc_malloc(size); }
            void *calloc(size_t count, size_t size) { return enter(), __libc_calloc(count, size); }
            """

        private static func waitForHandler(of signal: Int32, in job: Child) async throws {
            while job.process.isRunning, !catches(signal, job.process.processIdentifier) {
                try await Task.sleep(for: .milliseconds(1))
            }
        }

        /// Whether `process` has a handler for `signal`.
        private static func catches(_ signal: Int32, _ process: Int32) -> Bool {
            let status = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
            guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("SigCgt:") }),
                let mask = UInt64(line.dropFirst(7).trimmingCharacters(in: .whitespaces), radix: 16)
            else { return false }
            return mask >> UInt64(signal - 1) & 1 == 1
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
