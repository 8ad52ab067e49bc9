import Foundation
import Storage

/// A file format of tables. A new one is a file here and a line in `tableFormats`.
protocol TableFormat: Sendable {
    /// What the names of its files end in, with the dot.
    static var suffixes: [String] { get }
    /// Whether a file holds several arrays, of which names behind a colon choose: `file.npz:inputs,targets`.
    static var takesNames: Bool { get }

    /// - Throws: `Failure`, as `TableFile.read` says.
    static func read(_ request: TableRequest) throws -> TableFile
}

extension TableFormat {
    static var takesNames: Bool { false }
}

/// What is asked of a file.
struct TableRequest {
    let path: String
    /// Arrays in it; empty where it is left to the file.
    let names: [String]
    /// Whether the first line names the columns; nil where the line is to tell. Lines of text alone have one.
    let hasHeader: Bool?
}

/// All, in the order of the documents.
private let tableFormats: [any TableFormat.Type] = [
    SeparatedValues.self, NumPyFile.self, NumPyArchive.self, HDF5File.self, SparseText.self,
]

extension TableFile {
    /// What the names of tables end in: `.csv, .tsv, …`.
    public static let suffixes = tableFormats.flatMap { $0.suffixes }.joined(separator: ", ")

    /// Whether `path` is named as a table is, with or without names of arrays behind it; `-` is standard input.
    public static func isTable(_ path: String) -> Bool { find(path) != nil }

    /// Reads the table at `path`, whose name tells its format; `-` is a CSV from standard input.
    ///
    /// Columns have the names that the file gives them. Where it gives none they are `column1`…, of arrays `x0`… and of their
    /// targets `y0`…, or `x` and `y` where there is one alone. A file of several arrays has `x` and `y`, or `x_train`,
    /// `y_train`, `x_test` and `y_test`; others are asked for behind a colon, in this order: `file.npz:inputs,targets`.
    ///
    /// - Parameter hasHeader: whether the first line of text names the columns; nil to tell by the line: it does where no
    ///   value in it is a number.
    /// - Throws: `Failure`: `.usage` where the name is none of a table; `.missingInput` where nothing is there; `.badData` with
    ///   the place of what is not as it should be; `.inputOutput` where it cannot be read; `.internalError` where there is no
    ///   memory for it.
    public static func read(_ path: String, hasHeader: Bool? = nil) throws -> TableFile {
        guard let (format, request) = find(path, hasHeader: hasHeader) else {
            throw Failure(.usage, "\(path) is not named as a table is: expected one of \(suffixes)")
        }
        guard request.names.isEmpty || format.takesNames else {
            let others = tableFormats.filter { $0.takesNames }.flatMap { $0.suffixes }.joined(separator: ", ")
            throw Failure(.usage, "\(path): only \(others) hold arrays to choose from behind a colon")
        }
        return try format.read(request)
    }

    static let standardInput = "-"

    private static func find(
        _ path: String, hasHeader: Bool? = nil
    ) -> (format: any TableFormat.Type, request: TableRequest)? {
        if path == standardInput {
            return (SeparatedValues.self, TableRequest(path: path, names: [], hasHeader: hasHeader))
        }
        for format in tableFormats {
            for suffix in format.suffixes {
                if path.hasSuffix(suffix) {
                    return (format, TableRequest(path: path, names: [], hasHeader: hasHeader))
                }
                guard let place = path.range(of: suffix + ":", options: .backwards) else { continue }
                let file = String(path[..<place.upperBound].dropLast())
                let names = path[place.upperBound...].split(separator: ",").map(String.init)
                return (format, TableRequest(path: file, names: names, hasHeader: hasHeader))
            }
        }
        return nil
    }
}
