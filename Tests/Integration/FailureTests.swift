import Foundation
import Testing

extension Integration {
    /// The exit codes and messages that batch scripts and users rely on.
    @Suite struct Failures {
        static let small = ["--train-limit", "100", "--test-limit", "50", "--epochs", "1"]

        @Test(
            arguments: [
                ["--frobnicate"], ["--model", "784"], ["--model", "784x0x10"], ["--model", "784x16x"],
                ["--model", "perceptron"], ["--epochs", "-1"], ["--epochs=-1"], ["--batch-size", "0"],
                ["--threads", "0"], ["--slices", "0"], ["--train-limit", "0"], ["--test-limit=-5"],
                ["--learning-rate", "fast"], ["--learning-rate", "nan"], ["--momentum", "inf"],
                ["--precision", "float16"], ["--gradient", "forward"], ["--reduction", "tree"],
                ["--initializer", "zero"], ["--seed=-1"], ["--model", "784x99999999999x99999999999x10"],
            ])
        func usage(_ options: [String]) async throws {
            try await withTemporaryFolder { folder in
                let run = RunFiles(path: "\(folder)/run")
                let outcome = try await Program.run(["train", "--run", run.path] + Self.small + options)
                #expect(outcome.status == 64, "\(outcome.errors)")
                let option = try #require(options[0].split(separator: "=").first)
                let value = options.last ?? ""
                #expect(outcome.errors.contains(option) || outcome.errors.contains(value))
                #expect(outcome.output.isEmpty && !FileManager.default.fileExists(atPath: run.path))
            }
        }

        @Test func unknownCommand() async throws {
            #expect(try await Program.run(["dance"]).status == 64)
            #expect(try await Program.run(["data", "dance"]).status == 64)
        }

        @Test(.needsMPI) func usageIsSaidOnce() async throws {
            let outcome = try await Program.run(["train", "--epochs=-1"], ranks: 3)
            #expect(outcome.status == 64)
            #expect(outcome.errors.split(separator: "\n").filter { $0.contains("--epochs must be") }.count == 1)
            #expect(try await Program.statuses(["train", "--epochs=-1"], ranks: 3) == [64, 64, 64])
        }

        @Test(arguments: BrokenDigits.all) func brokenData(_ digits: BrokenDigits) async throws {
            try await withTemporaryFolder { folder in
                try SmallDigits.write(to: folder)
                try digits.damage(folder)
                let arguments = ["train", "--run", "\(folder)/run", "--data", "\(folder)/\(digits.folder)"]
                for ranks in try await Program.hasMPI.value ? [nil, 3] : [nil] {
                    let outcome = try await Program.run(arguments, ranks: ranks)
                    #expect(outcome.status == digits.status, "\(outcome.errors)")
                    #expect(outcome.messages.count == 1, "\(outcome.errors)")
                    let message = try #require(outcome.messages.first)
                    for part in digits.mentions { #expect(message.contains(part), "\(message)") }
                    if ranks != nil {
                        #expect(message.contains("rank 0 on \(ProcessInfo.processInfo.hostName)"), "\(message)")
                    }
                    #expect(outcome.seconds < 5)
                    #expect(!FileManager.default.fileExists(atPath: "\(folder)/run"))
                }
            }
        }

        /// Whole digits are read: what is refused above is refused for its damage.
        @Test func wholeData() async throws {
            try await withTemporaryFolder { folder in
                try SmallDigits.write(to: folder)
                let outcome = try await Program.run(
                    ["train", "--data", folder, "--run", "\(folder)/run", "--epochs", "1"])
                #expect(outcome.status == 0 && outcome.hash != nil, "\(outcome.errors)")
            }
        }

        @Test(.needsMPI) func everyRankEndsWithTheCode() async throws {
            try await withTemporaryFolder { folder in
                try SmallDigits.write(to: folder)
                let data = ["train", "--run", "\(folder)/run", "--data"]
                #expect(try await Program.statuses(data + ["\(folder)/none"], ranks: 3) == [66, 66, 66])
                try FileManager.default.removeItem(atPath: "\(folder)/t10k-labels-idx1-ubyte")
                #expect(try await Program.statuses(data + [folder], ranks: 3) == [66, 66, 66])
                try Data([0, 0, 9, 1]).write(to: URL(fileURLWithPath: "\(folder)/t10k-labels-idx1-ubyte"))
                #expect(try await Program.statuses(data + [folder], ranks: 3) == [65, 65, 65])
            }
        }

        @Test func runFolderThatCannotBe() async throws {
            try await withTemporaryFolder { folder in
                try Data().write(to: URL(fileURLWithPath: "\(folder)/file"))
                let arguments = ["train", "--run", "\(folder)/file/run"] + Self.small
                for ranks in try await Program.hasMPI.value ? [nil, 2] : [nil] {
                    let outcome = try await Program.run(arguments, ranks: ranks)
                    #expect(outcome.status == 73)
                    #expect(outcome.messages.count == 1 && outcome.errors.contains("\(folder)/file/run"))
                }
            }
        }

        @Test(.enabled("root may write anywhere") { getuid() != 0 }) func readOnlyFolder() async throws {
            try await withTemporaryFolder { folder in
                try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: folder)
                let outcome = try await Program.run(["train", "--run", "\(folder)/run"] + Self.small)
                #expect(outcome.status == 73)
                #expect(outcome.messages.count == 1 && outcome.errors.contains("\(folder)/run"))
            }
        }

        @Test(arguments: BrokenWeights.all) func brokenWeights(_ weights: BrokenWeights) async throws {
            try await withTemporaryFolder { folder in
                let file = "\(folder)/weights.safetensors"
                try weights.file?.write(to: URL(fileURLWithPath: file))
                let arguments = ["train", "--run", "\(folder)/run", "--model", "784x2x10", "--weights", file]
                for ranks in try await Program.hasMPI.value ? [nil, 2] : [nil] {
                    let outcome = try await Program.run(arguments + Self.small, ranks: ranks)
                    try? FileManager.default.removeItem(atPath: "\(folder)/run")
                    #expect(outcome.status == weights.status, "\(outcome.errors)")
                    #expect(outcome.messages.count == 1, "\(outcome.errors)")
                    for part in weights.mentions + [file] {
                        #expect(outcome.errors.contains(part), "\(outcome.errors)")
                    }
                }
            }
        }

        /// `evaluate` says the same of a file as `train`.
        @Test func evaluateOfNothing() async throws {
            try await withTemporaryFolder { folder in
                let missing = try await Program.run(["evaluate", "\(folder)/none"])
                #expect(missing.status == 66)
                #expect(missing.messages.count == 1 && missing.errors.contains("\(folder)/none"))
                let noModel = try await Program.run(["evaluate", folder])
                #expect(noModel.status == 66)
                #expect(noModel.messages.count == 1 && noModel.errors.contains("\(folder)/model.safetensors"))
            }
        }
    }
}
