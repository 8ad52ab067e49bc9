import Foundation
import Testing

/// What PyTorch makes of some runs, in float64: Tests/Golden/make-parity.py.
struct ParityRun: Decodable, Sendable, CustomTestStringConvertible {
    let options: [String]
    let epochs: [[String: Double]]

    var testDescription: String { options.joined(separator: " ") }
    var words: [String] { options.map { $0.replacing("GOLDEN", with: Self.folder.path) } }

    private struct File: Decodable { let runs: [ParityRun] }

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Golden")

    static let all: [ParityRun] = {
        let data = try? Data(contentsOf: folder.appending(path: "parity.json"))
        return data.flatMap { try? JSONDecoder().decode(File.self, from: $0).runs } ?? []
    }()
}

extension Integration {
    /// Activations, losses, optimisers, schedules, scaled tables and weighted rows in training, against PyTorch's on the same samples, in the same order, from
    /// the same weights.
    @Suite struct Parity {
        @Test func areThere() {
            #expect(ParityRun.all.count == 21 && ParityRun.all.allSatisfy { $0.epochs.count == 3 })
        }

        /// Some dozens of steps of rounding at 2^-53 leave 1e-9 far away.
        @Test(arguments: ParityRun.all) func everyEpoch(_ run: ParityRun) async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                let outcome = try await Program.run(
                    ["train", "--quiet", "--no-shuffle", "--precision", "float64", "--threads", "2"]
                        + ["--epochs", "\(run.epochs.count)", "--run", files.path] + run.words)
                #expect(outcome.status == 0, "\(outcome.errors)")
                let epochs = try files.epochs
                try #require(epochs.count == run.epochs.count)
                for (epoch, expected) in zip(epochs, run.epochs) {
                    for (name, value) in expected {
                        let found = try #require(epoch[name] as? Double, "\(name)")
                        #expect(abs(found / value - 1) <= 1e-9, "\(name): \(found), PyTorch's \(value)")
                    }
                }
            }
        }
    }
}
