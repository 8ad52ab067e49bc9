import Foundation
import Testing

extension Integration {
    /// The exact sum has no scale of its own: losses and gradients may be of any size.
    @Suite struct Scale {
        static let options = ["--train-limit", "3000", "--test-limit", "300", "--epochs", "2"]

        /// All gradients times 2^k, and the rate divided by it: the same steps, to the bit.
        @Test(arguments: [-60, -20, 20, 60], ["float32", "float64"])
        func aPowerOfTwoDoesNotShow(power: Int, precision: String) async throws {
            let factor = Double(sign: .plus, exponent: power, significand: 1)
            let options = Self.options + ["--precision", precision, "--threads", "2"]
            try await withTemporaryFolder { folder in
                let plain = try await Program.run(["train", "--run", "\(folder)/a"] + options)
                let scaled = try await Program.run(
                    ["train", "--run", "\(folder)/b", "--loss-scale=\(factor)", "--learning-rate=\(10 / factor)"]
                        + options)
                #expect(scaled.status == 0, "\(scaled.errors)")
                #expect(scaled.hash == plain.hash && plain.hash != nil)
                let (one, other) = (try Self.losses("\(folder)/a"), try Self.losses("\(folder)/b"))
                #expect(one.map { $0.map { $0 * factor } } == other && one.count == 2)
            }
        }

        /// Every epoch's losses, to the last digit: JSONSerialization reads small numbers less exactly.
        private static func losses(_ path: String) throws -> [[Double]] {
            struct Epoch: Decodable {
                var event: String
                var batch_loss, train_loss, test_loss: Double?
            }
            let lines = try String(contentsOfFile: path + "/metrics.jsonl", encoding: .utf8).split(separator: "\n")
            let events = try lines.map { try JSONDecoder().decode(Epoch.self, from: Data($0.utf8)) }
            return events.filter { $0.event == "epoch" }.map {
                [$0.batch_loss, $0.train_loss, $0.test_loss].compactMap { $0 }
            }
        }

        /// On several teams, too: the small all-reduce of maxima is not there on one node, but the textbook sum has teams.
        @Test(arguments: ["1e12", "1e-12"], ["exact", "allreduce"])
        func lossesOfAnySizeTrain(scale: String, reduction: String) async throws {
            try await withTemporaryFolder { folder in
                let rate = 1 / Double(scale)!
                let files = RunFiles(path: "\(folder)/run")
                let outcome = try await Program.run(
                    [
                        "train", "--run", files.path, "--loss-scale=\(scale)", "--learning-rate=\(rate)", "--reduction",
                        reduction,
                    ] + Self.options)
                #expect(outcome.status == 0 && outcome.hash != nil, "\(outcome.errors)")
                for field in ["train_loss", "test_loss", "batch_loss"] {
                    // An untrained classifier's mean square is about 0.1; of float32 sums too.
                    for loss in try files.curve(field) {
                        #expect((0.05...0.4).contains(loss * rate), "\(field) \(loss)")
                    }
                }
                #expect(!outcome.output.contains("0.000000"), "a loss is shown by its digits: \(outcome.output)")
            }
        }

        /// The most slices there may be, most of them without a sample.
        @Test func fourThousandSlices() async throws {
            try await withTemporaryFolder { folder in
                let options = Self.options + ["--slices", "4096", "--quiet"]
                let one = try await Program.run(["train", "--run", "\(folder)/a", "--threads", "1"] + options)
                let three = try await Program.run(["train", "--run", "\(folder)/b", "--threads", "3"] + options)
                #expect(one.status == 0 && one.hash != nil && one.hash == three.hash, "\(one.errors)")
            }
        }

        /// Gradients that are numbers, and a step that leaves none.
        @Test func aStepBeyondTheLargestNumber() async throws {
            try await withTemporaryFolder { folder in
                let outcome = try await Program.run(
                    ["train", "--run", "\(folder)/run", "--loss-scale=1e308", "--precision", "float64"] + Self.options
                        + ["--learning-rate", "1e308"])
                #expect(outcome.status == 77, "\(outcome.errors)")
                #expect(outcome.messages.first?.contains("epoch 1, step") == true, "\(outcome.errors)")
            }
        }
    }
}
