import Foundation
import Testing

extension Integration {
    /// A run that ended as it should, and learned nothing, says so.
    @Suite struct Learning {
        private static func train(_ folder: String, _ options: [String], ranks: Int? = nil) async throws -> Outcome {
            let outcome = try await Program.run(
                ["train", "--train-limit", "600", "--test-limit", "100", "--batch-size", "50", "--threads", "1"]
                    + ["--run", folder] + options, ranks: ranks)
            #expect(outcome.status == 0, "\(outcome.errors)")
            return outcome
        }

        /// What the end event says, which is what standard error says.
        private static func warning(_ folder: String, _ outcome: Outcome) throws -> String? {
            let end = try #require(try RunFiles(path: folder).events.last)
            let warning = end["warning"] as? String
            let said = outcome.warnings.filter { $0.contains("--seed") }
            #expect(said == (warning.map { ["frontprop: warning: \($0)"] } ?? []), "\(outcome.errors)")
            return warning
        }

        /// Sums of some millions: every unit is at 0 or 1, and stays there. The same words on any layout.
        @Test(arguments: [["--learning-rate", "1e6"], ["--learning-rate", "1e6", "--precision", "float64"]])
        func unitsAtTheirLimits(options: [String]) async throws {
            try await withTemporaryFolder { folder in
                var found: [String?] = []
                for ranks in try await Program.hasMPI.value ? [nil, 2] : [nil] {
                    let path = "\(folder)/\(ranks ?? 1)"
                    let outcome = try await Self.train(path, options + ["--epochs", "2", "--quiet"], ranks: ranks)
                    found.append(try Self.warning(path, outcome))
                    #expect(outcome.outputLines.count == 1 && outcome.hash != nil)
                }
                let first = try #require(found[0])
                for words in ["all units", "limits", "gradients are zero", "--learning-rate than 1000000"] {
                    #expect(first.contains(words), "\(first)")
                }
                #expect(found.allSatisfy { $0 == first })
            }
        }

        @Test(arguments: [["--learning-rate", "0"], ["--learning-rate", "1e-30"]])
        func aLossThatDoesNotMove(options: [String]) async throws {
            try await withTemporaryFolder { folder in
                let outcome = try await Self.train(folder + "/a", options + ["--epochs", "3"])
                let warning = try #require(try Self.warning(folder + "/a", outcome))
                #expect(warning.contains("has not moved since epoch 1"), "\(warning)")
                // One epoch shows nothing yet.
                let short = try await Self.train(folder + "/b", options + ["--epochs", "1"])
                #expect(try Self.warning(folder + "/b", short) == nil)
            }
        }

        /// What is wrong is told as soon as it is clear, with the loss of that epoch and a rate to try; the end has it, too.
        @Test(
            arguments: [
                (
                    ["--train-limit", "5000", "--batch-size", "1000", "--activation", "relu"], 4,
                    "try a smaller --learning-rate than 10.0, such as 0.1"
                ), (["--learning-rate", "0.0001"], 2, "try a larger --learning-rate than 0.0001, such as 10.0"),
                (
                    ["--optimizer", "adam", "--learning-rate", "1e-7"], 2,
                    "try a larger --learning-rate than 1e-07, such as 0.001"
                ),
                (
                    ["--optimizer", "adam", "--learning-rate", "1"], 2,
                    "try a smaller --learning-rate than 1.0, such as 0.001"
                ),
            ])
        func aLossThatDoesNotFall(options: [String], toldAfter: Int, advice: String) async throws {
            try await withTemporaryFolder { folder in
                let outcome = try await Self.train(folder + "/run", options + ["--epochs", "5"])
                let warning = try #require(try Self.warning(folder + "/run", outcome))
                #expect(warning.contains(advice), "\(warning)")
                let loss = try RunFiles(path: folder + "/run").curve("train_loss")[toldAfter - 1]
                // What reads records here is not exact in the last digit.
                #expect(warning.contains("\(loss)".prefix(12)), "\(loss): \(warning)")
            }
        }

        /// Short runs, long ones, and one whose outputs are all at their limits because they are right.
        @Test func noFalseAlarm() async throws {
            try await withTemporaryFolder { folder in
                let cases = [
                    ["--epochs", "1"], ["--epochs", "30"], ["--epochs", "2", "--learning-rate", "0.01"],
                    ["--model", "autoencoder", "--epochs", "2"],
                    ["--epochs", "400", "--model", "784x10", "--train-limit", "10", "--batch-size", "10"],
                ]
                for (index, options) in cases.enumerated() {
                    let path = "\(folder)/\(index)"
                    let outcome = try await Self.train(path, options)
                    #expect(try Self.warning(path, outcome) == nil, "\(options): \(outcome.errors)")
                }
            }
        }
    }
}
