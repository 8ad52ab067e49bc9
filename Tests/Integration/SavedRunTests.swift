import Foundation
import Testing

extension Integration {
    /// What a run was trained on, and for, is taken from the run.
    @Suite struct SavedRuns {
        /// Digits that are not the default ones, and a run on them that was begun in `folder` by a relative path.
        private static func train(
            in folder: String, _ options: [String] = [], digits: [String] = ["--seed", "7"]
        ) async throws -> RunFiles {
            let made = try await Program.run(
                ["data", "synthesize", "\(folder)/digits", "--train", "300", "--test", "120"] + digits)
            try #require(made.status == 0, "\(made.errors)")
            let trained = try await Program.run(
                ["train", "--data", "digits", "--run", "run", "--model", "784x5x10", "--epochs", "2", "--threads", "1"]
                    + ["--batch-size", "50"] + options, folder: folder)
            try #require(trained.status == 0, "\(trained.errors)")
            return RunFiles(path: "\(folder)/run")
        }

        /// From any folder, on any number of ranks.
        @Test(arguments: [nil, 2]) func evaluateHasTheRunsData(ranks: Int?) async throws {
            try await Program.requireMPI(for: ranks)
            try await withTemporaryFolder { folder in
                let files = try await Self.train(in: folder, ["--train-limit", "250", "--precision", "float64"])
                let last = try #require(try files.epochs.last)
                let outcome = try await Program.run(["evaluate", files.path, "--json"], ranks: ranks)
                #expect(outcome.status == 0 && outcome.outputLines.count == 1, "\(outcome.errors)")
                let found = try #require(try parseLines(outcome.outputLines).first)
                for field in ["train_loss", "test_loss", "train_accuracy", "test_accuracy"] {
                    #expect(found[field] as? Double == last[field] as? Double, "\(field)")
                }
            }
        }

