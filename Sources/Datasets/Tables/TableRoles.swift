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
        let names = ColumnNames(table)
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
