import Storage

/// A table's columns by what a command line calls them: names, or numbers from 1.
public struct ColumnNames {
    private let table: Table
    private let places: [String: Int]

    public init(_ table: Table) {
        self.table = table
        places = table.places
    }

    /// The names that there are, the first of very many.
    public var list: String { table.columnList }

    private func place(_ name: String) -> Int? {
        if let place = places[name] { return place }
        guard let number = Int(name), table.columns.indices.contains(number - 1) else { return nil }
        return number - 1
    }

    /// The place of one column.
    ///
    /// - Throws: `.usage` where there is none, with the option that names it.
    public func one(_ name: String, option: String) throws -> Int {
        if let place = place(name) { return place }
        throw Failure(
            .usage,
            "\(option): \(table.name) has no column \(name); expected \(list), or a number from 1 to \(table.columns.count)"
        )
    }

    /// The places of columns whose names are joined by commas; a comma may also be one of a name.
    ///
    /// - Throws: as `one`; `.usage` where a column is named twice.
    public func several(_ names: String, option: String) throws -> [Int] {
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

    /// The columns that are asked for: those of `--target`, or `usual` where none are named.
    ///
    /// - Throws: as `several`.
    public func targets(named: String?, usual: [String]) throws -> [Int] {
        if let named { return try several(named, option: "--target") }
        return try usual.map { try one($0, option: "--target") }
    }
}
