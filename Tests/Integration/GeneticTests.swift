import Foundation
import Testing

extension Integration {
    /// `train --optimizer genetic`.
    @Suite struct Genetic {
        /// Populations, minibatches and networks that divide by nothing; minibatches of several blocks.
        private static let small = [
            "train", "--optimizer", "genetic", "--train-limit", "1003", "--test-limit", "301", "--rounds", "7",
            "--evaluate-every", "3",
        ]
        private static let searches = [
            ["--population", "6", "--fitness-samples", "601"],
            ["--operators", "snes", "--population", "10", "--fitness-samples", "33", "--model", "784x7x11x10"],
            ["--operators", "snes", "--precision", "float64", "--initializer", "normal"],
            ["--model", "784x20x784", "--population", "2", "--crossover", "0.5", "--mutation", "0.3"],
        ]

        @Test(arguments: searches) func oneHashOnEveryLayout(_ options: [String]) async throws {
            let arguments = Self.small + options + ["--quiet"]
            let reference = try await Program.run(arguments + ["--threads", "1"])
            let hash = try #require(reference.hash, "\(reference.errors)")
            for layout in [Layout(nil, 2), Layout(nil, 5), Layout(1, 1), Layout(3, 1), Layout(2, 2)] {
                if layout.ranks != nil, try await !Program.hasMPI.value { continue }
                let threads = layout.threads.map { ["--threads", "\($0)"] } ?? []
                let outcome = try await Program.run(arguments + threads, ranks: layout.ranks)
                #expect(outcome.status == 0 && outcome.hash == hash, "\(layout): \(outcome.errors)")
            }
        }

        @Test func changesWithTheRun() async throws {
            var hashes: Set<String> = []
            let runs = [[], ["--seed", "2"], ["--mutation", "0.5"], ["--fitness-samples", "50"], ["--rounds", "8"]]
            for options in runs {
                let outcome = try await Program.run(Self.small + ["--quiet"] + options)
                hashes.insert(try #require(outcome.hash, "\(outcome.errors)"))
            }
            #expect(hashes.count == runs.count)
        }

        @Test func writesWhatItDid() async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                let outcome = try await Program.run(Self.small + ["--run", files.path, "--threads", "2"])
                #expect(outcome.status == 0, "\(outcome.errors)")
                let events = try files.events.filter { $0["event"] as? String != "checkpoint" }
                #expect(
                    events.compactMap { $0["event"] as? String } == ["start"] + .init(repeating: "round", count: 7) + [
                        "end"
                    ])
                let rounds = events.filter { $0["event"] as? String == "round" }
                #expect(rounds.compactMap { $0["round"] as? Int } == Array(1...7))
                #expect(rounds.compactMap { $0["evaluations"] as? Int } == (1...7).map { 8 + 4 * $0 })
                for (index, round) in rounds.enumerated() {
                    let measured = [3, 6, 7].contains(index + 1)
                    #expect((round["test_accuracy"] != nil) == measured && (round["train_loss"] != nil) == measured)
                }
                // The kept are the best of all that were measured: their losses never rise.
                let best = try rounds.map { try #require($0["best_loss"] as? Double) }
                #expect(zip(best, best.dropFirst()).allSatisfy { $0 >= $1 })
                let search = try #require((try files.config["options"] as? JSONObject)?["genetic"] as? JSONObject)
                #expect(search["population"] as? Int == 8 && search["operators"] as? String == "article")
                // What it says of its weights is what the file's weights do.
                let evaluated = try await Program.run(
                    ["evaluate", files.path, "--train-limit", "1003", "--test-limit", "301", "--json"])
                let figures = try #require(try parseLines(evaluated.outputLines).first)
                #expect(figures["test_loss"] as? Double == rounds[6]["test_loss"] as? Double)
                #expect(figures["weights_sha256"] as? String == outcome.hash)
            }
        }

        /// The strategy learns where the article's operators do not, on as many evaluations.
        @Test func theStrategyLearnsMore() async throws {
            try await withTemporaryFolder { folder in
                var accuracies: [Double] = []
                for operators in ["article", "snes"] {
                    let files = RunFiles(path: "\(folder)/\(operators)")
                    let rounds = operators == "article" ? "2000" : "250"
                    let outcome = try await Program.run(
                        ["train", "--optimizer", "genetic", "--train-limit", "5000", "--test-limit", "1000"]
                            + ["--operators", operators, "--rounds", rounds, "--run", files.path, "--quiet"])
                    #expect(outcome.status == 0, "\(outcome.errors)")
                    let end = try #require(try files.events.last)
                    accuracies.append(try #require(end["test_accuracy"] as? Double))
                }
                #expect(accuracies[0] < 0.25, "as the article says")
                #expect(accuracies[1] > accuracies[0] + 0.1, "\(accuracies)")
            }
        }

        @Test(
            arguments: [
                (["--optimizer", "genetic", "--epochs", "3"], "--epochs goes with gradients"),
                (["--optimizer", "genetic", "--dropout", "0.5"], "--dropout goes with gradients"),
                (["--optimizer", "genetic", "--learning-rate", "1"], "--learning-rate goes with gradients"),
                (["--optimizer", "genetic", "--no-shuffle"], "--no-shuffle goes with gradients"),
                (["--optimizer", "genetic", "--slices", "8"], "--slices goes with gradients"),
                (["--population", "4"], "--population goes with --optimizer genetic"),
                (["--rounds", "4", "--optimizer", "sgd"], "--rounds goes with --optimizer genetic"),
                (["--optimizer", "genetic", "--population", "7"], "even"),
                (["--optimizer", "genetic", "--population", "0"], "even"),
                (["--optimizer", "genetic", "--crossover", "1.5"], "from 0 to 1"),
                (["--optimizer", "genetic", "--mutation", "nan"], "from 0 to 1"),
                (["--optimizer", "genetic", "--mutation-scale", "0"], "above 0"),
                (["--optimizer", "genetic", "--rounds", "0"], "at least 1"),
                (["--optimizer", "genetic", "--operators", "snes", "--mutation", "0.1"], "--operators article"),
                (["--optimizer", "genetic", "--population", "65536", "--model", "784x4096x10"], "GB"),
            ])
        func refuses(_ options: [String], _ words: String) async throws {
            try await withTemporaryFolder { folder in
                let outcome = try await Program.run(["train", "--run", "\(folder)/run"] + options)
                #expect(outcome.status == 64 && outcome.errors.contains(words), "\(outcome.errors)")
                #expect(!FileManager.default.fileExists(atPath: "\(folder)/run"))
            }
        }
    }
}
