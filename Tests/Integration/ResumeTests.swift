import Foundation
import Testing

extension Integration {
    /// A run that was stopped, however, goes on anywhere, and ends with the bits of one that was not.
    @Suite struct Resume {
        static let small = ["--train-limit", "3000", "--test-limit", "300", "--batch-size", "130"]
        static let options = small + ["--epochs", "6", "--checkpoint-every", "7steps"]
        /// Long enough to be stopped in.
        static let long = small + ["--epochs", "300", "--checkpoint-every", "50steps"]

        static let reference = Task {
            try await withTemporaryFolder { folder in
                try await Program.run(["train", "--run", "\(folder)/run", "--threads", "1"] + options).hash
            }
        }

        /// Stopped by a fault in mid-epoch; the epoch's figures are those of the uninterrupted run, too.
        @Test(arguments: [(nil, 1), (nil, 2), (2, 1), (4, 1)] as [(Int?, Int)])
        func elsewhere(ranks: Int?, threads: Int) async throws {
            try await Program.requireMPI(for: ranks)
            try await withTemporaryFolder { folder in
                let whole = RunFiles(path: "\(folder)/whole")
                let files = RunFiles(path: "\(folder)/run")
                _ = try await Program.run(["train", "--run", whole.path] + Self.options)
                let broken = try await Program.run(
                    ["train", "--run", files.path, "--inject", "fail:0:53"] + Self.options)
                #expect(broken.status == 74 && broken.hash == nil, "\(broken.errors)")
                // 49 of the 144 steps are saved: epoch 3, after step 1.
                let outcome = try await Program.run(
                    ["train", "--resume", files.path, "--threads", "\(threads)"], ranks: ranks)
                #expect(outcome.status == 0, "\(outcome.errors)")
                #expect(try await outcome.hash == Self.reference.value)
                let resumed = try #require(try files.events.first { $0["event"] as? String == "resume" })
                #expect(resumed["epoch"] as? Int == 3 && resumed["step"] as? Int == 1)
                for field in ["batch_loss", "train_loss", "test_accuracy"] {
                    #expect(try files.curve(field).suffix(4) == whole.curve(field).suffix(4), "\(field)")
                }
                #expect(try files.contents("model.safetensors") == whole.contents("model.safetensors"))
            }
        }

        /// An optimiser that counts its steps and has two vectors beside the weights goes on with all of it.
        @Test(arguments: ["exact", "allreduce"]) func adam(reduction: String) async throws {
            try await withTemporaryFolder { folder in
                let options =
                    Self.options + ["--optimizer", "adam", "--learning-rate", "0.02", "--reduction", reduction]
                let whole = try await Program.run(["train", "--run", "\(folder)/whole", "--threads", "2"] + options)
                let files = RunFiles(path: "\(folder)/run")
                let broken = try await Program.run(
                    ["train", "--run", files.path, "--threads", "2", "--inject", "fail:0:53"] + options)
                #expect(broken.status == 74, "\(broken.errors)")
                let outcome = try await Program.run(
                    ["train", "--resume", files.path, "--threads", reduction == "exact" ? "3" : "2"])
                #expect(outcome.hash != nil && outcome.hash == whole.hash, "\(outcome.errors)")
                let recorded = try #require(try files.config["options"] as? JSONObject)
                #expect(recorded["beta1"] as? Double == 0.9 && recorded["beta2"] as? Double == 0.999)
                #expect(recorded["momentum"] == nil && recorded["learningRate"] as? Double == 0.02)
            }
        }

        /// What goes by the number of the step does so after a resume in mid-epoch, on any layout.
        @Test(arguments: [("float32", nil, 3), ("float64", 2, 2)] as [(String, Int?, Int)])
        func recipe(precision: String, ranks: Int?, threads: Int) async throws {
            try await Program.requireMPI(for: ranks)
            try await withTemporaryFolder { folder in
                let options = Self.options + Workload.recipe + ["--precision", precision]
                let whole = try await Program.run(["train", "--run", "\(folder)/whole", "--threads", "2"] + options)
                let broken = try await Program.run(
                    ["train", "--run", "\(folder)/run", "--threads", "1", "--inject", "fail:0:53"] + options)
                #expect(broken.status == 74, "\(broken.errors)")
                let outcome = try await Program.run(
                    ["train", "--resume", "\(folder)/run", "--threads", "\(threads)"], ranks: ranks)
                #expect(outcome.hash != nil && outcome.hash == whole.hash, "\(outcome.errors)")
            }
        }

