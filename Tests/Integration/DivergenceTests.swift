import Foundation
import Testing

extension Integration {
    /// Numbers that overflow end the run; they never become a model.
    @Suite struct Divergence {
        /// One minibatch an epoch. The velocity grows by 10^30 a step: it is past float32's 3.4·10^38 in the third, which
        /// leaves infinite weights, and the products of the fourth are NaN.
        static let overflowing = [
            "--train-limit", "900", "--test-limit", "100", "--learning-rate", "1e10", "--momentum", "1e30",
        ]

        @Test(arguments: [nil, 1, 2]) func endsOnEveryRank(ranks: Int?) async throws {
            try await Program.requireMPI(for: ranks)
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                let arguments = ["train", "--run", files.path, "--epochs", "20", "--threads", "1"] + Self.overflowing
                let outcome = try await Program.run(arguments, ranks: ranks)
                #expect(outcome.status == 77, "\(outcome.errors)")
                #expect(outcome.messages.count == 1, "\(outcome.errors)")
                let message = try #require(outcome.messages.first)
                for part in ["diverged", "epoch", "step", "layer"] { #expect(message.contains(part), "\(message)") }
                #expect(outcome.hash == nil && !files.has("model.safetensors"))
                #expect(!(try files.events.contains { $0["event"] as? String == "end" }))
            }
        }

        /// However long the run, its weights are finite, or there are none; no event is lost.
        @Test(arguments: 1...5) func isSeenInTheLastStep(epochs: Int) async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                let arguments = ["train", "--run", files.path, "--epochs", "\(epochs)", "--threads", "1"]
                let outcome = try await Program.run(arguments + Self.overflowing)
                #expect(outcome.status == (epochs < 3 ? 0 : 77), "\(outcome.errors)")
                #expect((outcome.hash != nil) == (outcome.status == 0))
                #expect(files.has("model.safetensors") == (outcome.status == 0))
                if files.has("model.safetensors") {
                    let model = try files.model
                    for name in model.tensors.keys {
                        #expect(try model.values(name).allSatisfy(\.isFinite), "\(name)")
                    }
                }
                #expect(try files.events.allSatisfy { $0["event"] != nil })
            }
        }

        /// Weights that are finite, with products that are not: found in the first step, in float32 alone.
        @Test(arguments: ["exact", "allreduce"]) func isSeenInTheFirstStep(reduction: String) async throws {
            try await withTemporaryFolder { folder in
                // Half of the pixels weigh +3·10^38, half -3·10^38: their sums are +∞ - ∞.
                let values = (0..<2 * 784).map { Float($0 % 2 == 0 ? 3e38 : -3e38) }
                let file = SafetensorsFile.bytes([
                    ("0.weight", [2, 784], values), ("0.bias", [2], [0, 0]),
                    ("2.weight", [10, 2], [Float](repeating: 1, count: 20)),
                    ("2.bias", [10], [Float](repeating: 0, count: 10)),
                ])
                let weights = "\(folder)/weights.safetensors"
                try file.write(to: URL(fileURLWithPath: weights))
                let arguments = ["train", "--model", "784x2x10", "--weights", weights, "--reduction", reduction]
                let options = ["--epochs", "1", "--train-limit", "900", "--test-limit", "100"]
                let single = try await Program.run(arguments + options + ["--run", "\(folder)/a"])
                #expect(single.status == 77)
                #expect(single.messages.first?.contains("epoch 1, step 1") == true, "\(single.errors)")
                let double = try await Program.run(
                    arguments + options + ["--run", "\(folder)/b", "--precision", "float64"])
                #expect(double.status == 0, "\(double.errors)")
            }
        }
    }
}
