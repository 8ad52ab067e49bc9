import Foundation
import Testing

extension Integration {
    /// Activations and losses, as users name them and as files keep them.
    @Suite struct Networks {
        private static let small = [
            "--model", "784x6x5x10", "--train-limit", "200", "--test-limit", "60", "--batch-size", "50", "--epochs",
            "2",
            "--learning-rate", "0.1", "--threads", "1",
        ]
        private static let modern = ["--activation", "relu,sigmoid", "--loss", "cross-entropy"]

        private static func train(_ path: String, _ options: [String]) async throws -> RunFiles {
            let outcome = try await Program.run(["train", "--run", path] + small + options)
            try #require(outcome.status == 0, "\(outcome.errors)")
            return RunFiles(path: path)
        }

        /// A loss brings its last activation; all is recorded, and said at the start.
        @Test func whatWasResolved() async throws {
            try await withTemporaryFolder { folder in
                let files = try await Self.train("\(folder)/run", Self.modern)
                let options = try #require(try files.config["options"] as? JSONObject)
                let start = try #require(try files.events.first)
                for (record, output) in [(options, "outputActivation"), (start, "output_activation")] {
                    #expect(record["activation"] as? String == "relu,sigmoid")
                    #expect(record[output] as? String == "softmax" && record["loss"] as? String == "cross-entropy")
                }
                // Of ten classes a guess costs ln 10.
                let losses = try files.curve("train_loss")
                #expect(losses[0] < 2.5 && losses[1] < losses[0] && losses[1] > 0.1, "\(losses)")
                let article = try await Self.train("\(folder)/article", ["--activation", "sigmoid,sigmoid"])
                let former = try #require(try article.config["options"] as? JSONObject)
                #expect(["activation", "outputActivation"].allSatisfy { former[$0] as? String == "sigmoid" })
                #expect(former["loss"] as? String == "mse")
            }
        }

        /// Each loss with what it implies, from Glorot's weights.
        @Test(arguments: [
            (["--loss", "cross-entropy", "--model", "784x5x784", "--target", "inputs"], "sigmoid", "cross-entropy"),
            (["--loss", "mae"], "linear", "mae"), (["--loss", "quantile:0.90"], "linear", "quantile:0.9"),
            (["--loss", "poisson", "--output-activation", "softplus"], "softplus", "poisson"),
        ])
        func whatALossImplies(_ options: [String], _ activation: String, _ loss: String) async throws {
            try await withTemporaryFolder { folder in
                let files = try await Self.train(
                    "\(folder)/run",
                    options + ["--activation", "tanh", "--initializer", "glorot", "--precision", "float64"])
                let start = try #require(try files.events.first)
                #expect(start["output_activation"] as? String == activation && start["loss"] as? String == loss)
                let losses = try files.curve("train_loss")
                #expect(losses[1] < losses[0], "\(losses)")
                let evaluated = try await Program.run(["evaluate", files.path, "--json"])
                let result = try #require(try parseLines(evaluated.outputLines).first, "\(evaluated.errors)")
                #expect(result["train_loss"] as? Double == losses[1])
                let jacobian = try await Program.run(
                    ["jacobian", files.path, "--count", "2", "--output", "\(folder)/j"])
                #expect(jacobian.status == 0 && jacobian.output.contains("passed"), "\(jacobian.errors)")
            }
        }

        @Test(
            arguments: [
                (["--activation", "swish"], "'swish' is not one of sigmoid, tanh"),
                (["--activation", "softmax"], "'softmax' is not one of sigmoid, tanh"),
                (["--activation", "relu,relu,relu"], "3 activations, of 2 hidden layers"),
                (["--activation", ""], "is not one of"), (["--output-activation", "tanhh"], "softmax"),
                (["--loss", "mean"], "cross-entropy"),
                (["--loss", "cross-entropy", "--output-activation", "relu"], "goes with --output-activation softmax"),
                (["--output-activation", "softmax"], "--loss mse goes with"),
                (
                    [
                        "--model", "784x5x784", "--target", "inputs", "--loss", "cross-entropy", "--output-activation",
                        "softmax",
                    ], "--target inputs"
                ), (["--loss", "quantile:1"], "'quantile:1' is not one of"),
                (
                    ["--loss", "poisson", "--output-activation", "tanh"],
                    "goes with --output-activation linear, softplus"
                ),
                (["--initializer", "glorott"], "glorot"),
            ])
        func refuses(_ options: [String], _ words: String) async throws {
            try await withTemporaryFolder { folder in
                let outcome = try await Program.run(["train", "--run", "\(folder)/run"] + Self.small + options)
                #expect(outcome.status == 64 && outcome.errors.contains(words), "\(outcome.errors)")
                #expect(!FileManager.default.fileExists(atPath: "\(folder)/run"))
            }
        }

