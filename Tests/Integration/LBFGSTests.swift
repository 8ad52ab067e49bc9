import Foundation
import Testing

/// What SciPy's L-BFGS-B makes of some runs, in float64: Tests/Golden/make-lbfgs.py.
struct SciPyRun: Decodable, Sendable, CustomTestStringConvertible {
    let options: [String]
    let iterations: Int
    /// At the first weights, and behind the iterations.
    let first: Double
    let loss: Double
    /// Of loss and gradient.
    let evaluations: Double

    var testDescription: String { options.joined(separator: " ") }
    var words: [String] { options.map { $0.replacing("GOLDEN", with: ParityRun.folder.path) } }

    private struct File: Decodable { let runs: [SciPyRun] }

    static let all: [SciPyRun] = {
        let data = try? Data(contentsOf: ParityRun.folder.appending(path: "lbfgs.json"))
        return data.flatMap { try? JSONDecoder().decode(File.self, from: $0).runs } ?? []
    }()
}

extension Integration {
    /// `--optimizer lbfgs`: iterations of the whole set, each an epoch.
    @Suite struct LBFGS {
        private static let small = [
            "--optimizer", "lbfgs", "--train-limit", "1230", "--test-limit", "100", "--loss", "cross-entropy",
            "--activation", "tanh", "--weight-decay", "0.0001",
        ]
        private static let numbers = [
            "--data", ParityRun.folder.path + "/numbers/inputs.npy", "--targets",
            ParityRun.folder.path + "/numbers/targets.npy",
        ]

        private static func train(_ options: [String], ranks: Int? = nil) async throws -> Outcome {
            try await Program.run(["train", "--quiet"] + options, ranks: ranks)
        }

        @Test(arguments: [
            (["--batch-size", "100"], "--batch-size goes with steps of minibatches, not with --optimizer lbfgs"),
            (["--clip-norm", "1"], "--clip-norm goes with steps of minibatches"),
            (["--schedule", "cosine"], "--schedule goes with steps of minibatches"),
            (["--warmup", "1"], "--warmup goes with steps of minibatches"),
            (["--dropout", "0.2"], "--dropout goes with steps of minibatches"),
            (["--reduction", "allreduce"], "--reduction allreduce goes with steps of minibatches"),
            (["--learning-rate", "1"], "--learning-rate goes with --optimizer sgd or adam or adamw, not with lbfgs"),
            (["--momentum", "0.5"], "--momentum goes with --optimizer sgd, not with lbfgs"),
            (["--nesterov"], "--nesterov goes with --optimizer sgd, not with lbfgs"),
            (["--history", "0"], "--history must be at least 1 and at most 1000, not 0"),
            (["--gradient-tolerance=-1"], "--gradient-tolerance must be at least 0, not -1"),
            (["--weight-decay", "inf"], "--weight-decay must be a finite number"),
        ])
        func refused(_ options: [String], words: String) async throws {
            let outcome = try await Self.train(["--optimizer", "lbfgs"] + options)
            #expect(outcome.status == 64 && outcome.errors.contains(words), "\(outcome.errors)")
        }

        @Test func ofAnotherOptimizer() async throws {
            let outcome = try await Self.train(["--optimizer", "adam", "--history", "5"])
            #expect(
                outcome.status == 64
                    && outcome.errors.contains("--history goes with --optimizer lbfgs, not with adam"),
                "\(outcome.errors)")
        }

