import Storage

/// A format that tables are written in. A new one is a file here and a line in `tableWriters`.
protocol TableWriter: Sendable {
    /// What the names of its files end in, with the dot.
    static var suffixes: [String] { get }

    /// The file's bytes.
    ///
    /// - Parameters:
    ///   - targets: places of the columns that are asked for, which some formats keep apart.
    ///   - path: the file's name.
    /// - Throws: `.usage` where the format cannot hold such columns; `.badData` with the place of a value that it cannot hold.
    static func bytes(of table: Table, targets: [Int], path: String) throws -> [UInt8]
}

/// All, in the order of the documents.
private let tableWriters: [any TableWriter.Type] = [DelimitedWriter.self, NumPyWriter.self, SVMLightWriter.self]

extension Table {
    /// What the names of files end in that a table can be written to.
    public static let writtenSuffixes = tableWriters.flatMap { $0.suffixes }

    /// Writes the table to `path`, whose name tells its format, whole or not at all; every number is read as it was.
    ///
    /// - Parameter targets: places of the columns that are asked for; a file of arrays keeps them in one of their own, and a file
    ///   of sparse rows begins each row with the one.
    /// - Throws: `.usage` where the name tells no format, or the format cannot hold the columns; `.badData` with the place of
    ///   a value that it cannot hold; as `AtomicFile.write(_:to:)`.
    public func write(to path: String, targets: [Int] = []) throws {
        guard let writer = tableWriters.first(where: { $0.suffixes.contains { path.hasSuffix($0) } }) else {
            throw Failure(
                .usage,
                "\(path): a table is written to a name that ends in one of \(Self.writtenSuffixes.joined(separator: ", "))"
            )
        }
        try AtomicFile.check(path)
        var bytes = try writer.bytes(of: self, targets: targets, path: path)
        if path.hasSuffix(".gz") { bytes = try Gzip.compressed(bytes, name: path) }
        try AtomicFile.write(bytes, to: path)
    }

    /// The numbers of some columns, [rows, columns] row-major, for formats that hold nothing else.
    func matrix(_ places: [Int], path: String) throws -> [Double] {
        let width = places.count
        var matrix = [Double](repeating: 0, count: rowCount * width)
        for (index, place) in places.enumerated() {
            guard let numbers = columns[place].numbers else {
                throw Failure(
                    .usage,
                    "\(path): column \(columns[place].name) of \(name) holds texts, which this format has no place for; "
                        + "\(DelimitedWriter.suffixes.joined(separator: ", ")) hold them")
            }
            for row in 0..<rowCount { matrix[row * width + index] = numbers[row] }
        }
        return matrix
    }
}