        /// A lone file knows its network: it is measured, asked and differentiated as in its run.
        @Test func loneFiles() async throws {
            try await withTemporaryFolder { folder in
                let files = try await Self.train("\(folder)/run", Self.modern + ["--precision", "float64"])
                let last = try #require(try files.epochs.last)
                let lone = "\(folder)/lone.safetensors"
                try FileManager.default.copyItem(atPath: "\(files.path)/model.safetensors", toPath: lone)
                let data = ["--data", "synthetic", "--train-limit", "200", "--test-limit", "60"]
                for (name, options) in [(files.path, []), (lone, data)] {
                    let found = try await Program.run(["evaluate", name, "--json"] + options)
                    let result = try #require(try parseLines(found.outputLines).first, "\(found.errors)")
                    for field in ["train_loss", "test_loss", "train_accuracy", "test_accuracy"] {
                        #expect(result[field] as? Double == last[field] as? Double, "\(field) of \(name)")
                    }
                    let predicted = try await Program.run(
                        ["predict", name, "--count", "5", "--format", "jsonl"] + options)
                    #expect(predicted.status == 0, "\(predicted.errors)")
                    for line in try parseLines(predicted.outputLines) {
                        let outputs = try #require(line["outputs"] as? [Double])
                        #expect(abs(outputs.reduce(0, +) - 1) < 1e-14, "probabilities")
                    }
                    let jacobian = try await Program.run(
                        ["jacobian", name, "--count", "4", "--output", "\(folder)/j"] + options)
                    #expect(jacobian.status == 0 && jacobian.output.contains("passed"), "\(jacobian.errors)")
                }
            }
        }

        /// What a file says of its network is believed only where it can be.
        @Test(
            arguments: [
                ("\\\"loss\\\":\\\"cross-entropy\\\"", "\\\"loss\\\":\\\"cross-entropx\\\"", "is not one of mse"),
                ("\\\"loss\\\":\\\"cross-entropy\\\"", "\\\"loss\\\":\\\"mse\\\"          ", "--loss mse goes with"),
                ("784x6x5x10", "784x6x6x10", "784x6x6x10"), ("relu,sigmoid", "sigmoid,relu", "config.json"),
                ("{\\\"activation", "[\\\"activation", "expected"),
            ])
        func damagedMetadata(_ from: String, _ to: String, _ words: String) async throws {
            try await withTemporaryFolder { folder in
                let files = try await Self.train("\(folder)/run", Self.modern)
                var bytes = try files.contents("model.safetensors")
                let range = try #require(bytes.range(of: Data(from.utf8)), "the metadata are not as this test has them")
                bytes.replaceSubrange(range, with: Data(to.utf8))
                try bytes.write(to: URL(fileURLWithPath: "\(files.path)/model.safetensors"))
                let outcome = try await Program.run(["evaluate", files.path])
                #expect(outcome.status == 65 && outcome.errors.contains(words), "\(outcome.errors)")
            }
        }

        /// A record from before there was a choice, and its checkpoints, are of sigmoids and their squared error.
        @Test func formerRecords() async throws {
            try await withTemporaryFolder { folder in
                let whole = try await Self.train("\(folder)/whole", ["--epochs", "3"])
                let files = try await Self.train("\(folder)/run", [])
                var config = try files.config
                var options = try #require(config["options"] as? JSONObject)
                for name in ["activation", "outputActivation", "loss"] {
                    #expect(options.removeValue(forKey: name) != nil)
                }
                config["options"] = options
                try JSONSerialization.data(withJSONObject: config).write(
                    to: URL(fileURLWithPath: "\(files.path)/config.json"))
                let evaluated = try await Program.run(["evaluate", files.path])
                #expect(evaluated.status == 0, "\(evaluated.errors)")
                let resumed = try await Program.run(["train", "--resume", files.path, "--epochs", "3"])
                #expect(resumed.status == 0, "\(resumed.errors)")
                #expect(try files.model.data == whole.model.data)
                let other = try await Program.run(["train", "--resume", files.path, "--activation", "relu"])
                #expect(other.status == 64 && other.errors.contains("--activation of the run"), "\(other.errors)")
            }
        }

        /// A network of rectifiers that are all dead says so.
        @Test func deadUnits() async throws {
            try await withTemporaryFolder { folder in
                let outcome = try await Program.run(
                    ["train", "--run", "\(folder)/run"] + Self.small + [
                        "--activation", "relu", "--learning-rate", "1e4",
                    ])
                #expect(outcome.status == 0 && outcome.errors.contains("gradients are zero"), "\(outcome.errors)")
            }
        }

        /// All engines give one loss, to rounding, and each its own hash on any layout.
        @Test func engines() async throws {
            try await withTemporaryFolder { folder in
                var losses: [Double] = []
                for gradient in ["frontprop", "backprop", "matrix", "scalar"] {
                    let options = Self.modern + ["--gradient", gradient, "--precision", "float64", "--epochs", "1"]
                    let files = try await Self.train("\(folder)/\(gradient)", options + ["--train-limit", "60"])
                    losses.append(try #require(try files.curve("test_loss").last))
                }
                for loss in losses { #expect(abs(loss / losses[0] - 1) < 1e-12, "\(losses)") }
            }
        }

        @Test func gradientCheck() async throws {
            let all = try await Program.run(["gradcheck", "--topology", "5x4x3x2"])
            #expect(all.status == 0 && all.output.contains("cross-entropy"), "\(all.output)")
            #expect(all.outputLines.last?.hasPrefix("5x4x3x2, ") == true && all.output.contains("passed"))
            let one = try await Program.run(
                ["gradcheck", "--topology", "5x4x3x2", "--activation", "relu,sigmoid", "--loss", "cross-entropy"])
            #expect(one.status == 0, "\(one.output)")
            #expect(one.outputLines.last == "5x4x3x2 relu,sigmoid, softmax, cross-entropy: passed")
            let dropped = try await Program.run(["gradcheck", "--topology", "5x4x3x2", "--dropout", "0.5"])
            #expect(dropped.status == 0 && dropped.output != all.output, "\(dropped.output)")
            let wrong = try await Program.run(["gradcheck", "--activation", "relu,sigmoid", "--topology", "5x2"])
            #expect(wrong.status == 64 && wrong.errors.contains("hidden layers"), "\(wrong.errors)")
        }
    }
}
