import Storage

/// Which of a table's columns are learned from, which are asked for, and which says what a row counts.
public struct TableRoles: Sendable, Equatable {
    /// Places among the table's columns, from 0.
    public let features: [Int]
    /// Empty where the inputs themselves are asked for.
    public let targets: [Int]
    public let weight: Int?

    /// - Parameters:
    ///   - asksForInputs: whether outputs are compared with the inputs: then there are no targets.
    ///   - usual: the targets where none are named: those that the file itself names.
    /// - Throws: `.usage` where a name stands for no column or for two roles, or where no target is named.
    public init(of table: Table, options: TableOptions, asksForInputs: Bool, usual: [String]) throws {
        let names = Names(table)
        weight = try options.weightColumn.map { try names.one($0, option: "--weight-column") }
        if asksForInputs {
            targets = []
        } else if let named = options.targetColumns {
            targets = try names.several(named, option: "--target")
        } else if !usual.isEmpty {
            targets = try usual.map { try names.one($0, option: "--target") }
        } else {
            throw Failure(.usage, names.wantsTarget)
        }
        let taken = Set(targets + [weight].compactMap(\.self))
        if let features = options.features {
            self.features = try names.several(features, option: "--features")
        } else {
            features = table.columns.indices.filter { !taken.contains($0) }
        }
        if let twice = features.first(where: taken.contains) ?? targets.first(where: { $0 == weight }) {
            throw Failure(
                .usage,
                "column \(table.columns[twice].name) of \(table.name) is named twice: as a feature, a target or "
                    + "what a row counts it can be one alone")
        }
        guard !features.isEmpty else {
            throw Failure(
                .badData, "\(table.name): there is no column beside \(names.list), and so nothing to learn from")
        }
    }

    /// All, those that are asked for first.
    public var all: [Int] { targets + [weight].compactMap(\.self) + features }
}

/// A table's columns by what a command line calls them.
private struct Names {
    let table: Table
    private let places: [String: Int]

    init(_ table: Table) {
        self.table = table
        places = Dictionary(table.columns.enumerated().map { ($1.name, $0) }) { first, _ in first }
    }

    /// The names that there are, the first of very many.
    var list: String {
        let shown = table.columns.prefix(20).map(\.name).joined(separator: ", ")
        return shown + (table.columns.count > 20 ? ", … (\(table.columns.count) columns)" : "")
    }

    /// A column's name, or its number from 1.
    private func place(_ name: String) -> Int? {
        if let place = places[name] { return place }
        guard let number = Int(name), table.columns.indices.contains(number - 1) else { return nil }
        return number - 1
    }

    func one(_ name: String, option: String) throws -> Int {
        if let place = place(name) { return place }
        throw Failure(
            .usage,
            "\(option): \(table.name) has no column \(name); expected \(list), or a number from 1 to \(table.columns.count)"
        )
    }

    /// Names joined by commas; a comma may also be one of a name.
    func several(_ names: String, option: String) throws -> [Int] {
        if let place = place(names) { return [place] }
        let places = try names.split(separator: ",", omittingEmptySubsequences: false).map {
            try one(String($0), option: option)
        }
        guard Set(places).count == places.count else {
            throw Failure(.usage, "\(option) \(names): names a column twice")
        }
        return places
    }

    var wantsTarget: String {
        let last = table.columns.last?.name ?? ""
        return "\(table.name): --target says which column is asked for, such as --target \(last); there are \(list)"
    }
}