        @Test func areThere() { #expect(SciPyRun.all.count == 5 && SciPyRun.all.allSatisfy { $0.loss < $0.first }) }

        /// From the same weights, to the loss that SciPy comes to: with about as many evaluations, more or fewer, for two searches
        /// along a line that end elsewhere lead to other places.
        @Test(arguments: SciPyRun.all) func againstSciPy(_ run: SciPyRun) async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                let outcome = try await Self.train(
                    run.words + [
                        "--optimizer", "lbfgs", "--epochs", "\(2 * run.iterations)", "--gradient-tolerance", "0",
                        "--threads", "2", "--run", files.path,
                    ])
                try #require(outcome.status == 0, "\(outcome.errors)")
                #expect(abs(try files.curve("batch_loss")[0] / run.first - 1) <= 1e-12)
                let (losses, tries) = (try files.curve("train_loss"), try files.curve("tries"))
                let reached = try #require(losses.firstIndex { $0 <= run.loss * (1 + 1e-9) }, "SciPy's \(run.loss)")
                let evaluations = tries[...reached].reduce(0, +)
                #expect(evaluations <= 1.25 * run.evaluations, "\(evaluations), SciPy's \(run.evaluations)")
            }
        }

        /// A linear network's squared errors are a quadratic: its least place is found, and the run ends there by itself.
        @Test func aQuadraticEnds() async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                let outcome = try await Self.train(
                    Self.numbers + [
                        "--model", "5x3", "--loss", "mse", "--output-activation", "linear", "--optimizer", "lbfgs",
                        "--epochs", "1000", "--run", files.path,
                    ])
                try #require(outcome.status == 0, "\(outcome.errors)")
                let norms = try files.curve("gradient_norm")
                #expect(norms.count < 100 && norms.last! <= 1e-8 && norms.dropLast().allSatisfy { $0 > 1e-8 })
                let end = try #require(try files.events.last { $0["event"] as? String == "end" })
                #expect(end["epochs"] as? Int == norms.count)
                // Nothing is left to do.
                let again = try await Program.run(["train", "--resume", files.path, "--epochs", "2000", "--quiet"])
                #expect(again.status == 0 && again.hash == outcome.hash, "\(again.errors)")
                #expect(try files.epochs.count == norms.count)
            }
        }

        /// Broken off before any iteration, the first among them, and gone on with elsewhere.
        @Test(arguments: [1, 2, 13], ["float64", "float32"]) func resumed(iteration: Int, precision: String)
            async throws
        {
            try await withTemporaryFolder { folder in
                let (whole, files) = (RunFiles(path: "\(folder)/whole"), RunFiles(path: "\(folder)/run"))
                let options =
                    Self.small
                    + ["--epochs", "16", "--history", "4", "--precision", precision, "--checkpoint-every", "1"]
                let reference = try await Self.train(["--run", whole.path, "--threads", "1"] + options)
                #expect(reference.hash != nil, "\(reference.errors)")
                let broken = try await Self.train(
                    ["--run", files.path, "--inject", "fail:0:\(iteration)", "--threads", "2"] + options)
                #expect(broken.status == 74, "\(broken.errors)")
                let ranks = try await Program.hasMPI.value ? 3 : nil
                let outcome = try await Program.run(
                    ["train", "--resume", files.path, "--threads", ranks == nil ? "3" : "1", "--quiet"], ranks: ranks)
                #expect(outcome.hash != nil && outcome.hash == reference.hash, "\(outcome.errors)")
                for field in ["train_loss", "batch_loss", "gradient_norm", "tries"] {
                    #expect(try files.curve(field) == whole.curve(field), "\(field)")
                }
                #expect(try whole.curve("tries").allSatisfy { $0 >= 1 })
            }
        }

        /// A signal ends it after an iteration.
        @Test(.needsMPI) func stopped() async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                let options = Self.small + ["--epochs", "150", "--gradient-tolerance", "0"]
                let whole = try await Self.train(["--run", "\(folder)/whole", "--threads", "2"] + options)
                #expect(whole.hash != nil, "\(whole.errors)")
                let job = try Program.start(["train", "--run", files.path, "--threads", "1"] + options, ranks: 2)
                try await Launch.waitForAnEpoch(of: job, files)
                kill(try #require(Launch.ranks(of: job.process.processIdentifier)[1]), SIGTERM)
                let stopped = try await job.outcome()
                #expect(stopped.status == 75, "\(stopped.errors)")
                let outcome = try await Program.run(["train", "--resume", files.path, "--threads", "3", "--quiet"])
                #expect(outcome.hash != nil && outcome.hash == whole.hash, "\(outcome.errors)")
            }
        }

        /// The best epoch's weights, by validation; and told as JSON, with its options.
        @Test func patience() async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                let outcome = try await Self.train(
                    Self.numbers + [
                        "--model", "5x24x3", "--activation", "tanh", "--output-activation", "linear", "--loss", "mse",
                        "--optimizer", "lbfgs", "--epochs", "2000", "--validation", "0.3", "--patience", "5", "--run",
                        files.path,
                    ])
                try #require(outcome.status == 0, "\(outcome.errors)")
                let losses = try files.curve("validation_loss")
                let end = try #require(try files.events.last { $0["event"] as? String == "end" })
                let best = try #require(losses.indices.min { losses[$0] < losses[$1] })
                #expect(end["best_epoch"] as? Int == best + 1 && losses.count == best + 6 && losses.count < 2000)
                let options = try #require(try files.config["options"] as? JSONObject)
                #expect(options["history"] as? Int == 10 && options["gradientTolerance"] as? Double == 1e-8)
                #expect(options["precision"] as? String == "float64" && options["learningRate"] == nil)
                let reproduced = try await Program.run(["reproduce", files.path, "--quiet", "--threads", "2"])
                #expect(reproduced.status == 0 && reproduced.hash == outcome.hash, "\(reproduced.errors)")
            }
        }

        /// Its state between two iterations, edited: refused, whatever was written there.
        @Test func checkpointsOfOthers() async throws {
            try await withTemporaryFolder { folder in
                let adam = RunFiles(path: "\(folder)/adam")
                let made = try await Self.train(
                    ["--run", adam.path, "--optimizer", "adam", "--train-limit", "100", "--test-limit", "10"]
                        + ["--epochs", "1"])
                try #require(made.status == 0, "\(made.errors)")
                let files = RunFiles(path: "\(folder)/run")
                let outcome = try await Self.train(
                    ["--run", files.path, "--epochs", "2"] + Self.small)
                try #require(outcome.status == 0, "\(outcome.errors)")
                let checkpoints = "\(files.path)/checkpoints"
                for name in try FileManager.default.contentsOfDirectory(atPath: checkpoints) {
                    try FileManager.default.removeItem(atPath: "\(checkpoints)/\(name)")
                }
                try FileManager.default.copyItem(
                    atPath: "\(adam.path)/checkpoints/epoch-0001-step-000000.safetensors",
                    toPath: "\(checkpoints)/epoch-0001-step-000000.safetensors")
                let refused = try await Program.run(["train", "--resume", files.path, "--epochs", "3"])
                #expect(refused.status == 65, "\(refused.errors)")
            }
        }
    }
}
