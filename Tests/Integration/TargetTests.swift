import Foundation
import Testing

extension Integration {
    /// What the outputs are compared with is an option of the run, and said.
    @Suite struct Targets {
        /// Ten features, ten classes: the label is three more than the feature that is set.
        private static func write(to folder: String) throws {
            for (part, count) in [("train", 200), ("t10k", 100)] {
                let pixels = (0..<count * 10).map { $0 % 10 == ($0 / 10) % 10 ? UInt8(255) : 0 }
                try SmallDigits.save(SmallDigits.idx([count, 2, 5], pixels), "\(folder)/\(part)-images-idx3-ubyte")
                let labels = (0..<count).map { UInt8(($0 + 3) % 10) }
                try SmallDigits.save(SmallDigits.idx([count], labels), "\(folder)/\(part)-labels-idx1-ubyte")
            }
        }

        private static func train(_ folder: String, _ options: [String]) async throws -> Outcome {
            try await Program.run(
                ["train", "--data", folder, "--epochs", "40", "--batch-size", "20", "--learning-rate", "5"]
                    + ["--threads", "1", "--run", "\(folder)/run"] + options)
        }

        private static func target(in folder: String) throws -> String? {
            let options = try #require(try RunFiles(path: "\(folder)/run").config["options"] as? JSONObject)
            return options["target"] as? String
        }

        /// Sizes do not make an autoencoder; that they could is said.
        @Test(arguments: [[], ["--target", "labels"]]) func asManyClassesAsInputs(target: [String]) async throws {
            try await withTemporaryFolder { folder in
                try Self.write(to: folder)
                let outcome = try await Self.train(folder, ["--model", "10x10"] + target)
                #expect(outcome.status == 0 && outcome.output.contains("accuracy 1.0000 train"), "\(outcome.errors)")
                #expect(outcome.output.contains("target labels"))
                #expect(outcome.warnings.contains { $0.contains("--target inputs") } == target.isEmpty)
                #expect(try Self.target(in: folder) == "labels")
                let predicted = try await Program.run(["predict", "\(folder)/run", "--count", "1"])
                let line = try #require(predicted.outputLines.last)
                #expect(line.hasPrefix("0,3,3,") && predicted.warnings.isEmpty, "\(predicted.output)")
                let evaluated = try await Program.run(["evaluate", "\(folder)/run"])
                #expect(evaluated.output.contains("accuracy 1.0000 train"), "\(evaluated.output)")
            }
        }

        @Test func anAutoencoderByOption() async throws {
            try await withTemporaryFolder { folder in
                try Self.write(to: folder)
                let outcome = try await Self.train(folder, ["--model", "10x10", "--target", "inputs"])
                #expect(outcome.status == 0 && outcome.output.contains("target inputs: an autoencoder"))
                #expect(!outcome.output.contains("accuracy") && outcome.warnings.isEmpty, "\(outcome.errors)")
                #expect(try Self.target(in: folder) == "inputs")
                let run = "\(folder)/run"
                let predicted = try await Program.run(["predict", run, "--count", "1"])
                #expect(predicted.output.hasPrefix("sample,label,output_0,"), "\(predicted.output)")
                let evaluated = try await Program.run(["evaluate", run])
                #expect(evaluated.status == 0 && !evaluated.output.contains("accuracy"))
                // A file by itself does not know: what it is taken for is said, and can be said.
                let lone = ["evaluate", "\(run)/model.safetensors", "--data", folder]
                let guessed = try await Program.run(lone)
                #expect(guessed.output == evaluated.output && guessed.warnings.count == 1, "\(guessed.errors)")
                let told = try await Program.run(lone + ["--target", "labels"])
                #expect(told.output.contains("accuracy") && told.warnings.isEmpty, "\(told.errors)")
                let resumed = try await Program.run(["train", "--resume", run, "--target", "labels"])
                #expect(resumed.status == 64 && resumed.errors.contains("--target"), "\(resumed.errors)")
                #expect(try await Program.run(["train", "--resume", run, "--epochs", "41"]).status == 0)
                #expect(try Self.target(in: folder) == "inputs")
            }
        }

        @Test func theArticlesAutoencoderByName() async throws {
            try await withTemporaryFolder { folder in
                let outcome = try await Program.run(
                    ["train", "--model", "autoencoder", "--train-limit", "50", "--test-limit", "20", "--epochs", "1"]
                        + ["--run", "\(folder)/run"])
                #expect(outcome.status == 0 && outcome.output.contains("target inputs"), "\(outcome.errors)")
                #expect(outcome.warnings.isEmpty, "\(outcome.errors)")
            }
        }

        @Test(arguments: [["--model", "10x4x3"], []]) func needsAnOutputForEachInput(model: [String]) async throws {
            try await withTemporaryFolder { folder in
                try Self.write(to: folder)
                let outcome = try await Self.train(folder, model + ["--target", "inputs"])
                #expect(outcome.status == 64 && outcome.errors.contains("--target inputs"), "\(outcome.errors)")
            }
        }
    }
}