        /// With nothing changed a finished run is finished; with more epochs it goes on as if it had had them at first.
        @Test func afterTheEnd() async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                let first = try await Program.run(["train", "--run", files.path, "--epochs", "2"] + Self.small)
                let again = try await Program.run(["train", "--resume", files.path])
                #expect(again.status == 0 && again.hash == first.hash)
                let more = try await Program.run(["train", "--resume", files.path, "--epochs", "6", "--quiet"])
                #expect(try await more.hash == Self.reference.value, "\(more.errors)")
                #expect(more.outputLines.count == 1)
                #expect((try files.config["options"] as? JSONObject)?["epochs"] as? Int == 6)
            }
        }

        @Test(
            arguments: [
                (["--seed", "2"], "--seed", "1", "2"), (["--batch-size", "99"], "--batch-size", "130", "99"),
                (["--epochs", "1"], "--epochs", "2", "1"), (["--no-shuffle"], "--shuffle", "1", "0"),
                (["--precision", "float64"], "--precision", "float32", "float64"),
                (["--slices", "16"], "--slices", "8", "16"),
                (["--optimizer", "adam"], "--optimizer", "sgd", "adam"),
                (["--model", "784x4x10"], "--model", "784x16x16x10", "784x4x10"),
                (["--weights", "x.safetensors"], "--weights", "none", "x.safetensors"),
            ])
        func refusesWhatWouldChangeTheResult(_ options: [String], _ name: String, _ old: String, _ new: String)
            async throws
        {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                _ = try await Program.run(["train", "--run", files.path, "--epochs", "2"] + Self.small)
                let outcome = try await Program.run(["train", "--resume", files.path] + options)
                #expect(outcome.status == 64)
                let message = try #require(outcome.messages.first)
                for part in [name, old, new] { #expect(message.contains(part), "\(message)") }
            }
        }

        @Test func refusesOtherSamples() async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                _ = try await Program.run(["data", "synthesize", "\(folder)/a", "--train", "500", "--test", "100"])
                _ = try await Program.run(
                    ["data", "synthesize", "\(folder)/b", "--train", "500", "--test", "100", "--seed", "2"])
                let first = try await Program.run([
                    "train", "--data", "\(folder)/a", "--run", files.path, "--epochs", "1",
                ])
                #expect(first.status == 0, "\(first.errors)")
                try FileManager.default.moveItem(atPath: "\(folder)/a", toPath: "\(folder)/c")
                let moved = try await Program.run(["train", "--resume", files.path, "--data", "\(folder)/c"])
                #expect(moved.status == 0 && moved.hash == first.hash)
                let other = try await Program.run(["train", "--resume", files.path, "--data", "\(folder)/b"])
                #expect(other.status == 65 && other.errors.contains("\(folder)/b"), "\(other.errors)")
            }
        }

        @Test func nothingToResume() async throws {
            try await withTemporaryFolder { folder in
                let outcome = try await Program.run(["train", "--resume", "\(folder)/none"])
                #expect(outcome.status == 66 && outcome.errors.contains("\(folder)/none"))
                let both = try await Program.run(["train", "--resume", folder, "--run", folder])
                #expect(both.status == 64)
                try Data("{}".utf8).write(to: URL(fileURLWithPath: "\(folder)/config.json"))
                let broken = try await Program.run(["train", "--resume", folder])
                #expect(broken.status == 65 && broken.errors.contains("config.json"))
            }
        }

        /// A checkpoint that is cut or has a flipped bit is passed over, with a message, for the one before it.
        @Test(arguments: ["cut", "flipped", "both"]) func damagedCheckpoint(_ damage: String) async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                _ = try await Program.run(["train", "--run", files.path, "--inject", "fail:0:100"] + Self.options)
                let names = try FileManager.default.contentsOfDirectory(atPath: "\(files.path)/checkpoints").sorted()
                try #require(names.count == 2)
                for name in damage == "both" ? names : [names[1]] {
                    let file = URL(fileURLWithPath: "\(files.path)/checkpoints/\(name)")
                    var bytes = try Data(contentsOf: file)
                    if damage == "cut" { bytes.removeLast(bytes.count / 3) } else { bytes[bytes.count / 2] ^= 16 }
                    try bytes.write(to: file)
                }
                let outcome = try await Program.run(["train", "--resume", files.path])
                if damage == "both" {
                    #expect(
                        outcome.status == 65 && outcome.errors.contains(names[0]) && outcome.errors.contains(names[1]))
                } else {
                    #expect(outcome.errors.contains(names[1]), "\(outcome.errors)")
                    #expect(try await outcome.hash == Self.reference.value)
                }
            }
        }

        /// Killed before it had saved anything: resumed from the beginning. A line of the metrics that was cut is gone.
        @Test func beforeTheFirstCheckpoint() async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                _ = try await Program.run(["train", "--run", files.path, "--inject", "fail:0:5"] + Self.options)
                try FileManager.default.removeItem(atPath: "\(files.path)/checkpoints")
                let metrics = URL(fileURLWithPath: "\(files.path)/metrics.jsonl")
                try (Data(contentsOf: metrics) + Data(#"{"event":"epo"#.utf8)).write(to: metrics)
                let outcome = try await Program.run(["train", "--resume", files.path])
                #expect(try await outcome.hash == Self.reference.value, "\(outcome.errors)")
                #expect(outcome.errors.contains("no checkpoint yet"))
                #expect(try files.epochs.count == 6)
            }
        }

        /// Two processes never write one run.
        @Test func runThatIsBeingWritten() async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                let job = try Program.start(["train", "--run", files.path] + Self.long)
                for _ in 0..<1000 where !files.has("config.json") { try await Task.sleep(for: .milliseconds(10)) }
                let second = try await Program.run(["train", "--resume", files.path])
                job.process.terminate()
                #expect(second.status == 73 && second.errors.contains("another process"), "\(second.errors)")
                #expect(try await job.outcome().status == 75)
            }
        }
    }
}
