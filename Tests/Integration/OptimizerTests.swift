import Foundation
import Testing

extension Integration {
    /// Optimisers with all that changes their steps: rates over the run, decay, clipping.
    @Suite struct Optimizers {
        /// 25 steps an epoch.
        private static let small = ["--train-limit", "1230", "--test-limit", "100", "--batch-size", "50"]
        private static let all = [
            "--optimizer", "adamw", "--schedule", "cosine", "--warmup", "30steps", "--clip-norm", "0.05", "--epochs",
            "4",
        ]

        @Test(arguments: [
            (["--weight-decay=-0.1"], "--weight-decay must be at least 0, not -0.1"),
            (["--optimizer", "adamw", "--weight-decay", "nan"], "--weight-decay must be a finite number"),
            (["--clip-norm", "0"], "--clip-norm must be above 0"), (["--clip-norm=-1"], "--clip-norm must be above 0"),
            (["--clip-norm", "nan"], "--clip-norm must be above 0"),
            (["--clip-norm", "inf"], "--clip-norm must be above 0 and at most"),
            (["--schedule", "step:0:0.5"], "EPOCHS of step:EPOCHS:FACTOR must be a whole number from 1"),
            (["--schedule", "exponential:-1"], "FACTOR of exponential:FACTOR must be a finite number above 0"),
            (["--schedule", "linear"], "expected constant, step:EPOCHS:FACTOR, exponential:FACTOR, cosine"),
            (["--warmup", "0"], "'0' is neither a number of epochs"),
            (["--warmup", "5", "--epochs", "4"], "--warmup 5 is longer than the run, which has 4 epochs"),
            (
                ["--warmup", "101steps", "--epochs", "4"],
                "--warmup 101steps is longer than the run, which has 4 epochs of 25 steps"
            ),
            (["--optimizer", "adamw", "--momentum", "0.5"], "--momentum goes with --optimizer sgd, not with adamw"),
            (["--beta1", "0.5"], "--beta1 goes with --optimizer adam or adamw, not with sgd"),
        ])
        func refused(_ options: [String], words: String) async throws {
            try await withTemporaryFolder { folder in
                let outcome = try await Program.run(["train", "--run", "\(folder)/run"] + Self.small + options)
                #expect(outcome.status == 64 && outcome.errors.contains(words), "\(outcome.errors)")
            }
        }

        @Test(arguments: ["--weight-decay", "--clip-norm", "--schedule", "--warmup"])
        func aGeneticSearchHasNoUseFor(_ option: String) async throws {
            let value = option == "--schedule" ? "cosine" : "1"
            let outcome = try await Program.run(["train", "--optimizer", "genetic", option, value])
            #expect(
                outcome.status == 64
                    && outcome.errors.contains("\(option) goes with gradients, not with --optimizer genetic"),
                "\(outcome.errors)")
        }

        /// Stopped in the warm-up, and behind it: what a step does follows from its number and the state that was saved.
        @Test(arguments: [20, 61]) func resumed(step: Int) async throws {
            try await withTemporaryFolder { folder in
                let options = Self.small + Self.all + ["--checkpoint-every", "7steps", "--threads", "1"]
                let whole = RunFiles(path: "\(folder)/whole")
                let files = RunFiles(path: "\(folder)/run")
                let reference = try await Program.run(["train", "--run", whole.path] + options)
                #expect(reference.hash != nil, "\(reference.errors)")
                let broken = try await Program.run(
                    ["train", "--run", files.path, "--inject", "fail:0:\(step)"] + options)
                #expect(broken.status == 74, "\(broken.errors)")
                let outcome = try await Program.run(["train", "--resume", files.path, "--threads", "3"])
                #expect(outcome.hash != nil && outcome.hash == reference.hash, "\(outcome.errors)")
                let rates = try whole.curve("learning_rate")
                #expect(try files.curve("learning_rate") == rates)
                // 24 of 30 steps of warm-up, and then down a cosine of 70 that ends a step before 0.
                #expect(rates.count == 4 && abs(rates[0] - 1e-3 * 25 / 30) < 1e-15)
                #expect(rates[1] < 1e-3 && rates[2] < rates[1] && rates[3] < rates[2] && rates[3] > 0)
                let recorded = try #require(try files.config["options"] as? JSONObject)
                #expect(recorded["weightDecay"] as? Double == 0.01 && recorded["clipNorm"] as? Double == 0.05)
                #expect(recorded["schedule"] as? String == "cosine" && recorded["warmup"] as? String == "30steps")
            }
        }

        /// Other epochs would have had other rates from the start. The first of them alone are as they were.
        @Test func cosineGoesOverItsEpochs() async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                let first = try await Program.run(["train", "--run", files.path] + Self.small + Self.all)
                #expect(first.status == 0, "\(first.errors)")
                let longer = try await Program.run(["train", "--resume", files.path, "--epochs", "6"])
                #expect(longer.status == 64, "\(longer.errors)")
                for words in ["--epochs", "is 4, not 6", "cosine", "another rate"] {
                    #expect(longer.errors.contains(words), "\(longer.errors)")
                }
                let same = try await Program.run(["train", "--resume", files.path, "--epochs", "4"])
                #expect(same.hash != nil && same.hash == first.hash, "\(same.errors)")
                let again = try await Program.run(["reproduce", files.path, "--epochs", "2"])
                #expect(again.status == 0 && again.output.contains("reproduced: 2 epochs"), "\(again.errors)")
            }
        }

        /// Other schedules know nothing of the run's end.
        @Test func othersGoOn() async throws {
            try await withTemporaryFolder { folder in
                let options = Self.small + ["--schedule", "step:2:0.3", "--warmup", "1", "--weight-decay", "0.001"]
                let files = RunFiles(path: "\(folder)/run")
                let whole = try await Program.run(["train", "--run", "\(folder)/whole", "--epochs", "5"] + options)
                _ = try await Program.run(["train", "--run", files.path, "--epochs", "2"] + options)
                let more = try await Program.run(["train", "--resume", files.path, "--epochs", "5"])
                #expect(more.hash != nil && more.hash == whole.hash, "\(more.errors)")
                #expect(try files.curve("learning_rate") == [10, 10, 10, 3, 3])
            }
        }
    }
}
