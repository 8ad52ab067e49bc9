import Foundation
import Storage

/// A folder of the sets that a table was split into: `train.csv`, `validation.csv` and `test.csv`, as far as there are such, and
/// `columns.json`, which says what the columns are and how the rows were split.
public struct SplitFolder: Sendable {
    public let path: String

    /// nil where `path` is no folder that holds a split table.
    public init?(_ path: String) {
        guard Folder.exists(path), Files.exists("\(path)/\(Self.description)") else { return nil }
        self.path = path
    }

    private static let description = "columns.json"

    /// The folder that the file at `path` is a set of, and which; nil where it is none.
    public static func owner(of path: String) -> (folder: SplitFolder, set: SampleSet)? {
        guard let set = SampleSet.allCases.first(where: { Files.name(of: path) == "\($0.rawValue).csv" }) else {
            return nil
        }
        return SplitFolder(Files.folder(of: path)).map { ($0, set) }
    }

    public func file(of set: SampleSet) -> String { "\(path)/\(set.rawValue).csv" }

    /// What stands in `columns.json`.
    private struct Description: Codable {
        static let currentFormat = 1

        var format = currentFormat
        var source: String
        var seed: UInt64
        var test: Double
        var validation: Double
        var stratify: String?
        var group: String?
        var rows: [String: Int]
        var columns: [Column]

        struct Column: Codable, Equatable {
            var name: String
            var kind: String
            /// Of texts: all that occur.
            var values: [String]?
        }
    }

    /// Writes the sets of `split` to the folder `path`, which is made where it is not there.
    ///
    /// - Throws: `.cannotWrite` also where the folder holds a split table already, or another file of these names.
    public static func write(_ table: Table, _ split: TableSplit, _ options: TableSplit.Options, to path: String) throws
    {
        let names = SampleSet.allCases.map { "\($0.rawValue).csv" } + [Self.description]
        if let taken = names.first(where: { Files.exists("\(path)/\($0)") }) {
            throw Failure(.cannotWrite, "\(path)/\(taken) is there already: name another folder, or remove it")
        }
        try AtomicFile.createFolder(path)
        for (set, rows) in split.rows { try table.subset(rows).write(to: "\(path)/\(set.rawValue).csv") }
        let columns = table.columns.map { column in
            if case .texts(_, let names) = column.values {
                Description.Column(name: column.name, kind: "text", values: names)
            } else {
                Description.Column(name: column.name, kind: "numbers")
            }
        }
        let description = Description(
            source: table.name, seed: options.seed, test: options.test, validation: options.validation,
            stratify: options.stratify, group: options.group,
            rows: Dictionary(uniqueKeysWithValues: split.rows.map { ($0.rawValue, $1.count) }), columns: columns)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        // The last of all: a folder that has it is whole.
        try AtomicFile.write(try encoder.encode(description) + Data("\n".utf8), to: "\(path)/\(Self.description)")
    }

    /// The sets that there are.
    ///
    /// - Throws: `.badData` where the description is not as it should be.
    public func sets() throws -> [SampleSet] {
        let found = try description()
        return SampleSet.allCases.filter { found.rows[$0.rawValue] != nil }
    }

    private func description() throws -> Description {
        let file = "\(path)/\(Self.description)"
        let found = try JSONText.decode(Description.self, from: try InputFile.read(file), name: file)
        guard found.format == Description.currentFormat else {
            throw Failure(.badData, "\(file): expected format \(Description.currentFormat), found \(found.format)")
        }
        return found
    }

    /// A set's rows, which are what the folder's description says.
    ///
    /// - Throws: as `TableFile.read`; `.badData` where the description is not as it should be, or the file has other columns or
    ///   rows.
    public func read(_ set: SampleSet) throws -> TableFile {
        let (found, name) = (try description(), file(of: set))
        let read = try TableFile.read(name, hasHeader: true)
        let table = read.table
        guard table.columns.map(\.name) == found.columns.map(\.name), table.rowCount == found.rows[set.rawValue] else {
            let columns = found.columns.map(\.name).joined(separator: ", ")
            throw Failure(
                .badData,
                "\(name): expected \(counted(found.rows[set.rawValue] ?? 0, "row")) of the columns \(columns), as "
                    + "\(path)/\(Self.description) says, found \(table.rowCount) of "
                    + table.columns.map(\.name).joined(separator: ", "))
        }
        return read
    }
}
