import Foundation

/// A chart of lines and points, or of stacked bars, that gnuplot draws.
///
/// Nothing that a user wrote goes to gnuplot: names of series are written beside the chart, in HTML.
struct Chart {
    /// A labelled place of the x axis.
    struct Tick {
        var x: Double
        var label: String
    }

    struct Point {
        var x: Double
        var y: Double
        var low: Double?
        var high: Double?
    }

    struct Series {
        enum Style { case line, dashed, dotted, marks, dots, crosses }
        var name: String
        /// One of the page's colours: 0 is the ink's, 1…8 the series'.
        var color: Int
        var style: Style
        var points: [Point]
    }

    /// Parts of one bar after another, from the bottom.
    struct Bars {
        var names: [String]
        var colors: [Int]
        /// By the program made, of figures and units alone.
        var labels: [String]
        /// By bar.
        var values: [[Double]]
    }

    enum Content {
        case lines([Series])
        case bars(Bars)
    }

    var title: String
    var caption = ""
    var x: String
    var y: String
    var isLogX = false
    var isLogY = false
    /// Bounds of the y axis; nil: by the data.
    var yFrom: Double?
    var yTo: Double?
    /// Where the x axis is labelled; nil: by gnuplot.
    var ticks: [Tick]?
    var content: Content

    /// Labels for `values`, of which those too near the one before are left out.
    static func ticks(
        _ values: [Double], ratio: Double = 1.2, label: (Double) -> String = { String(format: "%.0f", $0) }
    ) -> [Tick] {
        var last = 0.0
        return values.sorted().compactMap { value in
            guard value >= last * ratio else { return nil }
            last = value
            return Tick(x: value, label: label(value))
        }
    }

    static let width = 480
    static let height = 310

    /// The parts of the legend.
    var names: [(name: String, color: Int, style: Series.Style?)] {
        switch content {
        case .lines(let series):
            series.filter { !$0.name.isEmpty && !$0.points.isEmpty }.map { ($0.name, $0.color, $0.style) }
        case .bars(let bars): zip(bars.names, bars.colors).map { ($0, $1, nil) }
        }
    }

    var isEmpty: Bool {
        switch content {
        case .lines(let series): series.allSatisfy { $0.points.isEmpty }
        case .bars(let bars): bars.values.isEmpty
        }
    }
}

// MARK: What can be drawn

extension Chart {
    /// The chart without the points that have no place in it: where a record is damaged, or a logarithm asked of zero.
    var drawable: Chart {
        var chart = self
        switch content {
        case .lines(let series):
            chart.content = .lines(
                series.map { one in
                    var one = one
                    one.points = one.points.compactMap(placed)
                    return one
                })
        case .bars(var bars):
            bars.values = bars.values.map { $0.map { Self.placed($0, isLog: false) ?? 0 } }
            chart.content = .bars(bars)
        }
        // A bound that leaves nothing is none.
        chart.yFrom = yFrom.flatMap { Self.placed($0, isLog: isLogY) }.flatMap { $0 <= chart.mostY ? $0 : nil }
        chart.yTo = yTo.flatMap { Self.placed($0, isLog: isLogY) }
        return chart
    }

    private var mostY: Double {
        switch content {
        case .lines(let series): series.flatMap { $0.points.map(\.y) }.max() ?? 0
        case .bars(let bars): bars.values.map { $0.reduce(0, +) }.max() ?? 0
        }
    }

    private func placed(_ point: Point) -> Point? {
        guard let x = Self.placed(point.x, isLog: isLogX), let y = Self.placed(point.y, isLog: isLogY) else {
            return nil
        }
        func bound(_ value: Double?) -> Double? { value.flatMap { Self.placed($0, isLog: isLogY) } }
        return Point(x: x, y: y, low: bound(point.low), high: bound(point.high))
    }

    /// Where `value` stands on an axis; nil where gnuplot has no place for it. What is next to nothing is zero.
    private static func placed(_ value: Double, isLog: Bool) -> Double? {
        guard abs(value) <= 1e30 else { return nil }
        if isLog { return value >= 1e-30 ? value : nil }
        return abs(value) < 1e-30 ? 0 : value
    }
}

// MARK: gnuplot's commands

