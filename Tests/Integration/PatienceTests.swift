import Foundation
import Testing

extension Integration {
    /// A run that ends when the validation loss no longer falls, with the weights of the best epoch.
    @Suite struct Patience {
        /// Few samples and a large network, so that it soon learns them by heart: the validation loss rises from some epoch on.
        private static let options = [
            "--train-limit", "400", "--test-limit", "150", "--validation", "0.25", "--recipe", "modern", "--hidden",
            "40",
            "--learning-rate", "0.02", "--batch-size", "16", "--quiet",
        ]
        private static let patient = options + ["--epochs", "200", "--patience", "3"]

        private static func end(_ files: RunFiles) throws -> JSONObject {
            try #require(try files.events.last { $0["event"] as? String == "end" })
        }

        /// The curve says which epoch it is, and the run without patience what its weights are.
        @Test func endsWithTheBestEpoch() async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                let outcome = try await Program.run(["train", "--run", files.path, "--threads", "1"] + Self.patient)
                #expect(outcome.status == 0, "\(outcome.errors)")
                let curve = try files.curve("validation_loss")
                let best = try #require(curve.indices.min { curve[$0] < curve[$1] }) + 1
                let end = try Self.end(files)
                #expect(end["best_epoch"] as? Int == best && end["epochs"] as? Int == curve.count)
                #expect(curve.count == best + 3 && curve.count < 200, "\(curve)")
                for figure in ["train_loss", "validation_loss", "test_loss", "test_accuracy"] {
                    #expect(end[figure] as? Double == (try files.curve(figure)[best - 1]), "\(figure)")
                }
                let plain = try await Program.run(
                    ["train", "--run", "\(folder)/plain", "--epochs", "\(best)"] + Self.options)
                #expect(plain.hash != nil && plain.hash == outcome.hash)
                let model = try RunFiles(path: "\(folder)/plain").contents("model.safetensors")
                #expect(try files.contents("model.safetensors") == model)

                let evaluated = try await Program.run(["evaluate", files.path, "--json"])
                let found = try #require(try parseLines(evaluated.outputLines).first)
                for figure in ["validation_loss", "test_f1", "test_log_loss"] {
                    #expect(found[figure] as? Double != nil && found[figure] as? Double == end[figure] as? Double)
                }
                let matrix = try #require(found["validation_confusion_matrix"] as? [[Int]])
                #expect(matrix.count == 10 && matrix.joined().reduce(0, +) == 100)

                let again = try await Program.run(["reproduce", files.path, "--threads", "3"])
                #expect(again.status == 0 && again.hash == outcome.hash, "\(again.errors)")
                let over = try await Program.run(["train", "--resume", files.path, "--epochs", "300", "--quiet"])
                #expect(over.status == 0 && over.hash == outcome.hash, "\(over.errors)")
                #expect(try Self.end(files)["best_epoch"] as? Int == best)
            }
        }

        @Test(.needsMPI) func oneHashOnAnyLayout() async throws {
            try await withTemporaryFolder { folder in
                var hashes: Set<String?> = []
                for (ranks, threads) in [(1, 1), (1, 3), (2, 1), (3, 2)] {
                    let files = RunFiles(path: "\(folder)/\(ranks)x\(threads)")
                    let outcome = try await Program.run(
                        ["train", "--run", files.path, "--threads", "\(threads)"] + Self.patient, ranks: ranks)
                    #expect(outcome.status == 0, "\(outcome.errors)")
                    hashes.insert(outcome.hash)
                }
                #expect(hashes.count == 1 && !hashes.contains(nil), "\(hashes)")
            }
        }

        /// In mid-epoch before the best, between it and the end, and before anything was saved.
        @Test(arguments: [(5, nil, 2), (40, nil, 3), (75, 2, 1), (95, 3, 1)] as [(Int, Int?, Int)])
        func killedAndResumedElsewhere(step: Int, ranks: Int?, threads: Int) async throws {
            try await Program.requireMPI(for: ranks)
            try await withTemporaryFolder { folder in
                let whole = RunFiles(path: "\(folder)/whole")
                let expected = try await Program.run(["train", "--run", whole.path] + Self.patient)
                let files = RunFiles(path: "\(folder)/run")
                let broken = try await Program.run(
                    ["train", "--run", files.path, "--threads", "1", "--checkpoint-every", "7steps"]
                        + ["--inject", "fail:0:\(step)"] + Self.patient)
                #expect(broken.status == 74 && broken.hash == nil, "\(broken.errors)")
                let outcome = try await Program.run(
                    ["train", "--resume", files.path, "--threads", "\(threads)", "--quiet"], ranks: ranks)
                #expect(outcome.hash != nil && outcome.hash == expected.hash, "\(outcome.errors)")
                #expect(try Self.end(files)["best_epoch"] as? Int == Self.end(whole)["best_epoch"] as? Int)
                #expect(try files.curve("validation_loss").last == whole.curve("validation_loss").last)
            }
        }

        /// Ended by its epochs before its patience, a run goes on for more from its last weights, not from its best.
        @Test func moreEpochs() async throws {
            try await withTemporaryFolder { folder in
                let expected = try await Program.run(["train", "--run", "\(folder)/whole"] + Self.patient)
                let files = RunFiles(path: "\(folder)/run")
                let short = Self.options + ["--epochs", "2", "--patience", "3"]
                _ = try await Program.run(["train", "--run", files.path] + short)
                let outcome = try await Program.run(
                    ["train", "--resume", files.path, "--epochs", "200", "--quiet"])
                #expect(outcome.hash != nil && outcome.hash == expected.hash, "\(outcome.errors)")
            }
        }

        @Test func needsSomethingToGoBy() async throws {
            try await withTemporaryFolder { folder in
                let small = ["train", "--run", "\(folder)/run", "--train-limit", "50", "--test-limit", "20"]
                let without = try await Program.run(small + ["--patience", "3"])
                #expect(without.status == 64 && without.errors.contains("--validation"), "\(without.errors)")
                let none = try await Program.run(small + ["--patience", "0", "--validation", "0.2"])
                #expect(none.status == 64 && none.errors.contains("--patience must be at least 1"), "\(none.errors)")
                let genetic = try await Program.run(
                    small + ["--patience", "3", "--validation", "0.2", "--optimizer", "genetic"])
                #expect(genetic.status == 64 && genetic.errors.contains("--patience"), "\(genetic.errors)")
                let file = try await Program.run(small + ["--validation", "other.csv"])
                #expect(file.status == 64 && file.errors.contains("--validation takes a share"), "\(file.errors)")
            }
        }

        /// A set to watch without patience changes no other figure but by the samples that it takes.
        @Test func aSetToWatch() async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                let outcome = try await Program.run(
                    ["train", "--run", files.path, "--epochs", "2", "--train-limit", "400", "--test-limit", "150"]
                        + ["--validation", "0.25"])
                #expect(outcome.status == 0 && outcome.output.contains(" validation "), "\(outcome.errors)")
                #expect(try files.events.first?["samples"] as? Int == 300)
                #expect(try files.curve("validation_accuracy").count == 2)
                #expect(try Self.end(files)["best_epoch"] == nil)
                let evaluated = try await Program.run(["evaluate", files.path])
                #expect(evaluated.status == 0 && evaluated.output.contains(" validation "), "\(evaluated.errors)")
            }
        }
    }
}
