import Foundation
import Networks
import Reporting

/// Seconds per epoch by engine and layout, and the article's beside them.
struct BenchTable: Codable {
    /// One engine on one layout.
    struct Cell: Codable {
        let engine: GradientMethod
        let ranks: Int
        let threads: Int
        /// The samples that were timed, of all.
        let samples: Int
        let isExtrapolated: Bool
        /// Seconds of an epoch of all samples, by repeat.
        let seconds: [Double]
        /// SHA-256 of the weights that the timed runs ended with.
        let weights: Set<String>

        var layout: String {
            switch (ranks, threads) {
            case (1, 1): "1 worker"
            case (1, _): "\(threads) threads"
            default: "\(ranks) ranks"
            }
        }

        /// `0.0512 [0.0498, 0.0533]`, with `≈` before what is extrapolated.
        var text: String {
            let mark = isExtrapolated ? "≈ " : ""
            return mark + Self.digits(Statistics.median(seconds)) + " [" + Self.digits(seconds.min()!) + ", "
                + Self.digits(seconds.max()!)
                + "]"
        }

        /// Three digits that count.
        private static func digits(_ value: Double) -> String {
            let places = max(0, min(9, 2 - Int(log10(max(value, 1e-9)).rounded(.down))))
            return String(format: "%.\(places)f", value)
        }

        enum CodingKeys: String, CodingKey {
            case engine, ranks, threads, samples, seconds, weights
            case isExtrapolated = "extrapolated"
        }
    }

    let model: String
    let data: String
    let samples: Int
    let precision: String
    let repeats: Int
    let cpu: String
    let cores: Int
    let date: String
    let command: String
    let version: String
    var cells: [Cell]

    /// The article's table: seconds per epoch of the same classifier, on its machines.
    static let article: [GradientMethod: (name: String, seconds: [String])] = [
        .scalar: ("py", ["405", "467", "–", "–"]), .matrix: ("np", ["6.31", "7.14", "–", "–"]),
        .frontprop: ("cy", ["3.97", "4.23", "1.71", "0.63"]), .backprop: ("tr", ["0.08", "0.10", "–", "–"]),
    ]
    static let articleMachines = ["i7-7700HQ ×1", "E5-2680 ×1", "i7-7700HQ ×4", "E5-2680 ×24"]

    private var layouts: [String] {
        cells.reduce(into: []) { if !$0.contains($1.layout) { $0.append($1.layout) } }
    }

    private var engines: [GradientMethod] {
        cells.reduce(into: []) { if !$0.contains($1.engine) { $0.append($1.engine) } }
    }

    /// Rows of words: the head, then one for each engine.
    private var rows: [[String]] {
        let head = ["engine"] + layouts + ["article's"] + Self.articleMachines
        return [head]
            + engines.map { engine in
                let mine = layouts.map { layout in
                    cells.first { $0.engine == engine && $0.layout == layout }?.text ?? "–"
                }
                let article = Self.article[engine]!
                return [engine.rawValue] + mine + [article.name] + article.seconds
            }
    }

    /// What the figures are, a sentence a line.
    private var notes: [String] {
        let coverage = (1 - pow(2, 1 - Double(repeats))) * 100
        let parts = cells.filter(\.isExtrapolated).reduce(into: [String]()) { parts, cell in
            let part = "\(cell.engine.rawValue) on the first \(cell.samples)"
            if !parts.contains(part) { parts.append(part) }
        }
        var notes = [
            "Seconds per epoch of \(model) on \(data), \(samples) samples, \(precision): median [least, most] of \(repeats) "
                + (repeats == 1
                    ? "process."
                    : "fresh processes; the interval holds the true median with \(String(format: "%.1f", coverage)) %."),
            "Measured \(date) on \(cpu), \(cores) cores: \(command)",
        ]
        if !parts.isEmpty { notes.append("≈: extrapolated, timed " + parts.joined(separator: ", ") + " samples.") }
        notes.append("The columns on the right are the article's own figures, on the article's machines.")
        let same = engines.allSatisfy { engine in
            Set(cells.filter { $0.engine == engine }.flatMap(\.weights)).count == 1
        }
        notes.append(
            same ? "Every layout of an engine ended with the same weights." : "Layouts ended with DIFFERENT weights.")
        return notes
    }

    /// Columns lined up.
    var text: String {
        let rows = self.rows
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max()! }
        let lines = rows.map { row in
            zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ")
                .trimmingCharacters(in: .whitespaces)
        }
        return (lines + [""] + notes).joined(separator: "\n")
    }

    var markdown: String {
        var lines = rows.map { "| " + $0.joined(separator: " | ") + " |" }
        lines.insert("|---" + String(repeating: "|---:", count: rows[0].count - 1) + "|", at: 1)
        return (lines + [""] + notes.flatMap { [$0, ""] }.dropLast()).joined(separator: "\n")
    }

    func json() throws -> String {
        struct Whole: Encodable {
            let bench: BenchTable
            let article: [String: [String: String]]
        }
        let article = Self.article.reduce(into: [String: [String: String]]()) { table, row in
            table[row.key.rawValue] = Dictionary(uniqueKeysWithValues: zip(Self.articleMachines, row.value.seconds))
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(Whole(bench: self, article: article)), as: UTF8.self)
    }
}
