import Foundation
import Testing

extension Integration {
    /// What a run leaves in its folder, and that it is what was run.
    @Suite struct RunFolder {
        static let limits = ["--train-limit", "1100", "--test-limit", "300"]

        @Test func holdsTheRun() async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/new/run")
                let outcome = try await train(files, ["--epochs", "3"])
                let events = try files.events.filter { $0["event"] as? String != "checkpoint" }
                let all = try files.events.count
                #expect(all == events.count + 4, "one at the start, one an epoch")
                #expect(events.compactMap { $0["event"] as? String } == ["start", "epoch", "epoch", "epoch", "end"])
                try check(epochs: try files.epochs)
                #expect(events.last?["weights_sha256"] as? String == outcome.hash)
                #expect(events.last?["epochs"] as? Int == 3)
                #expect(outcome.outputLines.filter { $0.hasPrefix("epoch") }.count == 3)

                let again = try await Program.run(["train", "--run", files.path] + Self.limits)
                #expect(again.status == 73)
                #expect(again.messages.count == 1 && again.errors.contains(files.path))
                #expect(try files.events.count == all, "the first run is as it was")
            }
        }

        /// A line of which a part was written when the disk was full is no part of the next.
        @Test func fullDiskWithinALine() async throws {
            let source = """
                #define _GNU_SOURCE
                #include <dlfcn.h>
                #include <errno.h>
                #include <string.h>
                #include <unistd.h>
                ssize_t write(int file, const void *bytes, size_t count) {
                    static int calls;
                    ssize_t (*next)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
                    if (count < 20 || !memmem(bytes, count, "batch_loss", 10) || ++calls != 3) return next(file, bytes, count);
                    next(file, bytes, 10);
                    errno = ENOSPC;
                    return -1;
                }
                """
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                let broken = try await Program.run(
                    ["train", "--run", files.path, "--epochs", "9"] + Self.limits,
                    variables: ["LD_PRELOAD": try await preloaded(source, in: folder)])
                #expect(broken.status == 74, "\(broken.errors)")
                let resumed = try await Program.run(["train", "--resume", files.path])
                #expect(resumed.status == 0, "\(resumed.errors)")
                #expect(try files.events.last?["event"] as? String == "end", "every line is one event")
            }
        }

        private func check(epochs: [JSONObject]) throws {
            for (index, epoch) in epochs.enumerated() {
                #expect(epoch["epoch"] as? Int == index + 1)
                #expect(epoch["samples"] as? Int == 1100)
                #expect(try #require(epoch["train_seconds"] as? Double) > 0)
                for loss in ["batch_loss", "train_loss", "test_loss"] {
                    let value = try #require(epoch[loss] as? Double, "\(loss)")
                    #expect(value > 0 && value < 1, "outputs of sigmoids are within 1 of their targets")
                }
                for (accuracy, samples) in [("train_accuracy", 1100.0), ("test_accuracy", 300.0)] {
                    let correct = try #require(epoch[accuracy] as? Double, "\(accuracy)") * samples
                    #expect(abs(correct - correct.rounded()) < 1e-9 && (0...samples).contains(correct.rounded()))
                }
                let phases = try #require(epoch["phases"] as? JSONObject)
                for phase in ["compute", "reduce", "update", "wait"] {
                    #expect(try #require(phases[phase] as? Double, "\(phase)") >= 0)
                }
            }
        }

        @Test(.needsMPI) func recordsTheOptionsAndThePlace() async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                _ = try await train(
                    files,
                    [
                        "--epochs", "1", "--batch-size", "99", "--learning-rate", "0.3", "--momentum", "0.1", "--seed",
                        "18",
                    ]
                        + ["--no-shuffle", "--initializer", "normal", "--gradient", "backprop", "--threads", "2"]
                        + ["--precision", "float64", "--slices", "11", "--model", "784x12x10"], ranks: 2)
                let config = try files.config
                #expect(config["ranks"] as? Int == 2)
                #expect(config["threads_per_rank"] as? Int == 2)
                #expect((config["hosts"] as? [String])?.count == 2)
                for name in ["version", "cpu", "mpi"] {
                    #expect((config[name] as? String)?.isEmpty == false, "\(name)")
                }
                let options = try #require(config["options"] as? JSONObject)
                let texts = [
                    "model": "784x12x10", "data": "synthetic", "initializer": "normal", "gradient": "backprop",
                    "precision": "float64", "reduction": "exact",
                ]
                for (name, value) in texts { #expect(options[name] as? String == value, "\(name)") }
                let numbers = [
                    "epochs": 1, "batchSize": 99, "learningRate": 0.3, "momentum": 0.1, "seed": 18, "slices": 11,
                    "trainLimit": 1100, "testLimit": 300,
                ]
                for (name, value) in numbers { #expect(options[name] as? Double == value, "\(name)") }
                #expect(options["shuffle"] as? Bool == false)
            }
        }

        @Test(arguments: [("float32", "F32", 4), ("float64", "F64", 8)])
        func modelIsWhatPyTorchLoads(precision: String, type: String, width: Int) async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                let outcome = try await train(files, ["--epochs", "1", "--precision", precision])
                let model = try files.model
                let shapes = [
                    "0.weight": [16, 784], "0.bias": [16], "2.weight": [16, 16], "2.bias": [16], "4.weight": [10, 16],
                    "4.bias": [10],
                ]
                #expect(model.tensors.mapValues(\.shape) == shapes)
                #expect(model.tensors.values.allSatisfy { $0.type == type })
                var end = 0
                for name in ["0.weight", "0.bias", "2.weight", "2.bias", "4.weight", "4.bias"] {
                    let tensor = try #require(model.tensors[name])
                    #expect(tensor.bytes == end..<end + width * tensor.shape.reduce(1, *), "\(name)")
                    end = tensor.bytes.upperBound
                }
                #expect(model.data.count == end)
                if let sha256sum = findExecutable("sha256sum") {
                    try model.data.write(to: URL(fileURLWithPath: "\(folder)/data"))
                    let sum = try await Child(sha256sum, ["\(folder)/data"]).outcome()
                    #expect(sum.output.prefix(64) == outcome.hash ?? "no hash")
                }
            }
        }

        @Test(arguments: ["float32", "float64"]) func evaluateFindsTheLastEpoch(precision: String) async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                let outcome = try await train(files, ["--epochs", "2", "--precision", precision])
                let last = try #require(try files.epochs.last)
                for ranks in try await Program.hasMPI.value ? [nil, 1, 2] : [nil] {
                    // Of the run it is known what it was trained on, and how.
                    let arguments = ["evaluate", files.path, "--json"]
                    let evaluated = try await Program.run(arguments, ranks: ranks)
                    #expect(evaluated.status == 0, "\(evaluated.errors)")
                    let result = try #require(try parseLines(evaluated.outputLines).first)
                    for field in ["train_loss", "test_loss", "train_accuracy", "test_accuracy"] {
                        let value = try #require(result[field] as? Double, "\(field)")
                        #expect(value == last[field] as? Double, "\(field) on \(ranks ?? 0) ranks")
                    }
                    #expect(result["weights_sha256"] as? String == outcome.hash)
                }
                let model = ["evaluate", "\(files.path)/model.safetensors", "--data", "synthetic"]
                #expect(try await Program.run(model + Self.limits).hash == outcome.hash, "by the file, as text")
            }
        }

        /// Training from a run's model goes on where it ended: no epoch leaves the weights as they were.
        @Test func weightsComeBackUnchanged() async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/first")
                let first = try await train(files, ["--epochs", "1"])
                let again = try await train(
                    RunFiles(path: "\(folder)/second"),
                    ["--epochs", "0", "--weights", "\(files.path)/model.safetensors"])
                #expect(again.hash == first.hash)
            }
        }

        @Test func jsonIsTheMetrics() async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                let outcome = try await train(files, ["--epochs", "2", "--json"])
                let metrics = try String(decoding: files.contents("metrics.jsonl"), as: UTF8.self)
                #expect(outcome.outputLines == metrics.split(separator: "\n"))
                // Of which a quiet run shows the last, which has the hash.
                let last = try await train(RunFiles(path: "\(folder)/quiet"), ["--epochs", "2", "--json", "--quiet"])
                #expect(last.outputLines.count == 1 && last.hash == outcome.hash)
                #expect(try parseLines(last.outputLines)[0]["event"] as? String == "end")
            }
        }

        /// The progress bar is for terminals; `mpirun` gives its ranks one, wherever its own output goes.
        @Test(arguments: [nil, 2]) func plainLinesInAFile(ranks: Int?) async throws {
            try await Program.requireMPI(for: ranks)
            try await withTemporaryFolder { folder in
                // Long enough for a bar to be drawn.
                let options = ["--model", "784x300x10", "--train-limit", "12000", "--epochs", "1", "--threads", "1"]
                let outcome = try await train(RunFiles(path: "\(folder)/run"), options, ranks: ranks)
                #expect(!outcome.output.contains { $0 == "\u{1B}" || $0 == "\r" }, "\(outcome.output)")
            }
        }

        /// On a terminal the bar is one line, whatever the width, with what a person wants to know.
        @Test(arguments: [40, 80, 200]) func progressBar(columns: Int) async throws {
            let script = try #require(findExecutable("script"), "util-linux's script makes terminals")
            try await withTemporaryFolder { folder in
                let options = "--model 784x300x10 --train-limit 12000 --test-limit 100 --epochs 2 --threads 1"
                let command = "stty cols \(columns); exec '\(Program.path)' train --run '\(folder)/run' \(options)"
                let outcome = try await Child(script, ["-qec", command, "/dev/null"]).outcome()
                try #require(outcome.status == 0, "\(outcome.output) \(outcome.errors)")
                let bars = outcome.output.split(separator: "\u{1B}[K").filter {
                    $0.contains("samples/s  loss") || $0.contains("samples/s loss")
                }
                .filter { $0.contains(" left") }
                #expect(!bars.isEmpty)
                for bar in bars {
                    let text = bar.prefix { $0 != "\r" && $0 != "\n" && $0 != "\r\n" }
                    #expect(text.count < columns, "\(text)")
                }
                #expect(outcome.output.contains("1 rank, 1 worker, 8 slices"))
            }
        }

        /// The synthetic digits are the same from memory and from files, and so is what is trained on them.
        @Test func synthesizedFilesTrainTheSame() async throws {
            try await withTemporaryFolder { folder in
                let made = try await Program.run(
                    ["data", "synthesize", "\(folder)/digits", "--train", "1100", "--test", "300"])
                #expect(made.status == 0, "\(made.errors)")
                let info = try await Program.run(["data", "info", "--data", "\(folder)/digits"])
                #expect(info.status == 0 && info.output.contains("1100") && info.output.contains("300"))
                let memory = try await train(RunFiles(path: "\(folder)/memory"), ["--epochs", "1"])
                let file = try await train(
                    RunFiles(path: "\(folder)/files"), ["--epochs", "1", "--data", "\(folder)/digits"])
                #expect(file.hash == memory.hash)
            }
        }

        private func train(_ files: RunFiles, _ options: [String], ranks: Int? = nil) async throws -> Outcome {
            let outcome = try await Program.run(["train", "--run", files.path] + Self.limits + options, ranks: ranks)
            try #require(outcome.status == 0 && outcome.hash != nil, "\(outcome.errors)")
            return outcome
        }
    }
}
