import Storage

/// Several arrays of NumPy's in a zip file, as `savez` and `savez_compressed` write them.
enum NumPyArchive: TableFormat {
    static let suffixes = [".npz"]
    static let takesNames = true

    static func read(_ request: TableRequest) throws -> TableFile {
        try tables(ZipArchive(try FileSource(path: request.path), name: request.path), asked: request.names)
    }

    /// Reads a file that is in memory; `name` stands for it in messages.
    static func parse(_ bytes: UnsafeRawBufferPointer, asked: [String] = [], name: String) throws -> TableFile {
        try tables(ZipArchive(MemoryBytes(bytes: bytes), name: name), asked: asked)
    }

    private static func tables(_ archive: ZipArchive, asked: [String]) throws -> TableFile {
        let suffix = ".npy"
        let arrays = archive.entries.filter { $0.name.hasSuffix(suffix) }
        let names = arrays.map { String($0.name.dropLast(suffix.count)) }
        let roles = try ArrayRoles(asked: asked, found: names, path: archive.name)
        return try roles.tables(archive.name) { array, prefix in
            var source = try archive.source(of: arrays[names.firstIndex(of: array)!])
            return try NumPyArray.columns(&source, named: prefix, name: "\(archive.name), \(array)")
        }
    }
}
