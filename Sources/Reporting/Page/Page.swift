import Foundation
import Storage

/// One self-contained HTML page.
struct Page {
    /// What stands in the page, in its order; charts are drawn all at once, at the end.
    enum Part {
        case markup(Markup)
        case charts([Chart])
    }

    var title: String
    var subtitle: Markup
    var parts: [Part] = []

    mutating func add(_ markup: Markup) { parts.append(.markup(markup)) }

    mutating func add(_ charts: [Chart]) { parts.append(.charts(charts.map(\.drawable).filter { !$0.isEmpty })) }

    mutating func heading(_ text: String) { add("<h2>\(text)</h2>") }

    /// A heading with charts below, where there are any to be drawn.
    mutating func section(_ title: String, _ charts: [Chart], note: Markup? = nil) {
        guard charts.contains(where: { !$0.drawable.isEmpty }) else { return }
        heading(title)
        if let note { add(note) }
        add(charts)
    }

    /// All charts of the page, in their order.
    var charts: [Chart] {
        parts.flatMap { part in
            if case .charts(let charts) = part { charts } else { [Chart]() }
        }
    }

    /// - Throws: `Failure` as `Gnuplot.draw`.
    func html() async throws -> String { html(drawn: try await Gnuplot.draw(charts)) }

    /// - Parameter drawn: an element `<svg>` for each of `charts`.
    func html(drawn elements: [Markup]) -> String {
        var drawn = elements[...]
        let body = parts.map { part in
            switch part {
            case .markup(let markup): markup
            case .charts(let charts):
                "<div class=\"charts\">\(charts.map { Self.figure($0, drawn.removeFirst()) }.joined())</div>" as Markup
            }
        }.joined()
        let page: Markup = """
            <!DOCTYPE html>
            <html lang="en" xmlns="http://www.w3.org/1999/xhtml">
            <head>
            <meta charset="utf-8"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <meta name="color-scheme" content="light dark"/>
            <title>\(title)</title>
            <style>
            \(Markup(raw: Style.sheet))
            </style>
            </head>
            <body>
            <header><h1>\(title)</h1><p>\(subtitle)</p></header>
            <main>
            \(body)
            </main>
            </body>
            </html>

            """
        return page.text
    }

    private static func figure(_ chart: Chart, _ svg: Markup) -> Markup {
        let legend = chart.names.map { name, color, style in
            "<li>\(swatch(color, style))\(name)</li>" as Markup
        }.joined("")
        let names: Markup = chart.names.count < 2 ? "" : "<ul class=\"legend\">\(legend)</ul>"
        let caption: Markup = chart.caption.isEmpty ? "" : "<p>\(chart.caption)</p>"
        return """
            <figure><figcaption><h3>\(chart.title)</h3>\(names)</figcaption>
            \(svg)
            \(caption)</figure>
            """
    }

    /// The mark of a series in the legend.
    private static func swatch(_ color: Int, _ style: Chart.Series.Style?) -> Markup {
        let ink = color == 0 ? "var(--ink)" : "var(--c\(color))"
        let shape: Markup =
            switch style {
            case nil: "<rect x=\"4\" y=\"1\" width=\"12\" height=\"10\" fill=\"\(ink)\"/>"
            case .line: "<path d=\"M0,6 H20\" stroke=\"\(ink)\" stroke-width=\"2.5\"/>"
            case .dashed: "<path d=\"M0,6 H20\" stroke=\"\(ink)\" stroke-width=\"2\" stroke-dasharray=\"6,3\"/>"
            case .dotted: "<path d=\"M0,6 H20\" stroke=\"\(ink)\" stroke-width=\"2\" stroke-dasharray=\"2,3\"/>"
            case .dots: "<circle cx=\"10\" cy=\"6\" r=\"2.5\" fill=\"none\" stroke=\"\(ink)\"/>"
            case .crosses: "<path d=\"M10,1.5 L14.5,6 L10,10.5 L5.5,6 z\" fill=\"\(ink)\"/>"
            case .marks:
                "<circle cx=\"10\" cy=\"6\" r=\"3.5\" fill=\"\(ink)\"/><path d=\"M10,0 V12\" stroke=\"\(ink)\"/>"
            }
        return "<svg class=\"swatch\" viewBox=\"0 0 20 12\" aria-hidden=\"true\">\(shape)</svg>"
    }
}
