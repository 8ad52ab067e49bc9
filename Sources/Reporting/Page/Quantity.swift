import Foundation

/// Numbers as people read them: three figures and a unit.
enum Quantity {
    static func seconds(_ value: Double) -> String {
        switch abs(value) {
        case 0: "0\u{A0}s"
        case ..<1e-6: figures(value * 1e9) + "\u{A0}ns"
        case ..<1e-3: figures(value * 1e6) + "\u{A0}µs"
        case ..<1: figures(value * 1e3) + "\u{A0}ms"
        default: figures(value) + "\u{A0}s"
        }
    }

    /// Three significant figures; whole numbers beyond.
    static func figures(_ value: Double) -> String {
        guard value.isFinite else { return "–" }
        guard value != 0 else { return "0" }
        guard (1e-300...1e300).contains(abs(value)) else { return String(format: "%.2e", value) }
        let magnitude = Int(floor(log10(abs(value) * 1.0005)))
        return magnitude > 2 ? grouped(value) : String(format: "%.\(min(12, 2 - magnitude))f", value)
    }

    /// A whole number with thin spaces between thousands.
    static func grouped(_ value: Double) -> String {
        guard abs(value) < 1e15 else { return String(format: "%.2e", value) }
        let digits = String(Int(abs(value).rounded()))
        let groups = stride(from: digits.count, to: 0, by: -3).map { end in
            String(digits.dropFirst(max(0, end - 3)).prefix(min(3, end)))
        }
        return (value < 0 ? "-" : "") + groups.reversed().joined(separator: "\u{2009}")
    }

    static func percent(_ value: Double, digits: Int = 0) -> String {
        String(format: "%.\(digits)f\u{A0}%%", 100 * value)
    }

    static func bits(perSecond value: Double) -> String {
        switch value {
        case 1e9...: figures(value / 1e9) + "\u{A0}Gbit/s"
        case 1e6...: figures(value / 1e6) + "\u{A0}Mbit/s"
        default: figures(value / 1e3) + "\u{A0}kbit/s"
        }
    }

    static func bytes(_ value: Double) -> String {
        switch value {
        case 1e6...: figures(value / 1e6) + "\u{A0}MB"
        case 1e3...: figures(value / 1e3) + "\u{A0}kB"
        default: grouped(value) + "\u{A0}B"
        }
    }
}
