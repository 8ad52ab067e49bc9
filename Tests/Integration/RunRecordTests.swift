import Foundation
import Testing

extension Integration {
    /// A run's folder that was edited, swapped, lost in part, or made by another version.
    @Suite struct RunRecords {
        private static let small = [
            "--model", "784x4x10", "--train-limit", "200", "--test-limit", "50", "--batch-size", "50", "--threads", "1",
        ]

        private static func train(_ files: RunFiles, _ options: [String] = []) async throws -> Outcome {
            let outcome = try await Program.run(["train", "--run", files.path, "--epochs", "2"] + small + options)
            try #require(outcome.status == 0, "\(outcome.errors)")
            return outcome
        }

        /// Every file's bytes, by its path below the folder.
        private static func contents(_ path: String) throws -> [String: Data] {
            let names = try FileManager.default.subpathsOfDirectory(atPath: path)
            return Dictionary(
                uniqueKeysWithValues: names.map { ($0, (try? RunFiles(path: path).contents($0)) ?? Data()) })
        }

        private static func edit(_ files: RunFiles, _ change: (inout JSONObject, inout JSONObject) -> Void) throws {
            var config = try files.config
            var options = try #require(config["options"] as? JSONObject)
            change(&config, &options)
            if config["options"] is JSONObject { config["options"] = options }
            try JSONSerialization.data(withJSONObject: config).write(
                to: URL(fileURLWithPath: "\(files.path)/config.json"))
        }

