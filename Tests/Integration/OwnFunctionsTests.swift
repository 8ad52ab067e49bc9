import Foundation
import Testing

extension Integration {
    /// A program of a user's, with an activation and a loss of its own: Examples/OwnFunctions.
    @Suite struct OwnFunctions {
        private static let path = URL(filePath: Program.path).deletingLastPathComponent().path + "/OwnFunctions"

        /// The same weights, byte for byte, on every layout.
        @Test(arguments: ["float32", "float64"]) func oneHash(precision: String) async throws {
            var hashes: Set<String> = []
            for (ranks, threads) in [(nil, 1), (nil, 2), (nil, 3), (1, 1), (2, 1), (3, 1), (2, 2)] as [(Int?, Int)] {
                if ranks != nil, try await !Program.hasMPI.value { continue }
                let outcome = try await run(["swish2", "sigmoid", "log-cosh", precision, "\(threads)"], ranks: ranks)
                try #require(outcome.status == 0, "\(outcome.output) \(outcome.errors)")
                hashes.insert(try #require(outcome.hash))
            }
            #expect(hashes.count == 1)
        }

        /// The library's sigmoid and squared error, and the same written as closures: equal to what float32 shows after 3 epochs.
        @Test func copiesTrainAlike() async throws {
            var losses: [Double] = []
            for words in [["sigmoid", "sigmoid", "mse"], ["own-sigmoid", "own-sigmoid", "own-mse"]] {
                let outcome = try await run(words, ranks: nil)
                let last = try #require(outcome.output.split(separator: "\n").last { $0.hasPrefix("epoch 3: loss ") })
                losses.append(try #require(Double(last.split(separator: " ")[3].dropLast())))
            }
            // 180 steps of roundings, each some ε of the weights.
            #expect(abs(losses[1] / losses[0] - 1) < 180 * 100 * Double(Float.ulpOfOne), "\(losses)")
        }

        @Test func unknownNames() async throws {
            let outcome = try await run(["nobodys"], ranks: nil)
            #expect(outcome.status == 64 && outcome.output == "no such network\n")
        }

        /// The program of the command line has none.
        @Test func notInTheProgram() async throws {
            let outcome = try await Program.run(["train", "--activation", "swish2"])
            #expect(outcome.status == 64 && outcome.errors.contains("'swish2' is not one of sigmoid"))
        }

        private func run(_ words: [String], ranks: Int?) async throws -> Outcome {
            try #require(FileManager.default.isExecutableFile(atPath: Self.path), "not built: \(Self.path)")
            return try await Program.run(words, ranks: ranks, program: Self.path)
        }
    }
}
