import ArgumentParser
import Storage

/// Looks for commands that there are not, before anything of the command line is run.
enum CommandNames {
    /// Follows `arguments` from `root` through the commands' names, up to the first option or the last command.
    ///
    /// - Returns: the command that the names lead to.
    /// - Throws: `.usage` naming the first word that is no command, and the one that was likely meant.
    static func check(
        _ arguments: some Sequence<String>, root: any ParsableCommand.Type
    ) throws -> any ParsableCommand.Type {
        var command: any ParsableCommand.Type = root
        var path = root._commandName
        for word in arguments {
            let commands = command.configuration.subcommands
            if commands.isEmpty || word.hasPrefix("-") { return command }
            if word == "help" && command == root { continue }
            guard let next = commands.first(where: { $0._commandName == word }) else {
                let names = commands.filter { $0.configuration.shouldDisplay }.map { $0._commandName }
                let guess = suggestion(for: word, among: names).map { "; did you mean '\($0)'?" }
                throw Failure(
                    .usage,
                    "there is no command '\(path) \(word)'"
                        + (guess ?? ": expected one of \(names.joined(separator: ", "))"))
            }
            command = next
            path += " " + word
        }
        return command
    }

    /// The name that `word` begins, or that it is a few typing mistakes from; nil where none is near.
    static func suggestion(for word: String, among names: [String]) -> String? {
        let word = word.lowercased()
        if word.count > 1, let whole = names.first(where: { $0.hasPrefix(word) }) { return whole }
        let nearest = names.map { (name: $0, mistakes: mistakes(from: word, to: $0)) }.min { $0.mistakes < $1.mistakes }
        return nearest.flatMap { $0.mistakes <= max(1, min(3, word.count / 2)) ? $0.name : nil }
    }

    /// Letters left out, put in, taken for another or exchanged with their neighbour: the fewest that lead from one word to
    /// the other (the optimal string alignment distance).
    private static func mistakes(from a: String, to b: String) -> Int {
        let (a, b) = (Array(a), Array(b))
        var rows = [Array(0...b.count)]
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var least = min(row[j] + 1, rows[i][j + 1] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, rows[i - 1][j - 1] + 1) }
                row.append(least)
            }
            rows.append(row)
        }
        return rows[a.count][b.count]
    }
}
