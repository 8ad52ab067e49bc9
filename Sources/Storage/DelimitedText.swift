/// Lines of fields, by RFC 4180, with whatever stands between the fields.
public enum DelimitedText {
    /// `text` as a field: between quotes where it holds what would end it, or a reader might take away.
    public static func field(_ text: String, delimiter: Character = ",") -> String {
        // By scalars: a mark that joins a quote or a space to one character leaves it what it is to a reader of bytes.
        let scalars = text.unicodeScalars
        let isPlain = scalars.allSatisfy { scalar in
            scalar != "\"" && scalar != "\n" && scalar != "\r" && Character(scalar) != delimiter
        }
        let isTrimmed = [scalars.first, scalars.last].allSatisfy { $0 != " " && $0 != "\t" }
        if isPlain && isTrimmed { return text }
        var quoted = "\""
        for scalar in scalars { quoted += scalar == "\"" ? "\"\"" : String(scalar) }
        return quoted + "\""
    }

    /// A line of texts, with its end.
    public static func line(_ texts: [String], delimiter: Character = ",") -> String {
        texts.map { field($0, delimiter: delimiter) }.joined(separator: String(delimiter)) + "\n"
    }

    /// The shortest text that is read as the same number, whole numbers without a point; empty of what is no number.
    public static func text(_ number: Double) -> String {
        if number.isNaN { return "" }
        let isWhole = number == number.rounded() && abs(number) < 0x1p53
        guard isWhole else { return "\(number)" }
        return number == 0 && number.sign == .minus ? "-0" : "\(Int64(number))"
    }
}

extension String {
    /// As JSON has it, between quotes.
    public var json: String {
        var text = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