extension Chart {
    /// Colours that stand for the page's: the axes' and grid's, and one a series.
    static let axis = "#010101"
    static let grid = "#020202"
    static func placeholder(_ color: Int) -> String { String(format: "#%02x0000", 10 + color) }

    /// Commands that draw the chart into `path`.
    func script(to path: String) -> String {
        var lines = [
            "reset",
            "set terminal svg size \(Self.width),\(Self.height) dynamic font 'sans-serif,14' noenhanced",
            "set encoding utf8", "set output '\(path)'", "set key off",
            "set border 3 lc rgb '\(Self.axis)'", "set tics nomirror out scale 0.5 tc rgb '\(Self.axis)'",
            "set grid ytics lt 1 lw 1 lc rgb '\(Self.grid)'",
            "set xlabel '\(x)' tc rgb '\(Self.axis)'", "set ylabel '\(y)' tc rgb '\(Self.axis)'",
        ]
        if isLogX { lines.append("set logscale x 2") }
        if isLogY { lines.append("set logscale y 10") }
        if isLogY { lines.append("set format y '%g'") }
        if let ticks {
            lines.append("set xtics (\(ticks.map { "'\($0.label)' \($0.x)" }.joined(separator: ", ")))")
        }
        let (low, high) = (yFrom.map { "\($0)" } ?? "*", yTo.map { "\($0)" } ?? "*")
        lines.append("set yrange [\(low):\(high)]")
        switch content {
        case .lines(let series): lines += Self.commands(for: series.filter { !$0.points.isEmpty }, isLogX: isLogX)
        case .bars(let bars): lines += Self.commands(for: bars)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func commands(for series: [Series], isLogX: Bool) -> [String] {
        var blocks: [String] = []
        var plots: [String] = []
        for (index, series) in series.enumerated() {
            let rows = series.points.map { "\($0.x) \($0.y) \($0.low ?? $0.y) \($0.high ?? $0.y)" }
            blocks.append("$s\(index) << END\n\(rows.joined(separator: "\n"))\nEND")
            let color = "lc rgb '\(placeholder(series.color))'"
            switch series.style {
            case .line: plots.append("$s\(index) using 1:2 with lines lw 2 \(color)")
            case .dashed: plots.append("$s\(index) using 1:2 with lines lw 1.5 dt (6,4) \(color)")
            case .dotted: plots.append("$s\(index) using 1:2 with lines lw 1.5 dt (2,3) \(color)")
            case .dots: plots.append("$s\(index) using 1:2 with points pt 6 ps 0.6 lw 1.3 \(color)")
            case .crosses: plots.append("$s\(index) using 1:2 with points pt 13 ps 1.1 lw 1.5 \(color)")
            case .marks:
                plots.append("$s\(index) using 1:2:3:4 with yerrorbars pt 7 ps 0.8 lw 1.5 \(color)")
            }
        }
        let xs = series.flatMap { $0.points.map(\.x) }
        let (least, most) = (xs.min() ?? 0, xs.max() ?? 1)
        // Some room beside the first and last point, which may be one.
        let margin = 0.04 * max(most - least, 1, 1e-6 * max(abs(least), abs(most)))
        let range =
            isLogX
            ? "[\(least / 1.3):\(most * 1.3)]"
            : "[\(least - margin):\(most + margin)]"
        return blocks + ["set xrange \(range)", "plot " + plots.joined(separator: ", \\\n     ")]
    }

    private static func commands(for bars: Bars) -> [String] {
        let rows = zip(bars.labels, bars.values).map { label, values in
            "\"\(label)\" " + values.map { "\($0)" }.joined(separator: " ")
        }
        let plots = bars.colors.enumerated().map { index, color in
            "$s using \(index + 2)" + (index == 0 ? ":xtic(1)" : "") + " lc rgb '\(placeholder(color))'"
        }
        return [
            "$s << END\n\(rows.joined(separator: "\n"))\nEND",
            "set style data histograms", "set style histogram rowstacked", "set style fill solid 1.0 noborder",
            "set boxwidth 0.66",
            "set xtics scale 0"
                + (bars.labels.count > 7 || bars.labels.contains { $0.count > 9 } ? " rotate by 45 right" : ""),
            "plot " + plots.joined(separator: ", \\\n     "),
        ]
    }
}
