import ArgumentParser
import Foundation

/// A command whose help shows whole command lines.
protocol ExemplifiedCommand: ParsableCommand {
    /// At the end of the help: what a line does, and the line.
    static var examples: [(what: String, line: String)] { get }
    /// One in each titled section of options.
    static var examplesOfSections: [(title: String, line: String)] { get }
}

/// What the parser says, with what it has no place for.
enum ParserText {
    /// The help of `command` with its examples; other texts as they are.
    static func help(_ text: String, of command: any ParsableCommand.Type) -> String {
        guard let command = command as? any ExemplifiedCommand.Type, text.hasPrefix("OVERVIEW:") else { return text }
        let sections = text.trimmingCharacters(in: .newlines).components(separatedBy: "\n\n").map { section in
            let example = command.examplesOfSections.first { section.hasPrefix($0.title.uppercased() + ":\n") }
            return example.map { "\(section)\n\n  Example: \($0.line)" } ?? section
        }
        let examples = command.examples.map { "  # \($0.what)\n  \($0.line)" }
        return (sections + ["EXAMPLES:\n" + examples.joined(separator: "\n")]).joined(separator: "\n\n")
    }

    /// A message that refuses a value for it is none of a list, with the one that was likely meant.
    static func message(_ text: String) -> String {
        var text = text
        // The parser's words, and those of our lists.
        let parsers =
            /'(?<value>[^'\n]*)' is invalid for '[^'\n]*'(?<stop>\.) Please provide one of(?<list>[^\n]*(?:\n  - [^\n]*)*)/
        let ours = /'(?<value>[^'\n]*)' is (?:not one of|no \w+: expected) (?<list>[^\n]*)/
        if let found = text.firstMatch(of: parsers), let guess = suggestion(for: found.value, in: found.list) {
            text.replaceSubrange(found.stop.startIndex..<found.stop.endIndex, with: "; did you mean '\(guess)'?")
        } else if let found = text.firstMatch(of: ours), let guess = suggestion(for: found.value, in: found.list) {
            text.insert(contentsOf: "; did you mean '\(guess)'?", at: found.range.upperBound)
        }
        return text
    }

    private static func suggestion(for value: Substring, in list: Substring) -> String? {
        let words = list.matches(of: /[a-z0-9]+(-[a-z0-9]+)*/).map { String($0.output.0) }
        let names = words.filter { !["the", "following", "and", "or"].contains($0) }
        return CommandNames.suggestion(for: String(value), among: names)
    }
}
