import CZlib
import Datasets
import Storage
import Testing

/// Reads a file of these bytes that is called `name`.
func table(_ name: String, _ bytes: some Sequence<UInt8>, hasHeader: Bool? = nil, asked: String = "") throws
    -> TableFile
{
    try withTemporaryFolder { folder in
        let path = "\(folder)/\(name)"
        try put(bytes, at: path)
        return try TableFile.read(path + asked, hasHeader: hasHeader)
    }
}

func csv(_ text: String, hasHeader: Bool? = nil) throws -> TableFile {
    try table("table.csv", text.utf8, hasHeader: hasHeader)
}

extension TableFile {
    subscript(_ column: String) -> Table.Values? { table.columns.first { $0.name == column }?.values }

    /// The numbers of a column, missing ones as nil; empty where it has none.
    func numbers(_ column: String) -> [Double?] {
        (table.columns.first { $0.name == column }?.numbers ?? []).map { $0.isNaN ? nil : $0 }
    }
}

/// A zip file written out by hand.
struct ZipFile {
    struct Entry {
        var name: String
        var content: [UInt8]
        var isDeflated = false
        var method: UInt16?
        var flags: UInt16 = 0
        var isWide = false
        var checksum: UInt32?
    }

    var entries: [Entry]

    var bytes: [UInt8] {
        var file: [UInt8] = []
        var directory: [UInt8] = []
        for entry in entries {
            // A gzip member without its header of ten bytes and trailer of eight.
            let data = entry.isDeflated ? Array(gzip(entry.content).dropFirst(10).dropLast(8)) : entry.content
            let sum = entry.checksum ?? UInt32(crc32_z(crc32(0, nil, 0), entry.content, entry.content.count))
            let sizes = [data.count, entry.content.count, file.count]
            let short = sizes.map { entry.isWide ? UInt32.max : UInt32($0) }
            let extra =
                entry.isWide
                ? little(1 as UInt16) + little(24 as UInt16) + [1, 0, 2].flatMap { little(UInt64(sizes[$0])) } : []
            let common =
                little(20 as UInt16) + little(entry.flags) + little(entry.method ?? (entry.isDeflated ? 8 : 0))
                + little(0 as UInt32) + little(sum) + little(short[0]) + little(short[1])
                + little(UInt16(entry.name.utf8.count))
            file += little(0x0403_4B50 as UInt32) + common + little(0 as UInt16) + Array(entry.name.utf8) + data
            directory += little(0x0201_4B50 as UInt32) + little(20 as UInt16) + common + little(UInt16(extra.count))
            directory += [UInt8](repeating: 0, count: 10) + little(short[2]) + Array(entry.name.utf8) + extra
        }
        let count = UInt16(entries.count)
        var end = little(0x0605_4B50 as UInt32) + little(0 as UInt32) + little(count) + little(count)
        end += little(UInt32(directory.count)) + little(UInt32(file.count)) + little(0 as UInt16)
        return file + directory + end
    }
}

func little(_ number: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: number.littleEndian, Array.init) }

/// A file of NumPy's of these float64.
func doubles(_ shape: String, _ numbers: [Double]) -> [UInt8] {
    npy("{'descr': '<f8', 'fortran_order': False, 'shape': \(shape), }\n", bytes(numbers))
}

func npz(_ arrays: KeyValuePairs<String, [UInt8]>, isDeflated: Bool = false, isWide: Bool = false) -> [UInt8] {
    ZipFile(
        entries: arrays.map {
            ZipFile.Entry(name: "\($0.key).npy", content: $0.value, isDeflated: isDeflated, isWide: isWide)
        }
    ).bytes
}
