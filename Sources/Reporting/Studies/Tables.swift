import Foundation

/// Cells that several tables share.
extension Markup {
    /// `1.93 [1.85, 1.99]`.
    static func ratio(_ ratio: Ratio) -> Markup {
        """
        \(number(ratio.value, Quantity.figures(ratio.value))) <span class="interval">[\(Quantity.figures(ratio.low)), \
        \(Quantity.figures(ratio.high))]</span>
        """
    }

    static func median(_ median: Double, _ interval: Statistics.Interval) -> Markup {
        """
        \(seconds(median)) <span class="interval">[\(Quantity.seconds(interval.low)), \
        \(Quantity.seconds(interval.high))]</span>
        """
    }

    static func hashes(_ hashes: [String]) -> Markup { hashes.isEmpty ? "–" : hashes.map(hash).joined(" ") }

    static func tiles(_ tiles: [(name: String, value: Markup, note: String)]) -> Markup {
        let parts = tiles.map {
            "<div><span>\($0.name)</span><b>\($0.value)</b><span>\($0.note)</span></div>" as Markup
        }
        return "<div class=\"tiles\">\(parts.joined())</div>"
    }

    static func details(_ title: String, _ content: Markup) -> Markup {
        "<details><summary>\(title)</summary>\n\(content)\n</details>"
    }
}

extension Sequence where Element: Hashable {
    /// Without repetitions, in order.
    var distinct: [Element] {
        var seen = Set<Element>()
        return filter { seen.insert($0).inserted }
    }
}

/// Names of what is compared.
extension Measurement {
    /// What lines of a chart are told apart by: all but the number of ranks and nodes.
    struct Line: Hashable {
        var isExact: Bool
        var threads: Int
        var linkRate: Double?
        var isMultiNode: Bool
    }

    var line: Line {
        Line(
            isExact: shape.isExact, threads: shape.threads, linkRate: shape.nodes > 1 ? shape.linkRate : nil,
            isMultiNode: shape.nodes > 1)
    }
}

extension Measurement.Line {
    /// As much as tells `all` lines apart.
    func name(among all: [Measurement.Line]) -> String {
        var words = [threads == 1 ? "1 thread a rank" : "\(threads) threads a rank"]
        if Set(all.map(\.isExact)).count > 1 { words.append(isExact ? "exact sum" : "all-reduce") }
        if Set(all.map(\.isMultiNode)).count > 1 || isMultiNode {
            words.append(
                isMultiNode ? linkRate.map { "nodes at \(Quantity.bits(perSecond: $0))" } ?? "nodes" : "one node")
        }
        return words.joined(separator: ", ")
    }
}
