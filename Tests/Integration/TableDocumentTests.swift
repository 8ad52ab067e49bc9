import Foundation
import Testing

extension Integration {
    /// The session of Docs/tables.md, word by word.
    @Suite struct TableDocument {
        /// A command of the document, and the lines that it prints there.
        private struct Step {
            let command: String
            let lines: [Substring]
        }

        private static let documents = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Docs")

        /// What stands behind `$ ` in its blocks ```console, with what stands below.
        private static func steps() throws -> [Step] {
            let text = try String(contentsOf: documents.appendingPathComponent("tables.md"), encoding: .utf8)
            let blocks = text.components(separatedBy: "```console\n").dropFirst().compactMap {
                $0.components(separatedBy: "\n```").first
            }
            return blocks.flatMap { block in
                block.components(separatedBy: "$ ").dropFirst().map { part in
                    let lines = part.split(separator: "\n", omittingEmptySubsequences: false)
                    let command = lines.prefix { $0.hasSuffix("\\") }.count + 1
                    return Step(
                        command: lines.prefix(command).joined(separator: "\n"),
                        lines: Array(lines.dropFirst(command)).filter { !$0.isEmpty })
                }
            }
        }

        /// Whether a line is the document's, where … stands for any text.
        private static func isSame(_ found: Substring, _ expected: Substring) -> Bool {
            var rest = found
            let parts = expected.split(separator: "…", omittingEmptySubsequences: false)
            for (index, part) in parts.enumerated() {
                guard let place = part.isEmpty ? rest.startIndex..<rest.startIndex : rest.range(of: part) else {
                    return false
                }
                if index == 0 && place.lowerBound != rest.startIndex { return false }
                rest = rest[place.upperBound...]
            }
            return rest.isEmpty || parts.last?.isEmpty == true
        }

        /// The first line that is not the document's, where a line … stands for any lines; nil where all are.
        private static func difference(_ found: ArraySlice<Substring>, _ expected: ArraySlice<Substring>) -> String? {
            guard let line = expected.first else { return found.first.map { "\($0)\nis not there" } }
            if line == "…" {
                let rest = expected.dropFirst()
                return difference(found.suffix(rest.count), rest)
            }
            guard let first = found.first, isSame(first, line) else {
                return "\(found.first ?? "nothing")\nis not\n\(line)"
            }
            return difference(found.dropFirst(), expected.dropFirst())
        }

        /// On no more cores than eight slices feed, so that there are eight.
        private static let shell =
            (ProcessInfo.processInfo.activeProcessorCount > 8 ? ["taskset", "-c", "0-7"] : []) + ["sh", "-c"]

        @Test func sessionWordByWord() async throws {
            let steps = try Self.steps()
            #expect(steps.count >= 8)
            try await withTemporaryFolder { folder in
                let data = Self.documents.appendingPathComponent("tables/greenhouse.csv").path
                try FileManager.default.copyItem(atPath: data, toPath: "\(folder)/greenhouse.csv")
                try FileManager.default.createSymbolicLink(
                    atPath: "\(folder)/frontprop", withDestinationPath: Program.path)
                let path = folder + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "")
                for step in steps {
                    if step.command.contains("report"), findExecutable("gnuplot") == nil { continue }
                    let outcome = try await Child(
                        "/usr/bin/env", Self.shell + [step.command], variables: ["PATH": path], folder: folder
                    ).outcome(limitSeconds: 120)
                    #expect(outcome.status == 0, "\(step.command): \(outcome.errors)")
                    let difference = Self.difference(outcome.outputLines[...], step.lines[...])
                    #expect(difference == nil, "\(step.command):\n\(difference ?? "")\n\(outcome.errors)")
                }
            }
        }
    }
}
