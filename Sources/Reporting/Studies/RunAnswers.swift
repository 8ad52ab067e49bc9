import Foundation

/// What a run's network answers on rows of a table whose targets are known: what a report draws beside the run's record.
public struct RunAnswers: Sendable {
    /// What the rows are called.
    public let title: String
    public let kind: Kind

    public enum Kind: Sendable {
        case numbers([Output])
        case classes([Answer])
    }

    /// One output, in its column's units.
    public struct Output: Sendable {
        public let name: String
        public let pairs: [Pair]

        public init(name: String, pairs: [Pair]) { (self.name, self.pairs) = (name, pairs) }
    }

    public struct Pair: Sendable {
        /// Of the file, from 0.
        public let row: Int
        public let known: Double
        public let found: Double

        public init(row: Int, known: Double, found: Double) {
            (self.row, self.known, self.found) = (row, known, found)
        }

        var error: Double { found - known }
    }

    /// What a row was taken for.
    public struct Answer: Sendable {
        public let row: Int
        public let label: String
        public let answer: String
        /// The share that its own class was given, 0…1.
        public let share: Double

        public init(row: Int, label: String, answer: String, share: Double) {
            (self.row, self.label, self.answer, self.share) = (row, label, answer, share)
        }
    }

    public init(title: String, kind: Kind) { (self.title, self.kind) = (title, kind) }
}

extension RunAnswers {
    /// More points are not told apart in a chart.
    private static var mostPoints: Int { 2000 }
    /// Rows that are named.
    private static var mostRows: Int { 10 }
    /// Outputs that are drawn.
    private static var mostOutputs: Int { 4 }

    /// Predicted against true, and what is left between them.
    var charts: [Chart] {
        guard case .numbers(let outputs) = kind else { return [] }
        return outputs.prefix(Self.mostOutputs).flatMap { [Self.against($0), Self.residuals($0)] }
    }

    /// Every so-manieth of the pairs, so that there are not too many.
    private static func some(_ pairs: [Pair]) -> [Pair] {
        let step = max(1, (pairs.count + mostPoints - 1) / mostPoints)
        return stride(from: 0, to: pairs.count, by: step).map { pairs[$0] }
    }

    private static func against(_ output: Output) -> Chart {
        dots(
            "Predicted against true: \(output.name)", x: ("true", \.known), y: ("predicted", \.found), of: output,
            color: 1
        ) { $0 }
    }

    private static func residuals(_ output: Output) -> Chart {
        dots(
            "Residuals: \(output.name)", x: ("predicted", \.found), y: ("predicted - true", \.error), of: output,
            color: 2
        ) { _ in 0 }
    }

    /// A dot for each row, and the line where all would be, y by x.
    private static func dots(
        _ title: String, x: (name: String, value: (Pair) -> Double), y: (name: String, value: (Pair) -> Double),
        of output: Output, color: Int, line: (Double) -> Double
    ) -> Chart {
        let across = output.pairs.map(x.value)
        let ends = [across.min(), across.max()].compactMap { $0 }.map { Chart.Point(x: $0, y: line($0)) }
        return Chart(
            title: title, x: x.name, y: y.name,
            content: .lines([
                Chart.Series(name: "as it should be", color: 6, style: .dashed, points: ends),
                Chart.Series(
                    name: "rows", color: color, style: .dots,
                    points: some(output.pairs).map { Chart.Point(x: x.value($0), y: y.value($0)) }),
            ]))
    }

    /// The rows that are furthest from what they should be; nil where there are none.
    var worst: Markup? {
        switch kind {
        case .numbers(let outputs):
            let rows = outputs.flatMap { output in output.pairs.map { (output.name, $0) } }
            let shown = rows.filter { $0.1.error != 0 }.sorted { abs($0.1.error) > abs($1.1.error) }.prefix(
                Self.mostRows)
            guard !shown.isEmpty else { return nil }
            return .table(
                ["Row", "Output", "True", "Predicted", "Error"],
                shown.map { name, pair in
                    ["\(pair.row)", "\(name)"]
                        + [pair.known, pair.found, pair.error].map { .number($0, Quantity.figures($0)) }
                }, caption: "The rows that are furthest off, numbered from 0 as in their file")
        case .classes(let answers):
            let shown = answers.filter { $0.label != $0.answer }.sorted { $0.share < $1.share }.prefix(Self.mostRows)
            guard !shown.isEmpty else { return nil }
            return .table(
                ["Row", "Class", "Taken for", "Share given to its class"],
                shown.map { answer in
                    [
                        "\(answer.row)", "\(answer.label)", "\(answer.answer)",
                        .number(answer.share, Quantity.percent(answer.share, digits: 2)),
                    ]
                }, caption: "The rows that are furthest off, numbered from 0 as in their file")
        }
    }
}
