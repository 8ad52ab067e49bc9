import Foundation
import Testing

extension Integration {
    /// Runs on inputs that are numbers, of files that NumPy wrote: Tests/Golden/make-numbers.py.
    @Suite struct NumberInputs {
        private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent()
            .appendingPathComponent("Golden/numbers").path
        private static func data(_ targets: String) -> [String] {
            ["--data", "\(folder)/inputs.npy", "--targets", "\(folder)/\(targets).npy", "--model", "5x7x3"]
        }

        private struct Losses: Decodable {
            var train_loss: Double
            var test_loss: Double
        }

        /// From the same weights and in the same order, every epoch's losses are PyTorch's (Tests/Golden/make-number-curves.py).
        @Test(arguments: ["targets", "labels"]) func parity(targets: String) async throws {
            let curves = try JSONDecoder().decode(
                [String: [Losses]].self, from: Data(contentsOf: URL(fileURLWithPath: "\(Self.folder)/curves.json")))
            let reference = try #require(curves[targets])
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                let outcome = try await Program.run(
                    [
                        "train", "--weights", "\(Self.folder)/first.safetensors", "--no-shuffle", "--precision",
                        "float64",
                    ]
                        + ["--batch-size", "20", "--epochs", "3", "--learning-rate", "0.5", "--run", files.path]
                        + Self.data(targets))
                #expect(outcome.status == 0, "\(outcome.errors)")
                let epochs = try files.epochs
                try #require(epochs.count == reference.count)
                for (epoch, expected) in zip(epochs, reference) {
                    #expect(abs(try #require(epoch["train_loss"] as? Double) / expected.train_loss - 1) <= 1e-9)
                    #expect(abs(try #require(epoch["test_loss"] as? Double) / expected.test_loss - 1) <= 1e-9)
                }
            }
        }

        /// Threads or ranks, at once or stopped and resumed on another layout: one hash.
        @Test(arguments: ["float32", "float64"]) func oneHash(precision: String) async throws {
            let options = Self.data("targets") + ["--precision", precision, "--batch-size", "16", "--quiet"]
            try await withTemporaryFolder { folder in
                func train(_ name: String, _ more: [String], ranks: Int? = nil) async throws -> String? {
                    let outcome = try await Program.run(
                        ["train", "--run", "\(folder)/\(name)"] + options + more, ranks: ranks)
                    #expect(outcome.status == 0, "\(outcome.errors)")
                    return outcome.hash
                }
                let hash = try #require(try await train("one", ["--threads", "1", "--epochs", "4"]))
                #expect(try await train("three", ["--threads", "3", "--epochs", "4"]) == hash)
                _ = try await train("resumed", ["--threads", "1", "--epochs", "2"])
                let resumed = try await Program.run(
                    ["train", "--resume", "\(folder)/resumed", "--threads", "2", "--epochs", "4", "--quiet"])
                #expect(resumed.hash == hash, "\(resumed.errors)")
                // The run's own data, and its own losses.
                let evaluated = try await Program.run(["evaluate", "\(folder)/one", "--json"])
                #expect(evaluated.output.contains(hash), "\(evaluated.errors)")
                let last = try #require(try RunFiles(path: "\(folder)/one").epochs.last)
                let loss = try #require(last["test_loss"] as? Double)
                let object = try JSONSerialization.jsonObject(with: Data(evaluated.output.utf8)) as? [String: Any]
                let found = try #require(object?["test_loss"] as? Double)
                // A number that is read from a text may be off by its last bit.
                #expect(abs(found / loss - 1) < 1e-14)
                try await Program.requireMPI(for: 2)
                for ranks in [2, 3] {
                    #expect(
                        try await train("ranks\(ranks)", ["--threads", "1", "--epochs", "4"], ranks: ranks) == hash)
                }
            }
        }

        /// Whoever asks for what is not there, or is not right, is told where; on every rank.
        @Test(
            arguments: [
                (["--data", "GOLDEN/inputs.npy"], 64, "--target says which column"),
                (["--data", "GOLDEN/none.npy", "--targets", "GOLDEN/labels.npy"], 66, "none.npy"),
                (
                    ["--data", "GOLDEN/inputs.npy", "--targets", "GOLDEN/curves.json"], 65,
                    "curves.json: not a NumPy array"
                ),
                (["--data", "GOLDEN/targets.npy", "--targets", "GOLDEN/labels.npy"], 65, "targets.npy have 3 numbers"),
                (["--data", "GOLDEN/inputs.npy", "--targets", "GOLDEN/inputs.npy"], 65, "there are 5 numbers"),
                (
                    [
                        "--data", "GOLDEN/inputs.npy", "--targets", "GOLDEN/inputs.npy", "--model", "5x4x5", "--loss",
                        "poisson",
                    ], 65, "inputs.npy: row 0, column"
                ),
                (["--data", "GOLDEN/labels.npy", "--targets", "GOLDEN/labels.npy"], 65, "integers [80]"),
            ] as [([String], Int32, String)])
        func refuses(_ options: [String], _ status: Int32, _ words: String) async throws {
            try await withTemporaryFolder { folder in
                let outcome = try await Program.run(
                    ["train", "--run", "\(folder)/run", "--model", "5x7x3"]
                        + options.map { $0.replacing("GOLDEN", with: Self.folder) })
                #expect(outcome.status == status)
                #expect(outcome.errors.contains(words), "\(outcome.errors)")
            }
        }
    }
}
