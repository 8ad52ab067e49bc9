import Foundation
import Testing

/// A line of Tests/Golden/hashes.txt: what a run of these options comes to, on any machine.
struct GoldenRun: Sendable, CustomTestStringConvertible {
    let hash: String
    let options: [String]

    var testDescription: String { options.joined(separator: " ") }

    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Golden").path
    private static let lines: [[String]] = {
        let text = (try? String(contentsOfFile: folder + "/hashes.txt", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    }()

    /// The numerics that the table is of.
    static let numerics = lines.first { $0.first == "numerics" }.flatMap { Int($0[1]) }
    static let all = lines.filter { $0.first?.count == 64 }.map { line in
        GoldenRun(hash: line[0], options: line.dropFirst().map { $0.replacing("GOLDEN", with: folder) })
    }
}

extension Integration {
    /// Hashes that change with the number of numerics alone. Tests/InstructionSets/program.sh runs the same table on
    /// emulated processors.
    @Suite struct GoldenHashes {
        @Test func areThereForEveryKindOfRun() {
            #expect(GoldenRun.all.count == 73)
            #expect(Set(GoldenRun.all.map(\.hash)).count == GoldenRun.all.count)
        }

        @Test(arguments: GoldenRun.all) func areWhatTheProgramGives(_ run: GoldenRun) async throws {
            try await withTemporaryFolder { folder in
                let files = RunFiles(path: "\(folder)/run")
                let outcome = try await Program.run(
                    ["train", "--quiet", "--threads", "2", "--run", files.path] + run.options)
                let numerics = try #require(GoldenRun.numerics)
                #expect(
                    outcome.hash == run.hash,
                    """
                    the bits have changed: is that meant? Then Numerics.version goes up from \(numerics), and \
                    Tests/Golden/make-hashes.sh makes the table anew. \(outcome.errors)
                    """)
                // The table is of this program's numerics, and each record says so.
                #expect(try files.config["numerics"] as? Int == numerics)
                for kind in ["start", "end"] {
                    let event = try #require(try files.events.first { $0["event"] as? String == kind })
                    #expect(event["numerics"] as? Int == numerics)
                }
            }
        }
    }
}