        /// What would change the result, or cannot be, is refused, and the folder is as it was.
        @Test(arguments: [
            ("learningRate", "--learning-rate", 3), ("seed", "--seed", 2), ("batchSize", "--batch-size", 0),
            ("slices", "--slices", 1_000_000), ("trainLimit", "--train-limit", -1), ("model", "model", 7),
            ("optimizer", "optimizer", 0),
        ]) func editedOptions(name: String, mentions: String, value: Int) async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                _ = try await Self.train(files)
                try Self.edit(files) { $1[name] = value }
                let before = try Self.contents(files.path)
                let outcome = try await Program.run(["train", "--resume", files.path, "--epochs", "3"])
                #expect(outcome.status == 65 && outcome.errors.contains(mentions), "\(outcome.errors)")
                #expect(try Self.contents(files.path) == before)
            }
        }

        /// Where it ran is no part of what it is; nor are members that this version does not know.
        @Test func editedPlace() async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                _ = try await Self.train(files)
                try Self.edit(files) { config, options in
                    (config["hosts"], config["cpu"], config["workers"]) = (["elsewhere"], "another", -3)
                    (config["more"], options["zzz"]) = ([1], ["a": 1])
                    options["checkpointEvery"] = "3steps"
                }
                let outcome = try await Program.run(["train", "--resume", files.path, "--epochs", "3"])
                #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
            }
        }

        @Test func otherRunsCheckpoint() async throws {
            try await withTemporaryFolder { folder in
                let (own, other) = (RunFiles(path: "\(folder)/own"), RunFiles(path: "\(folder)/other"))
                _ = try await Self.train(own)
                _ = try await Self.train(other, ["--seed", "7", "--epochs", "3"])
                let whole = try await Program.run(
                    ["train", "--run", "\(folder)/whole", "--epochs", "4"] + Self.small)
                let name = "checkpoints/epoch-0003-step-000000.safetensors"
                try other.contents(name).write(to: URL(fileURLWithPath: "\(own.path)/\(name)"))
                let outcome = try await Program.run(["train", "--resume", own.path, "--epochs", "4"])
                #expect(outcome.status == 0 && outcome.hash == whole.hash, "\(outcome.errors)")
                #expect(
                    outcome.errors.contains("passed over: \(own.path)/\(name)") && outcome.errors.contains("--seed"))
                try FileManager.default.removeItem(atPath: "\(own.path)/checkpoints")
                try FileManager.default.copyItem(
                    atPath: "\(other.path)/checkpoints", toPath: "\(own.path)/checkpoints")
                let refused = try await Program.run(["train", "--resume", own.path, "--epochs", "5"])
                #expect(refused.status == 65 && refused.errors.contains("--seed"), "\(refused.errors)")
            }
        }

        /// Runs from before there was a format are measured and reported, but do not go on; see Tests/Golden.
        @Test(arguments: ["run-format-0", "search-format-0"]) func formerFormat(name: String) async throws {
            let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                try FileManager.default.copyItem(
                    atPath: tests.appending(path: "Golden/\(name)").path, toPath: files.path)
                let end = try #require(try files.events.last)
                let limits = ["--data", "synthetic", "--train-limit", "60", "--test-limit", "20"]
                let evaluated = try await Program.run(["evaluate", files.path, "--json"] + limits)
                let result = try #require(try parseLines(evaluated.outputLines).first, "\(evaluated.errors)")
                #expect(result["weights_sha256"] as? String == end["weights_sha256"] as? String)
                let (loss, recorded) = (result["test_loss"] as? Double, end["test_loss"] as? Double)
                #expect(abs(try #require(loss) - (try #require(recorded))) < 1e-6)
                let predicted = try await Program.run(["predict", "--weights", files.path, "--count", "1"] + limits)
                #expect(predicted.status == 0, "\(predicted.errors)")
                if findExecutable("gnuplot") != nil {
                    let report = try await Program.run(["report", files.path])
                    #expect(report.status == 0 && files.has("report.html"), "\(report.errors)")
                }
                let resumed = try await Program.run(["train", "--resume", files.path])
                #expect(resumed.status == 65 && resumed.errors.contains("format"), "\(resumed.errors)")
            }
        }

        @Test func laterFormat() async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                _ = try await Self.train(files)
                try Self.edit(files) { config, _ in (config["format"], config["options"]) = (99, "of another kind") }
                let outcome = try await Program.run(["train", "--resume", files.path])
                #expect(outcome.status == 65 && outcome.errors.contains("format 99"), "\(outcome.errors)")
            }
        }

        /// An editor replaces a file: the lock holds, and events go to the file that is there.
        @Test func metricsAreReplacedDuringTheRun() async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                let job = try Program.start(["train", "--run", files.path, "--epochs", "1000000"] + Self.small)
                try await Self.wait { try files.epochs.count > 1 }
                let text = String(decoding: try files.contents("metrics.jsonl"), as: UTF8.self)
                let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
                // Whole lines, the last without its end.
                try Data(lines.joined(separator: "\n").utf8).write(
                    to: URL(fileURLWithPath: "\(files.path)/metrics.jsonl"), options: .atomic)
                try await Self.wait { try files.contents("metrics.jsonl").count > text.utf8.count + 1000 }
                let second = try await Program.run(["train", "--resume", files.path])
                #expect(second.status == 73, "\(second.errors)")
                job.process.terminate()
                #expect(try await job.outcome().status == 75)
                #expect(try files.events.count > lines.count)
            }
        }

        @Test func folderVanishesDuringTheRun() async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                let job = try Program.start(["train", "--run", files.path, "--epochs", "1000000"] + Self.small)
                try await Self.wait { files.has("checkpoints") }
                // All at once, as a rename takes it away.
                try FileManager.default.moveItem(atPath: files.path, toPath: "\(folder)/gone")
                let outcome = try await job.outcome()
                #expect(outcome.status == 73 || outcome.status == 74, "\(outcome.errors)")
                #expect(outcome.errors.contains(files.path) && !outcome.errors.contains("the run is saved"))
                #expect(!FileManager.default.fileExists(atPath: files.path))
            }
        }

        private static func wait(_ condition: () throws -> Bool) async throws {
            for _ in 0..<3000 {
                if (try? condition()) == true { return }
                try await Task.sleep(for: .milliseconds(10))
            }
            throw Child.TimedOut(description: "what was waited for did not come")
        }

        /// What is left of a run is not written over.
        @Test(arguments: [
            "config.json", "metrics.jsonl", "model.safetensors", "checkpoints/epoch-0001-step-000000.safetensors",
        ])
        func halfLostRun(file: String) async throws {
            try await withTemporaryFolder { folder in
                let path = "\(folder)/run/\(file)"
                try FileManager.default.createDirectory(
                    atPath: (URL(fileURLWithPath: path).deletingLastPathComponent()).path,
                    withIntermediateDirectories: true)
                try Data("precious".utf8).write(to: URL(fileURLWithPath: path))
                let before = try Self.contents("\(folder)/run")
                let outcome = try await Program.run(["train", "--run", "\(folder)/run", "--epochs", "0"] + Self.small)
                #expect(outcome.status == 73 && outcome.errors.contains(file), "\(outcome.errors)")
                #expect(try Self.contents("\(folder)/run") == before)
            }
        }

        /// Each of several runs that are started at once has a folder of its own, whatever its name.
        @Test(arguments: ["784x4x10", "784" + String(repeating: "x16", count: 100) + "x10"])
        func unnamedRuns(model: String) async throws {
            try await withTemporaryFolder { folder in
                let script = """
                    cd "$0"; for i in 1 2 3; do "$@" & jobs="$jobs $!"; done; for j in $jobs; do wait $j || exit; done
                    """
                let options = [
                    Program.path, "train", "--train-limit", "20", "--test-limit", "20", "--threads", "1", "--epochs",
                    "0", "--quiet", "--model", model,
                ]
                let outcome = try await Child("/bin/sh", ["-c", script, folder] + options).outcome()
                #expect(outcome.status == 0, "\(outcome.errors)")
                let runs = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/runs")
                #expect(
                    runs.count == 3 && runs.allSatisfy { RunFiles(path: "\(folder)/runs/\($0)").has("config.json") })
            }
        }

        /// A folder that cannot be written is refused before the training.
        @Test(.enabled("cannot mount a file system") { await canMount() }) func readOnlyFolder() async throws {
            try await withTemporaryFolder { folder in
                let script = """
                    mount -t tmpfs none "$0" && "$1" train --run "$0/run" --epochs 0 --train-limit 20 --test-limit 20 \
                    --quiet && mount -o remount,ro "$0" && "$1" train --resume "$0/run" --epochs 1000000 --quiet
                    """
                let outcome = try await Child(
                    "/usr/bin/unshare", ["-rm", "sh", "-c", script, folder, Program.path]
                ).outcome()
                #expect(outcome.status == 73 && outcome.messages.count == 1, "\(outcome.errors)")
            }
        }

        private static func canMount() async -> Bool {
            let probe = try? await Child("/usr/bin/unshare", ["-rm", "mount", "-t", "tmpfs", "none", "/mnt"]).outcome()
            return probe?.status == 0
        }
    }
}
