/// A piece of HTML, well-formed as XML too.
///
/// In an interpolated literal the literal's own text is markup, and what is put into it is escaped, unless it is markup itself:
/// so text from a file cannot become markup by an oversight.
public struct Markup: Sendable, Equatable, ExpressibleByStringInterpolation {
    public let text: String

    /// `text` as it is.
    init(raw text: String) { self.text = text }

    public init(stringLiteral value: String) { text = value }

    public init(stringInterpolation: Interpolation) { text = stringInterpolation.text }

    public struct Interpolation: StringInterpolationProtocol {
        var text = ""

        public init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity * 2) }

        public mutating func appendLiteral(_ literal: String) { text += literal }
        public mutating func appendInterpolation(_ markup: Markup) { text += markup.text }
        public mutating func appendInterpolation(_ value: some CustomStringConvertible) {
            text += Markup.escape(value.description)
        }
    }

    /// `text` without what HTML takes for markup, and without characters that XML does not know.
    static func escape(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            case "\n", "\t": escaped.unicodeScalars.append(scalar)
            case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar.value & 0xFFFE == 0xFFFE:
                escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    static func + (a: Markup, b: Markup) -> Markup { Markup(raw: a.text + b.text) }
}

extension Sequence where Element == Markup {
    func joined(_ separator: String = "\n") -> Markup { Markup(raw: map(\.text).joined(separator: separator)) }
}

extension Markup {
    /// A table; rows shorter than the header are the caller's mistake.
    static func table(_ header: [Markup], _ rows: [[Markup]], caption: Markup? = nil) -> Markup {
        let head = header.map { "<th scope=\"col\">\($0)</th>" as Markup }.joined("")
        let body = rows.map { row in
            "<tr>\(row.map { "<td>\($0)</td>" as Markup }.joined(""))</tr>" as Markup
        }.joined()
        let title: Markup = caption.map { "<caption>\($0)</caption>" } ?? ""
        return """
            <div class="scroll"><table>\(title)<thead><tr>\(head)</tr></thead>
            <tbody>
            \(body)
            </tbody></table></div>
            """
    }

    /// Names and values, one a line.
    static func list(_ items: [(name: String, value: Markup)]) -> Markup {
        let rows = items.map { "<div><dt>\($0.name)</dt><dd>\($0.value)</dd></div>" as Markup }
        return "<dl>\n\(rows.joined())\n</dl>"
    }

    /// A number as people read it; in `value` as the JSON has it.
    static func number(_ value: Double, _ text: String) -> Markup { "<data value=\"\(value)\">\(text)</data>" }

    static func seconds(_ value: Double) -> Markup { number(value, Quantity.seconds(value)) }

    /// A hash, shortened for the eye.
    static func hash(_ hash: String) -> Markup {
        "<code class=\"hash\" title=\"\(hash)\">\(String(hash.prefix(12)))</code>"
    }
}
