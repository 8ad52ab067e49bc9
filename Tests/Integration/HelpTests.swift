import Foundation
import Testing

extension Integration {
    /// What the program says of itself.
    @Suite struct Help {
        @Test(
            arguments: [
                ([], ["train", "evaluate", "predict", "jacobian", "bench", "data", "--version", "--help"]),
                (
                    ["train"],
                    [
                        "--model", "--data", "--target", "labels", "inputs", "--train-limit", "--test-limit",
                        "--epochs", "--batch-size",
                        "--learning-rate", "--momentum", "--seed", "--no-shuffle", "--initializer", "--weights",
                        "--gradient", "--precision", "--threads", "--slices", "--reduction", "--run", "--quiet",
                        "--json", "classifier", "autoencoder", "synthetic", "mnist", "kaiming", "normal", "frontprop",
                        "backprop", "float32", "float64", "exact", "allreduce", "default: 16", "default: 1000",
                        "default: 10.0", "default: 0.5", "default: 1)",
                    ]
                ),
                (
                    ["evaluate"],
                    [
                        "--data", "--train-limit", "--test-limit", "--target", "--precision", "--threads", "--json",
                        "<run>", "--weights", "the run was trained on",
                    ]
                ),
                (
                    ["train"],
                    [
                        "--optimizer", "sgd", "adam", "genetic", "--beta1", "--beta2", "default: 0.999", "--operators",
                        "snes", "--population", "--rounds",
                        "--fitness-samples", "--crossover", "--mutation", "--mutation-scale", "--evaluate-every",
                    ]
                ),
                (
                    ["predict"],
                    [
                        "<run>", "<file>", "standard input", "--weights", "--model", "--data", "--set", "--samples",
                        "--count", "--precision", "--format",
                        "csv", "jsonl", "--output", "--pictures",
                    ]
                ),
                (
                    ["jacobian"],
                    [
                        "<run>", "<file>", "--weights", "--data", "--set", "--samples", "--count", "--precision",
                        "--check", "--output",
                        "default: 3", "exit code 1",
                    ]
                ),
                (
                    ["bench"],
                    [
                        "--data", "--model", "--engines", "--workers", "--layouts", "--repeats", "--epochs",
                        "--scalar-samples", "--matrix-samples", "--precision", "--launcher", "{ranks}", "--format",
                        "--output", "--quiet",
                    ]
                ),
                (["data"], ["info", "synthesize", "fetch"]),
                (["data", "info"], ["--data"]),
                (["data", "synthesize"], ["<directory>", "--seed", "--train", "--test"]),
                (["data", "fetch"], ["mnist"]),
            ])
        func names(_ command: [String], _ words: [String]) async throws {
            let outcome = try await Program.run(command + ["--help"])
            #expect(outcome.status == 0 && outcome.errors.isEmpty)
            // The help is folded to the terminal's width.
            let text = outcome.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            for word in words { #expect(text.contains(word), "\(word)") }
        }

        /// Nothing is run of a line whose command is misspelt, and it is said which was meant.
        @Test(
            arguments: [
                (["trian", "--epochs", "1"], "did you mean 'train'?"), (["Train"], "did you mean 'train'?"),
                (["eval", "runs/a"], "did you mean 'evaluate'?"), (["jacobain"], "did you mean 'jacobian'?"),
                (["data", "inof"], "there is no command 'frontprop data inof'; did you mean 'info'?"),
                (["banana", "train"], "expected one of train, evaluate"),
                (["trian", "--help"], "did you mean 'train'?"),
                (["help", "trian"], "did you mean 'train'?"), ([""], "there is no command 'frontprop '"),
            ])
        func suggestsCommands(_ words: [String], _ answer: String) async throws {
            try await withTemporaryFolder { folder in
                let outcome = try await Program.run(words, folder: folder)
                #expect(outcome.status == 64 && outcome.output.isEmpty)
                #expect(outcome.messages.count == 1 && outcome.errors.contains(answer), "\(outcome.errors)")
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
            }
        }

        @Test func version() async throws {
            let outcome = try await Program.run(["--version"])
            #expect(outcome.status == 0)
            #expect(outcome.output.wholeMatch(of: /[0-9]+\.[0-9]+\.[0-9]+\n/) != nil, "\(outcome.output)")
        }

        @Test(.needsMPI) func onceForAllRanks() async throws {
            let outcome = try await Program.run(["--version"], ranks: 2)
            #expect(outcome.status == 0 && outcome.outputLines.count == 1)
        }
    }
}
