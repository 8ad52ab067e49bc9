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

    /// A set's file; nil where there is no such set.
    public func file(of set: SampleSet) -> String? {
        let file = "\(path)/\(set.rawValue).csv"
        return Files.exists(file) ? file : nil
    }

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

    /// The sets' files, which hold what the folder's description says.
    ///
    /// - Throws: `.badData` where the description is not as it should be, or a set's file has other columns or rows.
    public func files() throws -> [TableFile] {
        let file = "\(path)/\(Self.description)"
        let found = try JSONText.decode(Description.self, from: try InputFile.read(file), name: file)
        guard found.format == Description.currentFormat else {
            throw Failure(.badData, "\(file): expected format \(Description.currentFormat), found \(found.format)")
        }
        return try SampleSet.allCases.compactMap { set in
            guard let expected = found.rows[set.rawValue] else { return nil }
            let name = "\(path)/\(set.rawValue).csv"
            let read = try TableFile.read(name, hasHeader: true)
            let table = read.table
            guard table.columns.map(\.name) == found.columns.map(\.name), table.rowCount == expected else {
                let columns = found.columns.map(\.name).joined(separator: ", ")
                throw Failure(
                    .badData,
                    "\(name): expected \(expected) rows of the columns \(columns), as \(file) says, found \(table.rowCount) of "
                        + table.columns.map(\.name).joined(separator: ", "))
            }
            return read
        }
    }
}
