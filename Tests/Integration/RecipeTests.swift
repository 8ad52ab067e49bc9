import Foundation
import Testing

extension Integration {
    /// What a run is where options are not given, and what those that are given imply.
    @Suite struct Recipes {
        private static let numbers = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Golden/numbers").path
        private static let small = ["--train-limit", "40", "--test-limit", "10", "--threads", "1"]
        private static let labelled = ["--data", "NUMBERS/inputs.npy", "--targets", "NUMBERS/labels.npy"]
        private static let measured = ["--data", "NUMBERS/inputs.npy", "--targets", "NUMBERS/targets.npy"]

        private static func words(_ options: [String]) -> [String] {
            options.map { $0.replacing("NUMBERS", with: numbers) }
        }

        /// The options in `config.json` of a run of no epochs.
        private static func resolved(_ options: [String]) async throws -> JSONObject {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                let outcome = try await Program.run(
                    ["train", "--quiet", "--run", files.path] + small + words(options) + ["--epochs", "0"])
                try #require(outcome.status == 0, "\(outcome.errors)")
                return try #require(try files.config["options"] as? JSONObject)
            }
        }

        private static func texts(_ options: JSONObject) -> [String: String] {
            options.compactMapValues { value in
                (value as? String) ?? (value as? NSNumber).map { "\($0)" }
            }
        }

        private static let article = [
            "recipe": "article", "model": "784x16x16x10", "activation": "sigmoid", "outputActivation": "sigmoid",
            "loss": "mse", "optimizer": "sgd", "learningRate": "10", "momentum": "0.5", "batchSize": "1000",
            "initializer": "kaiming", "target": "labels",
        ]
        private static let modern = [
            "recipe": "modern", "model": "784x128x64x10", "activation": "relu", "outputActivation": "softmax",
            "loss": "cross-entropy", "optimizer": "adam", "learningRate": "0.001", "beta1": "0.9", "batchSize": "128",
            "initializer": "kaiming", "target": "labels",
        ]

