import Foundation
import Testing

extension Integration {
    /// Runs whose rows count for more or less.
    @Suite struct RowWeights {
        private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent()
            .appendingPathComponent("Golden/numbers").path
        /// 80 rows, of which 72 are trained with.
        private static let rows = [
            "--data", "\(folder)/inputs.npy", "--targets", "\(folder)/labels.npy", "--model", "5x7x3",
        ]
        private static let weights = ["--row-weights", "\(folder)/weights.npy"]
        private static let digits = ["--train-limit", "80", "--test-limit", "30", "--batch-size", "30"]

        private static func train(_ options: [String], run: String, ranks: Int? = nil) async throws -> String {
            let outcome = try await Program.run(["train", "--quiet", "--run", run] + options, ranks: ranks)
            return try #require(outcome.hash, "\(outcome.errors)")
        }

        /// A file of NumPy's with one number a row.
        private static func save(_ weights: [Double], _ path: String) throws {
            let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (\(weights.count),), }"
            let padded = header.padding(toLength: 117, withPad: " ", startingAt: 0) + "\n"
            let bytes = weights.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
            try Data([0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(padded.utf8) + bytes).write(
                to: URL(fileURLWithPath: path))
        }

        /// One hash on any layout, also stopped and resumed; the run's own losses, and what others measure, are weighted.
        @Test(arguments: ["float32", "float64"]) func oneHash(precision: String) async throws {
            let options =
                Self.rows + Self.weights + ["--precision", precision, "--batch-size", "7", "--epochs", "3"]
                + [
                    "--loss", "cross-entropy", "--optimizer", "adam", "--dropout", "0.2", "--checkpoint-every",
                    "4steps",
                ]
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/one")
                let hash = try await Self.train(options + ["--threads", "1"], run: files.path)
                #expect(try await Self.train(options + ["--threads", "3"], run: "\(folder)/three") == hash)
                let plain = options.filter { !Self.weights.contains($0) }
                #expect(try await Self.train(plain, run: "\(folder)/plain") != hash)

                let broken = try await Program.run(
                    ["train", "--run", "\(folder)/broken", "--inject", "fail:0:17"] + options)
                #expect(broken.status == 74, "\(broken.errors)")
                let resumed = try await Program.run(
                    ["train", "--resume", "\(folder)/broken", "--threads", "2", "--quiet"])
                #expect(resumed.hash == hash, "\(resumed.errors)")

                let evaluated = try await Program.run(["evaluate", files.path, "--json"])
                let found = try #require(try parseLines(evaluated.output.split(separator: "\n")).first)
                let last = try #require(try files.epochs.last)
                for loss in ["train_loss", "test_loss"] {
                    let (value, expected) = (try #require(found[loss] as? Double), try #require(last[loss] as? Double))
                    #expect(abs(value / expected - 1) < 1e-14, "\(loss)")
                }
                #expect(
                    try #require((try files.config["options"] as? JSONObject)?["rowWeights"] as? String).hasSuffix(
                        "weights.npy"))

                try await Program.requireMPI(for: 2)
                for (ranks, threads) in [(1, 1), (2, 1), (3, 1), (5, 1), (2, 2)] {
                    let found = try await Self.train(
                        options + ["--threads", "\(threads)"], run: "\(folder)/\(ranks)x\(threads)", ranks: ranks)
                    #expect(found == hash, "\(ranks) ranks × \(threads) threads")
                }
            }
        }

        /// Images and autoencoders; a limit cuts the weights with the rows. Weights that are all one change nothing but roundings.
        @Test(arguments: ["784x8x10", "autoencoder"]) func images(model: String) async throws {
            let options = Self.digits + ["--model", model, "--epochs", "2", "--precision", "float64"]
            try await withTemporaryFolder { folder in
                let hash = try await Self.train(options + Self.weights, run: "\(folder)/weighted")
                let plain = RunFiles(path: "\(folder)/plain")
                #expect(try await Self.train(options, run: plain.path) != hash)

                try Self.save([Double](repeating: 1, count: 60_000), "\(folder)/ones.npy")
                let ones = RunFiles(path: "\(folder)/ones")
                _ = try await Self.train(options + ["--row-weights", "\(folder)/ones.npy"], run: ones.path)
                for (found, expected) in zip(try ones.curve("train_loss"), try plain.curve("train_loss")) {
                    #expect(abs(found / expected - 1) < 1e-12)
                }
            }
        }

        /// Like the samples, weights may have moved when a run goes on, but must be the same.
        @Test func resume() async throws {
            try await withTemporaryFolder { folder in
                let weights = (0..<80).map { Double($0 % 3) }
                try Self.save(weights, "\(folder)/a.npy")
                let options = Self.digits + ["--model", "784x4x10", "--epochs", "1"]
                let hash = try await Self.train(options + ["--row-weights", "\(folder)/a.npy"], run: "\(folder)/run")
                try FileManager.default.moveItem(atPath: "\(folder)/a.npy", toPath: "\(folder)/b.npy")
                let moved = try await Program.run(
                    ["train", "--resume", "\(folder)/run", "--row-weights", "\(folder)/b.npy"])
                #expect(moved.status == 0 && moved.hash == hash, "\(moved.errors)")
                try Self.save(weights.reversed(), "\(folder)/b.npy")
                let other = try await Program.run(
                    ["train", "--resume", "\(folder)/run", "--row-weights", "\(folder)/b.npy"])
                #expect(other.status == 65 && other.errors.contains("checksum"), "\(other.errors)")
            }
        }

        @Test(
            arguments: [
                ([1, -1] + [Double](repeating: 1, count: 78), "row 1 is -1.0"),
                ([Double](repeating: 1, count: 79) + [.nan], "row 79 is nan"),
                ([.infinity] + [Double](repeating: 1, count: 79), "row 0 is inf"),
                ([Double](repeating: 0, count: 80), "every row's weight is 0"),
                ([Double](repeating: 1, count: 79), "79 weights; expected one for each of 60000 rows, or of the 80"),
                ([], "0 weights"),
            ] as [([Double], String)])
        func refuses(_ weights: [Double], _ words: String) async throws {
            try await withTemporaryFolder { folder in
                try Self.save(weights, "\(folder)/w.npy")
                let options = ["train", "--run", "\(folder)/run", "--row-weights", "\(folder)/w.npy"] + Self.digits
                let outcome = try await Program.run(options)
                #expect(outcome.status == 65)
                #expect(outcome.errors.contains(words) && outcome.errors.contains("w.npy"), "\(outcome.errors)")
            }
        }

        @Test(
            arguments: [
                ("inputs.npy", 65, "expected a weight for each row, [rows], found float64 [80, 5]"),
                ("curves.json", 65, "not a NumPy array"), ("none.npy", 66, "none.npy"),
            ] as [(String, Int32, String)])
        func refusesOtherFiles(_ file: String, _ status: Int32, _ words: String) async throws {
            try await withTemporaryFolder { folder in
                let outcome = try await Program.run(
                    ["train", "--run", "\(folder)/run", "--row-weights", "\(Self.folder)/\(file)"] + Self.digits)
                #expect(outcome.status == status && outcome.errors.contains(words), "\(outcome.errors)")
            }
        }
    }
}
