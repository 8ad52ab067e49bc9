import Foundation
import Storage

/// The HDF5 library, 1.10 or later, loaded when the first file is read.
///
/// Not linked: it brings a dozen libraries of its own, whose loading every start of the program would wait for. The functions
/// have had these types since 1.10.
struct HDF5Library: @unchecked Sendable {
    /// `hid_t`; negative where something failed.
    typealias Identifier = Int64

    let openDataset: @convention(c) (Identifier, UnsafePointer<CChar>, Identifier) -> Identifier
    let spaceOfDataset: @convention(c) (Identifier) -> Identifier
    let typeOfDataset: @convention(c) (Identifier) -> Identifier
    let read:
        @convention(c) (Identifier, Identifier, Identifier, Identifier, Identifier, UnsafeMutableRawPointer) -> Int32
    let rankOfSpace: @convention(c) (Identifier) -> Int32
    let sizesOfSpace: @convention(c) (Identifier, UnsafeMutablePointer<UInt64>, UnsafeMutablePointer<UInt64>?) -> Int32
    let makeSpace: @convention(c) (Int32, UnsafePointer<UInt64>, UnsafePointer<UInt64>?) -> Identifier
    let select:
        @convention(c) (
            Identifier, Int32, UnsafePointer<UInt64>, UnsafePointer<UInt64>?, UnsafePointer<UInt64>,
            UnsafePointer<UInt64>?
        ) -> Int32
    let classOfType: @convention(c) (Identifier) -> Int32
    let closeFile: @convention(c) (Identifier) -> Int32
    let closeDataset: @convention(c) (Identifier) -> Int32
    let closeSpace: @convention(c) (Identifier) -> Int32
    let closeType: @convention(c) (Identifier) -> Int32
    private let open: @convention(c) (UnsafePointer<CChar>, UInt32, Identifier) -> Identifier
    private let propertiesOfDataset: @convention(c) (Identifier) -> Identifier
    private let sizesOfChunk: @convention(c) (Identifier, Int32, UnsafeMutablePointer<UInt64>) -> Int32
    private let closeProperties: @convention(c) (Identifier) -> Int32
    private let setErrorPrinter: @convention(c) (Identifier, UnsafeRawPointer?, UnsafeRawPointer?) -> Int32
    private let nameByIndex:
        @convention(c) (
            Identifier, UnsafePointer<CChar>, Int32, Int32, UInt64, UnsafeMutablePointer<CChar>?, Int, Identifier
        ) -> Int
    /// Doubles as this machine has them.
    let double: Identifier

    /// H5T_INTEGER and H5T_FLOAT.
    static let classesOfNumbers: [Int32] = [0, 1]

    /// As Debian calls it, and as others do: of 1.10, 1.12, 1.14 and 2.0; without a number where it is there to build with.
    private static let names = ["hdf5_serial", "hdf5"].flatMap { name in
        ["103", "200", "310", "320", ""].map { "lib\(name).so\($0.isEmpty ? "" : ".")\($0)" }
    }

    /// - Parameter path: what it is wanted for.
    /// - Throws: `Failure` with `.missingInput` where it is not there.
    init(for path: String) throws {
        let missing = Failure(
            .missingInput,
            "\(path): this takes the HDF5 library, 1.10 or later, which is not installed (Debian: libhdf5-dev)")
        let loaded = Self.names.lazy.compactMap { dlopen($0, RTLD_NOW | RTLD_LOCAL) }.first
        guard let library = loaded else { throw missing }
        func symbol(_ name: String) throws -> UnsafeMutableRawPointer {
            guard let symbol = dlsym(library, name) else { throw missing }
            return symbol
        }
        func function<Function>(_ name: String, _: Function.Type = Function.self) throws -> Function {
            unsafeBitCast(try symbol(name), to: Function.self)
        }
        let start: @convention(c) () -> Int32 = try function("H5open")
        guard start() >= 0 else { throw missing }
        propertiesOfDataset = try function("H5Dget_create_plist")
        sizesOfChunk = try function("H5Pget_chunk")
        closeProperties = try function("H5Pclose")
        setErrorPrinter = try function("H5Eset_auto2")
        open = try function("H5Fopen")
        openDataset = try function("H5Dopen2")
        spaceOfDataset = try function("H5Dget_space")
        typeOfDataset = try function("H5Dget_type")
        read = try function("H5Dread")
        rankOfSpace = try function("H5Sget_simple_extent_ndims")
        sizesOfSpace = try function("H5Sget_simple_extent_dims")
        makeSpace = try function("H5Screate_simple")
        select = try function("H5Sselect_hyperslab")
        classOfType = try function("H5Tget_class")
        closeFile = try function("H5Fclose")
        closeDataset = try function("H5Dclose")
        closeSpace = try function("H5Sclose")
        closeType = try function("H5Tclose")
        nameByIndex = try function("H5Lget_name_by_idx")
        double = try symbol("H5T_NATIVE_DOUBLE_g").load(as: Identifier.self)
    }

    /// To be read only.
    func openFile(_ path: String) -> Identifier {
        silence()
        return open(path, 0, 0)
    }

    /// What goes wrong on this thread is ours to tell: where the library knows threads, each has an answer of its own.
    func silence() { _ = setErrorPrinter(0, nil, nil) }

    /// Rows of one of the chunks that a dataset is stored in; nil where it is stored as a whole.
    func rowsOfChunk(_ dataset: Identifier, rank: Int) -> Int? {
        let properties = propertiesOfDataset(dataset)
        defer { if properties >= 0 { _ = closeProperties(properties) } }
        var sizes = [UInt64](repeating: 0, count: rank)
        guard properties >= 0, sizesOfChunk(properties, Int32(rank), &sizes) > 0, sizes[0] > 0 else { return nil }
        return Int(clamping: sizes[0])
    }

    /// The names at the file's root.
    func names(in file: Identifier) -> [String] {
        var names: [String] = []
        while names.count < 10_000 {
            var name = [CChar](repeating: 0, count: 1024)
            // By name, in their order.
            guard nameByIndex(file, "/", 0, 0, UInt64(names.count), &name, name.count - 1, 0) >= 0 else { break }
            names.append(name.withUnsafeBufferPointer { String(cString: $0.baseAddress!) })
        }
        return names
    }

    func isDataset(_ file: Identifier, _ name: String) -> Bool {
        let dataset = openDataset(file, name, 0)
        if dataset >= 0 { _ = closeDataset(dataset) }
        return dataset >= 0
    }
}