        /// What is given, and what it changes of the article's.
        @Test(
            arguments: [
                ([], [:]), (["--recipe", "article"], [:]), (["--recipe", "modern", "--recipe", "article"], [:]),
                (["--optimizer", "adam"], ["optimizer": "adam", "learningRate": "0.001", "momentum": nil]),
                (["--loss", "cross-entropy"], ["loss": "cross-entropy", "outputActivation": "softmax"]),
                (["--hidden", "32x8"], ["model": "784x32x8x10"]), (["--model", "784x30x10"], ["model": "784x30x10"]),
                (["--model", "autoencoder"], ["model": "784x64x784", "target": "inputs"]),
                (["--hidden", "32", "--target", "inputs"], ["model": "784x32x784", "target": "inputs"]),
                (["--hidden", "9"] + labelled, ["model": "5x9x3"]),
                (["--hidden", "9"] + measured, ["model": "5x9x3", "target": "numbers"]),
            ] as [([String], [String: String?])])
        func ofTheArticle(_ options: [String], _ changes: [String: String?]) async throws {
            let found = Self.texts(try await Self.resolved(options))
            for (name, value) in Self.article.merging(changes.compactMapValues { $0 }, uniquingKeysWith: { $1 })
            where changes[name] != .some(nil) {
                #expect(found[name] == value, "\(name)")
            }
            for (name, value) in changes where value == nil { #expect(found[name] == nil, "\(name)") }
        }

        /// The same of the modern one.
        @Test(
            arguments: [
                ([], [:]), (["--optimizer", "sgd"], ["optimizer": "sgd", "learningRate": "0.1", "momentum": "0.5"]),
                (["--optimizer", "sgd", "--learning-rate", "3"], ["optimizer": "sgd", "learningRate": "3"]),
                (["--learning-rate", "0.01"], ["learningRate": "0.01"]),
                (["--loss", "mse"], ["loss": "mse", "outputActivation": "sigmoid"]),
                (["--activation", "sigmoid", "--batch-size", "7"], ["activation": "sigmoid", "batchSize": "7"]),
                (["--hidden", "32"], ["model": "784x32x10"]), (["--model", "784x30x10"], ["model": "784x30x10"]),
                (["--initializer", "normal"], ["initializer": "normal"]),
                (["--model", "autoencoder"], autoencoder), (["--target", "inputs"], autoencoder),
                (["--target", "inputs", "--hidden", "9x3x9"], ["model": "784x9x3x9x784", "target": "inputs"]),
                (labelled, numbersChanges), (labelled + ["--hidden", "7"], ["model": "5x7x3", "batchSize": "32"]),
                (measured, measuredChanges), (labelled + ["--target", "inputs"], ["model": "5x64x64x5"]),
            ] as [([String], [String: String])])
        func modern(_ options: [String], _ changes: [String: String]) async throws {
            let found = Self.texts(try await Self.resolved(["--recipe", "modern"] + options))
            let changed = Set(changes.keys).union(changes["optimizer"] == nil ? [] : ["beta1"])
            for (name, value) in changes { #expect(found[name] == value, "\(name)") }
            // A change of the target or of the data is one of the head or of the layers.
            guard changes["target"] == nil, !options.contains("--data") else { return }
            for (name, value) in Self.modern where !changed.contains(name) { #expect(found[name] == value, "\(name)") }
        }

        private static let autoencoder = [
            "model": "784x64x784", "target": "inputs", "activation": "relu", "outputActivation": "sigmoid",
            "loss": "mse", "batchSize": "128",
        ]
        private static let numbersChanges = [
            "model": "5x64x64x3", "target": "labels", "activation": "tanh", "outputActivation": "softmax",
            "loss": "cross-entropy", "optimizer": "adam", "batchSize": "32",
        ]
        private static let measuredChanges = [
            "model": "5x64x64x3", "target": "numbers", "activation": "tanh", "outputActivation": "linear",
            "loss": "mse", "optimizer": "adam", "batchSize": "32",
        ]

        @Test(
            arguments: [
                (["--hidden", "64", "--model", "784x5x10"], "--model names the hidden layers, too"),
                (["--hidden", "64x"], "64x"), (["--hidden", "0"], "--hidden"), (["--hidden", ""], "--hidden"),
                (["--hidden", "x"], "--hidden"), (["--hidden", "1048577"], "--hidden"),
                (["--hidden", "64x64", "--activation", "relu,relu,relu"], "3 activations, of 2 hidden layers"),
                (["--recipe", "modrn"], "did you mean 'modern'?"), (["--recipe", "pytorch"], "article"),
                (["--recipe", "modern", "--momentum", "0.9"], "--momentum goes with --optimizer sgd"),
                (["--recipe", "modern", "--optimizer", "sgd", "--beta1", "0.5"], "--beta1 goes with --optimizer adam"),
                (["--recipe", "modern", "--operators", "snes"], "--operators goes with --optimizer genetic"),
                (["--recipe", "modern", "--target", "numbers"], "--target numbers needs"),
                (["--recipe", "modern", "--output-activation", "relu"], "goes with --output-activation softmax"),
                (["--recipe", "modern", "--batch-size", "0", "--data", "nowhere"], "--batch-size"),
            ])
        func refuses(_ options: [String], _ words: String) async throws {
            try await withTemporaryFolder { folder in
                let outcome = try await Program.run(["train", "--run", "\(folder)/run"] + Self.small + options)
                #expect(outcome.status == 64 && outcome.errors.contains(words), "\(outcome.errors)")
                #expect(!FileManager.default.fileExists(atPath: "\(folder)/run"))
            }
        }

        @Test(arguments: [nil, 2]) func saysWhatIsMissing(ranks: Int?) async throws {
            try await Program.requireMPI(for: ranks)
            let outcome = try await Program.run(["train", "--recipe", "modern", "--data", "/nowhere"], ranks: ranks)
            #expect(outcome.status == 66 && outcome.messages.count == 1, "\(outcome.errors)")
        }

        /// It learns; it is stopped and goes on, on any layout, with the recipe of its record.
        @Test func trainsAndGoesOn() async throws {
            try await withTemporaryFolder { folder in
                let options = [
                    "--recipe", "modern", "--hidden", "32x16", "--learning-rate", "0.01", "--train-limit", "2000",
                    "--test-limit", "300", "--threads", "1",
                ]
                let whole = RunFiles(path: "\(folder)/whole")
                let outcome = try await Program.run(["train", "--run", whole.path, "--epochs", "6"] + options)
                #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
                let accuracy = try #require(try whole.epochs.last?["train_accuracy"] as? Double)
                #expect(accuracy > 0.8, "\(accuracy)")
                let files = RunFiles(path: "\(folder)/run")
                let part = try await Program.run(["train", "--run", files.path, "--epochs", "3"] + options)
                #expect(part.status == 0, "\(part.errors)")
                for (given, name) in [(["--recipe", "article"], "--recipe"), (["--hidden", "8"], "--model")] {
                    let refused = try await Program.run(["train", "--resume", files.path] + given)
                    #expect(
                        refused.status == 64 && refused.errors.contains("\(name) of the run"), "\(refused.errors)")
                }
                let ranks = try await Program.hasMPI.value ? 2 : nil
                let resumed = try await Program.run(
                    ["train", "--resume", files.path, "--epochs", "6", "--recipe", "modern", "--hidden", "32x16"],
                    ranks: ranks)
                #expect(resumed.status == 0 && resumed.hash == outcome.hash, "\(resumed.errors)")
                let again = try await Program.run(["reproduce", whole.path, "--threads", "2"])
                #expect(again.status == 0, "\(again.errors)")
            }
        }

        /// The resolved recipe at the start: for people, and in the event; without a word of it where none is wanted.
        @Test func isSaidAtTheStart() async throws {
            try await withTemporaryFolder { folder in
                let options = ["--recipe", "modern", "--optimizer", "sgd", "--seed", "7"] + Self.small
                func run(_ name: String, _ more: [String]) async throws -> Outcome {
                    let outcome = try await Program.run(
                        ["train", "--run", "\(folder)/\(name)", "--epochs", "1"] + options + more)
                    try #require(outcome.status == 0, "\(outcome.errors)")
                    return outcome
                }
                let plain = try await run("plain", []).output
                for words in [
                    "784x128x64x10 (109386 parameters)", "hidden relu, output softmax, loss cross-entropy",
                    "first weights kaiming", "modern: 1 epoch, minibatches of 128, shuffled by seed 7",
                    "sgd, learning rate 0.1, momentum 0.5", "gradient frontprop, float32, reduction exact, 8 slices",
                ] {
                    #expect(plain.contains(words), "\(words)")
                }
                let start = try #require(try parseLines(try await run("json", ["--json"]).outputLines).first)
                let fields: [String: String] = [
                    "event": "start", "recipe": "modern", "model": "784x128x64x10", "activation": "relu",
                    "output_activation": "softmax", "loss": "cross-entropy", "optimizer": "sgd",
                    "learning_rate": "0.1", "momentum": "0.5", "batch_size": "128", "epochs": "1", "seed": "7",
                    "initializer": "kaiming", "gradient": "frontprop", "precision": "float32", "slices": "8",
                    "reduction": "exact", "data": "synthetic", "samples": "40", "target": "labels", "ranks": "1",
                ]
                for (name, value) in fields { #expect(Self.texts(start)[name] == value, "\(name)") }
                #expect(try await run("quiet", ["--quiet"]).outputLines.count == 1)
            }
        }

        /// What the sweep costs is said where it is much, by what is run and in the event; nothing where it is not.
        @Test(arguments: [
            (["--hidden", "64x64x64"], true), (["--hidden", "64x64x64", "--gradient", "backprop"], false),
            (["--hidden", "64x64"], false),
        ]) func namesWhatTheSweepCosts(_ options: [String], isMuch: Bool) async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                let outcome = try await Program.run(
                    ["train", "--run", files.path, "--epochs", "0"] + Self.small + options)
                #expect(outcome.status == 0, "\(outcome.errors)")
                #expect(outcome.warnings.contains { $0.contains("--gradient backprop") } == isMuch, "\(outcome.errors)")
                let start = try #require(try files.events.first)
                #expect((start["times_backprop"] as? Double ?? 0 > 1.5) == isMuch)
            }
        }

        /// A record from before there were recipes is the article's.
        @Test func formerRecords() async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                let begun = try await Program.run(["train", "--run", files.path, "--epochs", "1"] + Self.small)
                #expect(begun.status == 0, "\(begun.errors)")
                var config = try files.config
                var options = try #require(config["options"] as? JSONObject)
                #expect(options.removeValue(forKey: "recipe") as? String == "article")
                config["options"] = options
                try JSONSerialization.data(withJSONObject: config).write(
                    to: URL(fileURLWithPath: "\(files.path)/config.json"))
                let resumed = try await Program.run(["train", "--resume", files.path, "--epochs", "2"])
                #expect(resumed.status == 0, "\(resumed.errors)")
                let refused = try await Program.run(["train", "--resume", files.path, "--recipe", "modern"])
                #expect(refused.status == 64 && refused.errors.contains("--recipe of the run"), "\(refused.errors)")
            }
        }
    }
}
