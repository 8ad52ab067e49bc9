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
                        "default: 10.0", "default: 0.5", "default: 1)", "goes by (default: 10)",
                        "default: sgd; modern: adam", "default: float32; lm, lbfgs: float64",
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

        /// Each group of options under its title, with a line that shows them; whole lines at the end.
        @Test func groupsAndExamples() async throws {
            let outcome = try await Program.run(["train", "--help"])
            let sections = outcome.output.components(separatedBy: "\n\n")
            let titles = ["WHAT", "NETWORK", "RECIPE", "ARITHMETIC", "RUNNING"]
            let found = titles.map { title in sections.firstIndex { $0.hasPrefix(title + ":\n") } }
            #expect(found.allSatisfy { $0 != nil } && found.compactMap { $0 }.sorted() == found, "in this order")
            for index in found.compactMap({ $0 }) where index + 1 < sections.count {
                #expect(sections[index + 1].hasPrefix("  Example: frontprop train --"), "\(sections[index])")
            }
            let examples = try #require(sections.last)
            #expect(examples.hasPrefix("EXAMPLES:\n") && examples.contains("\n  mpirun -n 4 frontprop train"))
            // Every line that is shown is one that the parser takes: refused is only what comes after it.
            let lines = outcome.output.split(separator: "\n").compactMap { line in
                line.firstRange(of: "frontprop train ").map { String(line[$0.upperBound...]) }
            }
            #expect(lines.count >= 9)
            try await withTemporaryFolder { folder in
                for line in lines where !line.hasPrefix("<") {
                    let words = line.split(separator: " ").map(String.init)
                    let outcome = try await Program.run(
                        ["train"] + words + ["--train-limit", "0", "--epochs", "1"], folder: folder)
                    let isResumed = words.contains("--resume")
                    #expect(outcome.status == (isResumed ? 66 : 64), "\(line): \(outcome.errors)")
                    #expect(outcome.errors.contains(isResumed ? "runs/long" : "--train-limit must"), "\(line)")
                }
            }
            let version = try await Program.run(["train", "--version"])
            #expect(version.outputLines.count == 1)
        }

        /// An option that was meant, and a value of a list.
        @Test(
            arguments: [
                (["--epoch", "1"], "--epochs"), (["--optimiser", "adam"], "--optimizer"),
                (["--optimizer", "adm"], "adam"), (["--loss", "cross-entopy"], "cross-entropy"),
                (["--activation", "sigmoid,rellu"], "relu"), (["--output-activation", "softmx"], "softmax"),
                (["--gradient", "front-prop"], "frontprop"), (["--precision", "float23"], "float32"),
            ])
        func suggestsOptions(_ words: [String], _ meant: String) async throws {
            let outcome = try await Program.run(["train"] + words)
            #expect(outcome.status == 64 && outcome.output.isEmpty)
            #expect(outcome.errors.lowercased().contains("did you mean '\(meant)'?"), "\(outcome.errors)")
        }

        /// Of a name that is near none nothing is guessed.
        @Test(arguments: [["--banana"], ["--optimizer", "banana"], ["--activation", "banana"]])
        func doesNotGuess(_ words: [String]) async throws {
            let outcome = try await Program.run(["train"] + words)
            #expect(outcome.status == 64 && !outcome.errors.contains("did you mean"), "\(outcome.errors)")
        }

        @Test func anOptionGivenTwiceCountsAsLastGiven() async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                let outcome = try await Program.run(
                    ["train", "--train-limit", "20", "--test-limit", "20", "--model", "784x2x10", "--run", files.path]
                        + ["--epochs", "5", "--optimizer", "adam", "--epochs", "0", "--optimizer", "sgd"])
                #expect(outcome.status == 0, "\(outcome.errors)")
                let options = try #require(try files.config["options"] as? JSONObject)
                #expect(options["epochs"] as? Int == 0 && options["optimizer"] as? String == "sgd")
                #expect(options["learningRate"] as? Double == 10)
            }
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