        /// Within other limits they are still the run's; other data must be asked for.
        @Test func limitsAndOtherData() async throws {
            try await withTemporaryFolder { folder in
                let files = try await Self.train(in: folder)
                func losses(_ options: [String]) async throws -> [Double] {
                    let outcome = try await Program.run(["evaluate", files.path, "--json"] + options)
                    #expect(outcome.status == 0, "\(outcome.errors)")
                    let found = try #require(try parseLines(outcome.outputLines).first)
                    return try ["train_loss", "test_loss"].map { try #require(found[$0] as? Double) }
                }
                let whole = try await losses([])
                let limited = try await losses(["--train-limit", "100"])
                #expect(limited[0] != whole[0] && limited[1] == whole[1])
                let named = try await losses(["--data", "\(folder)/digits", "--train-limit", "100"])
                #expect(limited == named)
                let others = try await losses(["--data", "synthetic", "--train-limit", "300", "--test-limit", "120"])
                #expect(others[0] != whole[0] && others[1] != whole[1])
            }
        }

        private static let commands = [["evaluate"], ["predict"], ["jacobian", "--count", "2"]]

        @Test(arguments: commands) func refusesOtherData(command: [String]) async throws {
            try await withTemporaryFolder { folder in
                let files = try await Self.train(in: folder)
                let line = command + [files.path]
                let good = try await Program.run(line, folder: folder)
                #expect(good.status == 0, "\(good.errors)")
                let labels = "\(folder)/digits/t10k-labels-idx1-ubyte"
                var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: labels)))
                bytes[20] = (bytes[20] + 1) % 10
                try SmallDigits.save(bytes, labels)
                let other = try await Program.run(line, folder: folder)
                #expect(other.status == 65 && other.output.isEmpty && other.messages.count == 1)
                for words in ["\(folder)/digits", "not those that the run", "checksum", "--data"] {
                    #expect(other.errors.contains(words), "\(other.errors)")
                }
                #expect(try await Program.run(line + ["--data", "digits"], folder: folder).status == 0)
                try FileManager.default.removeItem(atPath: "\(folder)/digits")
                let gone = try await Program.run(line, folder: folder)
                #expect(gone.status == 66 && gone.errors.contains("\(folder)/digits"), "\(gone.errors)")
                #expect(gone.errors.contains("--data takes others"))
            }
        }

        @Test(arguments: commands) func aLoneFileWantsData(command: [String]) async throws {
            try await withTemporaryFolder { folder in
                let files = try await Self.train(in: folder)
                let line = command + ["\(files.path)/model.safetensors"]
                let outcome = try await Program.run(line, folder: folder)
                #expect(outcome.status == 64 && outcome.errors.contains("--data"), "\(outcome.errors)")
                #expect(try await Program.run(line + ["--data", "digits"], folder: folder).status == 0)
                let nothing = try await Program.run(command, folder: folder)
                #expect(nothing.status == 64 && nothing.errors.contains("model.safetensors"), "\(nothing.errors)")
            }
        }

        /// A run that was stopped, and one whose model is another's.
        @Test func modelThatIsNotThere() async throws {
            try await withTemporaryFolder { folder in
                let files = try await Self.train(in: folder)
                let model = "\(files.path)/model.safetensors"
                let other = SafetensorsFile.bytes([
                    ("0.weight", [10, 784], [Float](repeating: 0, count: 7840)),
                    ("0.bias", [10], [Float](repeating: 0, count: 10)),
                ])
                try other.write(to: URL(fileURLWithPath: model))
                let swapped = try await Program.run(["evaluate", files.path])
                #expect(swapped.status == 65, "\(swapped.errors)")
                #expect(swapped.errors.contains("784x10") && swapped.errors.contains("784x5x10"))
                try FileManager.default.removeItem(atPath: model)
                let stopped = try await Program.run(["predict", files.path])
                #expect(stopped.status == 66 && stopped.errors.contains("--resume"), "\(stopped.errors)")
            }
        }

        /// Images by themselves, as files of several kinds and on standard input.
        @Test func imagesWithoutLabels() async throws {
            try await withTemporaryFolder { folder in
                let files = try await Self.train(in: folder)
                let images = "\(folder)/digits/t10k-images-idx3-ubyte"
                try FileManager.default.createDirectory(atPath: "\(folder)/alone", withIntermediateDirectories: true)
                try FileManager.default.copyItem(atPath: images, toPath: "\(folder)/alone/t10k-images-idx3-ubyte")
                let known = try await Program.run(["predict", files.path, "--count", "3"])
                #expect(known.status == 0 && known.outputLines.count == 4, "\(known.errors)")
                // The label's column stays, and is empty.
                let expected = known.outputLines.dropFirst().map { line in
                    let fields = line.split(separator: ",")
                    return ([fields[0], ""] + fields[2...]).joined(separator: ",")
                }
                for (words, input) in [
                    (["--data", "\(folder)/alone"], nil), (["\(folder)/alone"], nil), ([images], nil), (["-"], images),
                ] as [([String], String?)] {
                    let run = words[0] == "--data" ? ["--weights", files.path] : [files.path]
                    let outcome = try await Program.run(["predict"] + run + words + ["--count", "3"], input: input)
                    #expect(outcome.status == 0, "\(outcome.errors)")
                    #expect(outcome.outputLines.dropFirst().map(String.init) == expected, "\(words)")
                }
                let json = try await Program.run(["predict", files.path, images, "--count", "1", "--format", "jsonl"])
                let object = try #require(try parseLines(json.outputLines).first)
                #expect(object["label"] == nil && object["answer"] is Int && object["sample"] as? Int == 0)
                let jacobian = try await Program.run(
                    ["jacobian", "--weights", files.path, images, "--count", "2", "--output", "\(folder)/j"])
                #expect(jacobian.status == 0 && jacobian.output.contains("without labels"), "\(jacobian.errors)")
                let file = try SafetensorsFile(
                    Data(contentsOf: URL(fileURLWithPath: "\(folder)/j/jacobian.safetensors")))
                #expect(file.tensors["labels"] == nil && file.tensors["jacobian"]?.shape == [2, 10, 784])
                let twice = try await Program.run(["predict", files.path, images, "--data", "synthetic"])
                #expect(twice.status == 64 && twice.errors.contains("FILE and --data"), "\(twice.errors)")
                let training = try await Program.run(
                    ["predict", files.path, "--data", "\(folder)/alone", "--set", "train"])
                #expect(training.status == 66 && training.errors.contains("train-images"), "\(training.errors)")
            }
        }

        /// Classes beyond the digits, as EMNIST has them, from the training to the pictures.
        @Test func moreClassesThanDigits() async throws {
            try await withTemporaryFolder { folder in
                for (part, count) in [("train", 120), ("t10k", 62)] {
                    let pixels = (0..<count * 12).map { UInt8(truncatingIfNeeded: $0 * 37) }
                    try SmallDigits.save(SmallDigits.idx([count, 3, 4], pixels), "\(folder)/\(part)-images-idx3-ubyte")
                    let labels = (0..<count).map { UInt8($0 % 62) }
                    try SmallDigits.save(SmallDigits.idx([count], labels), "\(folder)/\(part)-labels-idx1-ubyte")
                }
                func train(outputs: Int) async throws -> Outcome {
                    try await Program.run(
                        [
                            "train", "--data", folder, "--model", "12x4x\(outputs)", "--epochs", "1", "--learning-rate",
                            "1",
                        ]
                            + ["--run", "\(folder)/run\(outputs)"])
                }
                #expect(try await train(outputs: 62).status == 0)
                let jacobian = try await Program.run(["jacobian", "\(folder)/run62", "--output", "\(folder)/j"])
                #expect(jacobian.status == 0, "\(jacobian.errors)")
                #expect(FileManager.default.fileExists(atPath: "\(folder)/j/class-61.png"))
                let few = try await train(outputs: 61)
                #expect(few.status == 65, "\(few.errors)")
                for words in ["train-labels", "label 61 is 61", "0 to 60"] { #expect(few.errors.contains(words)) }
            }
        }
    }
}
