import Foundation
import Testing

extension Integration {
    /// Optimisers whose steps are of the whole set.
    @Suite struct WholeSets {
        /// With it, and with more rows than weights, lm solves the equations as they stand, else their dual form.
        private static let decay = "--weight-decay 1e-4"
        private static let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Golden").path
        private static let numbers = [
            "--data", "\(golden)/numbers/inputs.npy", "--targets", "\(golden)/numbers/targets.npy", "--hidden", "9x7",
            "--recipe", "modern", "--row-weights", "\(golden)/numbers/weights.npy", "--validation", "0.2", "--quiet",
        ]

        /// - Parameter optimizer: as the command line has it.
        private static func options(_ optimizer: String) -> [String] {
            let words = optimizer.split(separator: " ").map(String.init)
            return numbers + ["--optimizer"] + words + ["--epochs", "12", "--patience", "6"]
        }

        /// Losses fall from step to step, and each event says how.
        @Test(arguments: ["lm", "lbfgs"]) func eachStepLowersTheLoss(optimizer: String) async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                let outcome = try await Program.run(
                    ["train", "--run", files.path, "--optimizer", optimizer, "--epochs", "8"] + Self.numbers)
                #expect(outcome.status == 0, "\(outcome.errors)")
                let losses = try files.events.compactMap { $0["batch_loss"] as? Double }
                #expect(losses.count == 8 && zip(losses, losses.dropFirst()).allSatisfy { $0 > $1 }, "\(losses)")
                for event in try files.events where event["event"] as? String == "epoch" {
                    #expect((event["tries"] as? Int ?? 0) >= 1 && event["gradient_norm"] as? Double != nil)
                    #expect(event["learning_rate"] == nil && event["train_seconds"] as? Double != nil)
                }
                #expect((try files.config["options"] as? JSONObject)?["precision"] as? String == "float64")
            }
        }

        @Test(
            .needsMPI,
            arguments: ["lm \(decay)", "lm --batch-size 30 \(decay)", "lm --batch-size 30", "lbfgs \(decay)"])
        func oneHashOnAnyLayout(_ optimizer: String) async throws {
            try await withTemporaryFolder { folder in
                var hashes: Set<String?> = []
                for (ranks, threads) in [(1, 1), (1, 3), (2, 2), (3, 1), (4, 1)] {
                    let outcome = try await Program.run(
                        ["train", "--run", "\(folder)/\(ranks)x\(threads)", "--threads", "\(threads)"]
                            + Self.options(optimizer), ranks: ranks)
                    #expect(outcome.status == 0, "\(outcome.errors)")
                    hashes.insert(outcome.hash)
                }
                #expect(hashes.count == 1 && !hashes.contains(nil), "\(hashes)")
            }
        }

        @Test(
            arguments: [
                ("lm \(decay)", 0, nil, 3), ("lm \(decay)", 4, 2, 1), ("lm \(decay)", 9, nil, 2),
                ("lm --batch-size 30 \(decay)", 13, 2, 1), ("lm --batch-size 30", 13, 2, 1),
                ("lbfgs \(decay)", 0, nil, 2), ("lbfgs \(decay)", 5, 2, 1),
            ]
                as [(String, Int, Int?, Int)])
        func killedAndResumedElsewhere(optimizer: String, step: Int, ranks: Int?, threads: Int) async throws {
            try await Program.requireMPI(for: ranks)
            let options = Self.options(optimizer) + ["--checkpoint-every", "3steps"]
            try await withTemporaryFolder { folder in
                let expected = try await Program.run(["train", "--run", "\(folder)/whole"] + options)
                #expect(expected.status == 0 && expected.hash != nil, "\(expected.errors)")
                let files = RunFiles(path: "\(folder)/run")
                let broken = try await Program.run(
                    ["train", "--run", files.path, "--threads", "1", "--inject", "fail:0:\(step)"] + options)
                #expect(broken.status == 74 && broken.hash == nil, "\(broken.errors)")
                let resumed = try await Program.run(
                    ["train", "--resume", files.path, "--threads", "\(threads)", "--quiet"], ranks: ranks ?? 1)
                #expect(resumed.status == 0 && resumed.hash == expected.hash, "\(resumed.errors)")
                let again = try await Program.run(["train", "--resume", files.path, "--quiet"])
                #expect(again.status == 0 && again.hash == expected.hash, "\(again.errors)")
            }
        }

        /// What has no meaning there is refused, and what is needed is asked for.
        @Test(arguments: [
            (["--clip-norm", "1"], "--clip-norm goes with steps of minibatches"),
            (["--schedule", "cosine"], "--schedule goes with steps of minibatches"),
            (["--warmup", "2"], "--warmup goes with steps of minibatches"),
            (["--dropout", "0.1"], "--dropout goes with steps of minibatches"),
            (["--reduction", "allreduce"], "--reduction allreduce goes with steps of minibatches"),
            (["--learning-rate", "0.1"], "--learning-rate goes with --optimizer sgd or adam or adamw"),
            (["--precision", "float32"], "--optimizer lm needs --precision float64"),
            (["--loss", "mae"], "--optimizer lm goes with a loss that is curved: mse, huber, poisson, cross-entropy"),
            (["--damping", "0"], "--damping must be above 0"),
            (["--gradient-tolerance", "-1"], "--gradient-tolerance must be at least 0"),
        ])
        func refuses(_ options: [String], _ words: String) async throws {
            try await withTemporaryFolder { folder in
                let outcome = try await Program.run(
                    ["train", "--run", "\(folder)/run", "--optimizer", "lm"] + Self.numbers
                        + [options[0] + "=" + options[1]])
                #expect(outcome.status == 64 && outcome.errors.contains(words), "\(outcome.errors)")
            }
        }

        /// A run whose gradient is as small as asked for ends, and is then over.
        @Test func endsWhereNothingIsLeft() async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                let outcome = try await Program.run(
                    [
                        "train", "--run", files.path, "--optimizer", "lm", "--epochs", "500", "--hidden", "2",
                        "--gradient-tolerance", "1e-6",
                    ] + Self.numbers.filter { $0 != "9x7" && $0 != "--hidden" })
                #expect(outcome.status == 0, "\(outcome.errors)")
                let epochs = try files.events.filter { $0["event"] as? String == "epoch" }
                #expect(epochs.count < 500 && (epochs.last?["gradient_norm"] as? Double ?? 1) <= 1e-6)
                let over = try await Program.run(["train", "--resume", files.path, "--epochs", "900", "--quiet"])
                #expect(over.status == 0 && over.hash == outcome.hash, "\(over.errors)")
            }
        }

        /// What thousands of weights cost is said, and what no memory holds is refused.
        @Test func costIsSaid() async throws {
            try await withTemporaryFolder { folder in
                let large = try await Program.run(
                    [
                        "train", "--run", "\(folder)/large", "--optimizer", "lm", "--epochs", "1", "--train-limit",
                        "16",
                        "--test-limit", "1", "--weight-decay", "1e-4", "--model", "784x3x2x10", "--threads", "1",
                    ])
                #expect(
                    large.status == 0 && large.errors.contains("which has 2393 weights, takes about"), "\(large.errors)"
                )
                // Of 160 rows.
                let dual = try await Program.run(
                    [
                        "train", "--run", "\(folder)/dual", "--optimizer", "lm", "--epochs", "1", "--train-limit", "16",
                        "--test-limit", "1", "--model", "784x3x2x10", "--threads", "1",
                    ])
                #expect(dual.status == 0 && !dual.errors.contains("takes about"), "\(dual.errors)")
                let huge = try await Program.run(
                    [
                        "train", "--run", "\(folder)/huge", "--optimizer", "lm", "--model", "784x900x10",
                        "--train-limit", "10000",
                    ])
                #expect(huge.status == 64 && huge.errors.contains("of memory; there are"), "\(huge.errors)")
            }
        }
    }
}
