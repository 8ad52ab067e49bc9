import Foundation
import Testing

extension Integration {
    /// Standard output takes every result, or the command says that it does not; standard error takes what it takes.
    @Suite struct Streams {
        private static let small = ["--train-limit", "200", "--test-limit", "50"]
        private static let training = ["train", "--threads", "1", "--epochs", "3", "--run", "run"] + small

        /// The program with its streams as `redirections` has them, in the words of a shell.
        static func run(_ redirections: String, _ arguments: [String]) async throws -> Outcome {
            try await Child("/bin/sh", ["-c", "exec \"$0\" \"$@\" \(redirections)", Program.path] + arguments).outcome()
        }

        @Test(arguments: [
            ["--version"], ["--help"], ["train", "--help"], ["data", "info"] + small, training, training + ["--quiet"],
            training + ["--json"], ["gradcheck", "--topology", "5x4x3x2"], ["communication"],
            [
                "bench", "--train-limit", "500", "--engines", "backprop", "--workers", "1", "--repeats", "1", "--quiet",
            ],
        ])
        func fullOutput(_ arguments: [String]) async throws {
            for redirection in [">/dev/full", ">&-"] {
                let outcome = try await Self.run(redirection, arguments)
                #expect(outcome.status == 74, "\(arguments) \(redirection): \(outcome.errors)")
                #expect(outcome.errors.contains("cannot write to standard output"), "\(outcome.errors)")
            }
        }

        @Test func fullOutputOfASavedNetwork() async throws {
            try await withTemporaryFolder { folder in
                let run = "\(folder)/run"
                let trained = try await Program.run(
                    ["train", "--run", run, "--epochs", "1", "--threads", "1"] + Self.small)
                try #require(trained.status == 0, "\(trained.errors)")
                for arguments in [
                    ["evaluate", run] + Self.small, ["evaluate", run, "--json"] + Self.small,
                    ["predict", "--weights", run, "--count", "3"] + Self.small, ["report", run],
                    ["jacobian", "--weights", run, "--count", "2", "--output", "\(folder)/j"] + Self.small,
                ] {
                    let outcome = try await Self.run(">/dev/full", arguments)
                    #expect(outcome.status == 74, "\(arguments): \(outcome.errors)")
                }
            }
        }

        /// The code is that of what went wrong, or of what went right.
        @Test(arguments: ["2>/dev/full", "2>&-", "0<&- 2>&-"]) func unwritableErrors(_ redirection: String) async throws
        {
            let cases: [([String], Int32)] = [
                (["evaluate", "nothing-here"], 66), (["train", "--nonsense"], 64), (["train", "--data", "none"], 66),
                // A warning, for more threads than cores.
                (["train", "--threads", "65", "--epochs", "1", "--quiet"] + Self.small, 0),
            ]
            for (arguments, status) in cases {
                let outcome = try await Self.run(redirection, arguments)
                #expect(outcome.status == status, "\(arguments) \(redirection)")
            }
        }

        /// No file of a run gets the number of a stream that is closed, and with it what is said there.
        @Test(arguments: ["0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-"]) func closedStreams(_ redirection: String)
            async throws
        {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                let arguments = ["train", "--run", files.path, "--threads", "65", "--epochs", "2"] + Self.small
                let outcome = try await Self.run(redirection, arguments)
                #expect(outcome.status == (redirection.contains("1>") ? 74 : 0), "\(outcome.errors)")
                _ = try files.events
                _ = try files.config
            }
        }

        /// A reader that is slow, on a pipe that does not wait, as node and ssh leave them.
        @Test func slowReader() async throws {
            try await withTemporaryFolder { folder in
                var ends: [Int32] = [0, 0]
                try #require(pipe(&ends) == 0)
                _ = fcntl(ends[1], F_SETFL, fcntl(ends[1], F_GETFL) | O_NONBLOCK)
                _ = fcntl(ends[1], F_SETFD, FD_CLOEXEC)
                _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
                #if os(Linux)
                    let setPipeSize: Int32 = 1031
                    _ = fcntl(ends[1], setPipeSize, 4096)
                #endif
                let reader = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
                let process = Process()
                process.executableURL = URL(fileURLWithPath: Program.path)
                process.arguments =
                    ["train", "--run", "\(folder)/run", "--threads", "1", "--epochs", "100", "--json"] + Self.small
                process.standardOutput = FileHandle(fileDescriptor: ends[1], closeOnDealloc: true)
                try process.run()
                close(ends[1])
                // The pipe is full once the run does not go on.
                var lines = -1
                while process.isRunning {
                    let now = (try? RunFiles(path: "\(folder)/run").events.count) ?? 0
                    if now == lines && now > 0 { break }
                    lines = now
                    try await Task.sleep(for: .milliseconds(300))
                }
                let output = try reader.readToEnd() ?? Data()
                process.waitUntilExit()
                #expect(process.terminationStatus == 0)
                #expect(String(decoding: output, as: UTF8.self).contains("\"weights_sha256\""))
            }
        }

        /// `frontprop … | head -1`.
        @Test func readerThatLeaves() async throws {
            let script = #"{ "$0" "$@"; echo "status $?" >&2; } | head -1 >/dev/null"#
            let outcome = try await Child(
                "/bin/sh", ["-c", script, Program.path] + Self.training + ["--epochs", "100000", "--json"]
            ).outcome()
            #expect(outcome.errors.contains("status 74"), "\(outcome.errors)")
        }
    }
}
