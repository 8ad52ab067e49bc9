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
                ["--initializer", "zero"], ["--dropout", "1"], ["--dropout=-0.1"], ["--dropout", "nan"],
                ["--dropout", "0.5", "--model", "784x10"], ["--seed=-1"],
                ["--model", "784x99999999999x99999999999x10"],
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

        /// Numbers beyond what makes sense, of any command.
        @Test(
            arguments: [
                (["evaluate", "none", "--threads", "100000"], "at most 1024"),
                (["evaluate", "none", "--threads", "9223372036854775807"], "at most 1024"),
                (["gradcheck", "--topology", "5x4", "--samples", "9223372036854775807"], "at most 1000000"),
                (["gradcheck", "--random", "2000000000"], "at most 1000"),
                (["gradcheck", "--dropout", "1"], "at least 0 and below 1"),
                (["gradcheck", "--topology", "784x2000x2000x10"], "would take"),
                (["gradcheck", "--topology", "1000x1000", "--samples", "1000000"], "would take"),
                (["data", "info", "--train-limit", "3000000000"], "at most 2147483647"),
                (["data", "synthesize", "none", "--train", "10000000000"], "at most 2147483647"),
                (["data", "synthesize", "none", "--test", "0"], "at least 1"),
                (["communication", "--threads", "9223372036854775807"], "at most 1024"),
                (["communication", "--words", "1,268435457"], "at most 268435456"),
                (["communication", "--seconds", "1e300"], "at most 60"),
                (["jacobian", "--weights", "none", "--check", "9223372036854775807"], "at most 2147483647"),
                (["scaling", "--run", "none", "--batch-size", "9223372036854775807"], "at most"),
                (
                    ["scaling", "--run", "none", "--kind", "weak", "--ranks", "2", "--batch-size", "2000000000"],
                    "at most"
                ),
                (["scaling", "--run", "none", "--ranks", "65537"], "at most 65536"),
                (["scaling", "--run", "none", "--threads", "4096"], "at most 1024"),
                (["scaling", "--run", "none", "--time-limit", "1e300"], "at most"),
                (["scaling", "--run", "none", "--repeats", "9223372036854775807"], "at most 10000"),
            ]) func limits(_ arguments: [String], _ words: String) async throws
        {
            let outcome = try await Program.run(arguments)
            #expect(outcome.status == 64 && outcome.output.isEmpty, "\(outcome.errors)")
            #expect(outcome.errors.contains(words), "\(outcome.errors)")
        }

        /// More samples than any memory holds.
        @Test(arguments: [["data", "info", "--train-limit"], ["data", "synthesize", "none", "--train"]])
        func moreThanTheMemory(_ arguments: [String]) async throws {
            let outcome = try await Program.run(arguments + ["2147483647"])
            #expect(outcome.status == 70, "\(outcome.errors)")
            check(outcome, ["no memory for"])
        }

        @Test func unknownCommand() async throws {
            #expect(try await Program.run(["dance"]).status == 64)
            #expect(try await Program.run(["data", "dance"]).status == 64)
        }

        @Test(.needsMPI) func usageIsSaidOnce() async throws {
            let (outcome, statuses) = try await Program.runAsking(["train", "--epochs=-1"], ranks: 3)
            #expect(statuses == [64, 64, 64])
            #expect(outcome.errors.split(separator: "\n").filter { $0.contains("--epochs must be") }.count == 1)
        }

        @Test(arguments: BrokenDigits.all) func brokenData(_ digits: BrokenDigits) async throws {
            try await withTemporaryFolder { folder in
                try SmallDigits.write(to: folder)
                try digits.damage(folder)
                let arguments = ["train", "--run", "\(folder)/run", "--data", "\(folder)/\(digits.folder)"]
                let alone = try await Program.run(arguments)
                #expect(alone.status == digits.status, "\(alone.errors)")
                check(alone, digits.mentions)
                if try await Program.hasMPI.value {
                    let (outcome, statuses) = try await Program.runAsking(arguments, ranks: 3)
                    #expect(statuses == [digits.status, digits.status, digits.status])
                    check(outcome, digits.mentions + ["rank 0 on \(hostName)"])
                }
                #expect(!FileManager.default.fileExists(atPath: "\(folder)/run"))
            }
        }

        /// One message that names all parts. 5 seconds are promised; where other tests run beside, four times as many show that nobody waited
        /// for a limit of time.
        private func check(_ outcome: Outcome, _ parts: [String]) {
            #expect(outcome.messages.count == 1, "\(outcome.errors)")
            for part in parts { #expect(outcome.messages.first?.contains(part) == true, "\(part): \(outcome.errors)") }
            #expect(outcome.seconds < 20)
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

        /// `mpirun` gives the program's exit code to the shell, and the signal by which it ends the other ranks adds no message: some rank
        /// meets it late in one start of four, so it is started several times.
        @Test(.needsMPI) func mpirunEndsWithTheCode() async throws {
            try await withTemporaryFolder { folder in
                let arguments = ["train", "--run", "\(folder)/run", "--data", "\(folder)/none"]
                for _ in 1...8 {
                    let outcome = try await Program.run(arguments, ranks: 8)
                    #expect(outcome.status == 66)
                    check(outcome, ["\(folder)/none"])
                }
            }
        }

        @Test func runFolderThatCannotBe() async throws {
            try await withTemporaryFolder { folder in
                try Data().write(to: URL(fileURLWithPath: "\(folder)/file"))
                let arguments = ["train", "--run", "\(folder)/file/run"] + Self.small
                let alone = try await Program.run(arguments)
                #expect(alone.status == 73)
                check(alone, ["\(folder)/file/run"])
                if try await Program.hasMPI.value {
                    let (outcome, statuses) = try await Program.runAsking(arguments, ranks: 2)
                    #expect(statuses == [73, 73])
                    check(outcome, ["\(folder)/file/run"])
                }
            }
        }

        @Test(.enabled("root may write anywhere") { getuid() != 0 }) func readOnlyFolder() async throws {
            try await withTemporaryFolder { folder in
                try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: folder)
                let outcome = try await Program.run(["train", "--run", "\(folder)/run"] + Self.small)
                #expect(outcome.status == 73)
                check(outcome, ["\(folder)/run"])
            }
        }

        @Test(arguments: BrokenWeights.all) func brokenWeights(_ weights: BrokenWeights) async throws {
            try await withTemporaryFolder { folder in
                let file = "\(folder)/weights.safetensors"
                try weights.file?.write(to: URL(fileURLWithPath: file))
                let arguments = ["train", "--model", "784x2x10", "--weights", file] + Self.small + ["--run"]
                let alone = try await Program.run(arguments + ["\(folder)/a"])
                #expect(alone.status == weights.status, "\(alone.errors)")
                check(alone, weights.mentions + [file])
                if try await Program.hasMPI.value {
                    let (outcome, statuses) = try await Program.runAsking(arguments + ["\(folder)/b"], ranks: 2)
                    #expect(statuses == [weights.status, weights.status])
                    check(outcome, weights.mentions + [file])
                }
                for run in ["a", "b"] { #expect(!RunFiles(path: "\(folder)/\(run)").has("model.safetensors")) }
            }
        }

        /// `evaluate` says the same of a file as `train`.
        @Test func evaluateOfNothing() async throws {
            try await withTemporaryFolder { folder in
                let missing = try await Program.run(["evaluate", "\(folder)/none"])
                #expect(missing.status == 66)
                check(missing, ["\(folder)/none"])
                let noModel = try await Program.run(["evaluate", folder])
                #expect(noModel.status == 66)
                check(noModel, ["\(folder)/model.safetensors"])
            }
        }
    }
}
