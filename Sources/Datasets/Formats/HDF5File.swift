import Resources
import Storage
import Synchronization

/// Datasets of an HDF5 file (netCDF's, too), by their paths; read by the HDF5 library itself, some rows at a time.
///
/// That library trusts its files: open none that a stranger could have made. Only who loads the data opens one, the first rank.
enum HDF5File: TableFormat {
    static let suffixes = [".h5", ".hdf5", ".nc"]
    static let takesNames = true

    static func read(_ request: TableRequest) throws -> TableFile {
        #if HDF5
            // Says what is wrong with the path better than the library does.
            _ = try FileSource(path: request.path)
            return try library.withLock { library in
                let loaded = try library ?? HDF5Library(for: request.path)
                library = loaded
                return try read(request, loaded)
            }
        #else
            throw Failure(
                .usage, "\(request.path): this program was built without HDF5 (the trait HDF5 of its package)")
        #endif
    }

    /// The library is not made for several threads.
    private static let library = Mutex<HDF5Library?>(nil)

    private static func read(_ request: TableRequest, _ library: HDF5Library) throws -> TableFile {
        let path = request.path
        let file = library.openFile(path)
        guard file >= 0 else { throw Failure(.badData, "\(path): not an HDF5 file, or truncated") }
        defer { _ = library.closeFile(file) }
        let found = (library.names(in: file) + request.names).filter { library.isDataset(file, $0) }
        let roles = try ArrayRoles(asked: request.names, found: found, path: path)
        return try roles.tables(path) { array, prefix in
            let dataset = try HDF5Dataset(library, file, array, path: path)
            return try dataset.columns(named: prefix)
        }
    }
}

/// One array of a file.
private final class HDF5Dataset {
    private let library: HDF5Library
    private let dataset: HDF5Library.Identifier
    private let space: HDF5Library.Identifier
    private let name: String
    private let shape: [UInt64]

    init(_ library: HDF5Library, _ file: HDF5Library.Identifier, _ array: String, path: String) throws {
        self.library = library
        name = "\(path), \(array)"
        dataset = library.openDataset(file, array, 0)
        space = dataset < 0 ? -1 : library.spaceOfDataset(dataset)
        let rank = space < 0 ? -1 : Int(library.rankOfSpace(space))
        var sizes = [UInt64](repeating: 0, count: max(rank, 0))
        if rank > 0 { _ = library.sizesOfSpace(space, &sizes, nil) }
        shape = sizes
        guard dataset >= 0, space >= 0, rank >= 0 else {
            throw Failure(.badData, "\(name): expected an array of numbers, which this is not")
        }
        let type = library.typeOfDataset(dataset)
        defer { _ = library.closeType(type) }
        guard HDF5Library.classesOfNumbers.contains(library.classOfType(type)) else {
            throw Failure(.badData, "\(name): expected whole or floating-point numbers, found elements of another type")
        }
    }

    deinit {
        if space >= 0 { _ = library.closeSpace(space) }
        if dataset >= 0 { _ = library.closeDataset(dataset) }
    }

    /// Its columns, read by slabs of whole rows: of those of several chunks, so that none is opened twice.
    func columns(named prefix: String) throws -> [Table.Column] {
        let columns = try ArrayColumns(shape: shape.map { Int(clamping: $0) }, of: .float64, name: name)
        let chunk = library.rowsOfChunk(dataset, rank: shape.count)
        let rows = columns.rows(in: chunk == nil ? 256 << 10 : 8 << 20)
        let atOnce = chunk.map { rows > $0 ? rows / $0 * $0 : rows } ?? rows
        return try columns.read(atOnce, named: prefix) { first, rows in
            try read(rows.count / columns.rowSize, from: first, into: rows.baseAddress!)
        }
    }

    private func read(_ rows: Int, from first: Int, into buffer: UnsafeMutableRawPointer) throws {
        library.silence()
        let start = [UInt64(first)] + [UInt64](repeating: 0, count: shape.count - 1)
        let sizes = [UInt64(rows)] + shape.dropFirst()
        let memory = library.makeSpace(Int32(sizes.count), sizes, nil)
        defer { _ = library.closeSpace(memory) }
        guard memory >= 0, library.select(space, 0, start, nil, sizes, nil) >= 0,
            library.read(dataset, library.double, memory, space, 0, buffer) >= 0
        else {
            throw Failure(
                .badData,
                "\(name): rows \(first) to \(first + rows - 1) cannot be read: the file is damaged or truncated, or "
                    + "compressed in a way that the HDF5 library here does not know")
        }
    }
}
