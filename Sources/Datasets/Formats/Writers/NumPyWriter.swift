import Storage

/// Arrays of float64: one of all columns in an `.npy`; in an `.npz` `x`, and `y` of the columns that are asked for.
enum NumPyWriter: TableWriter {
    static let suffixes = [".npy", ".npz"]

    static func bytes(of table: Table, targets: [Int], path: String) throws -> [UInt8] {
        func array(_ places: [Int]) throws -> NPYFile {
            NPYFile(try table.matrix(places, path: path), shape: [table.rowCount, places.count])
        }
        guard path.hasSuffix(".npz") else { return try array(Array(table.columns.indices)).bytes }
        let inputs = table.columns.indices.filter { !targets.contains($0) }
        guard !inputs.isEmpty else { throw Failure(.usage, "\(path): there is no column beside those of --target") }
        var arrays: [(name: String, array: NPYFile)] = [("x", try array(inputs))]
        if targets.count == 1 {
            arrays.append(("y", NPYFile(try table.matrix(targets, path: path), shape: [table.rowCount])))
        } else if !targets.isEmpty {
            arrays.append(("y", try array(targets)))
        }
        return try NPZFile.bytes(arrays, name: path)
    }
}
