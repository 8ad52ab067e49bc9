import Storage

/// One array of NumPy's, whose columns are `x0`…
enum NumPyFile: TableFormat {
    static let suffixes = [".npy"]

    static func read(_ request: TableRequest) throws -> TableFile {
        var source = try FileSource(path: request.path)
        return try table(&source, name: request.path)
    }

    /// Reads a file that is in memory; `name` stands for it in messages.
    static func parse(_ bytes: UnsafeRawBufferPointer, name: String) throws -> TableFile {
        var source = MemorySource(bytes)
        return try table(&source, name: name)
    }

    private static func table<Source: ByteSource>(_ source: inout Source, name: String) throws -> TableFile {
        let columns = try NumPyArray.columns(&source, named: "x", name: name)
        return TableFile(table: Table(name: name, columns: columns, rowCount: columns[0].rowCount))
    }
}

extension NumPyArray {
    /// An array as columns of numbers, each widened or rounded to the nearest.
    ///
    /// - Throws: as `NumPyArray.read`; `.badData` also where it has no rows.
    static func columns<Source: ByteSource>(
        _ source: inout Source, named prefix: String, name: String
    ) throws -> [Table.Column] {
        let header = try NumPyHeader(&source, name: name)
        _ = try header.elementCount(before: source.maximumRemaining)
        let columns = try ArrayColumns(shape: header.shape, name: name)
        let (count, size) = (columns.columnCount, header.element.size)
        let atOnce = min(columns.rowsAtOnce(ofElements: size), columns.rowCount)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: atOnce * count * size, alignment: 64)
        defer { buffer.deallocate() }
        for first in stride(from: 0, to: columns.rowCount, by: atOnce) {
            let rows = min(atOnce, columns.rowCount - first)
            let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(rows * count * size)])
            guard try source.read(into: piece) == piece.count else {
                throw Failure(.badData, "\(name) became shorter while it was read")
            }
            for column in 0..<count {
                header.element.widen(
                    rows, from: UnsafeRawPointer(buffer.baseAddress!) + column * size, every: count * size,
                    to: columns.place(column, first))
            }
        }
        return try columns.columns(named: prefix)
    }
}

extension NumPyHeader.Element {
    /// Writes `count` numbers, each `step` bytes behind the one before.
    func widen(_ count: Int, from start: UnsafeRawPointer, every step: Int, to out: UnsafeMutablePointer<Double>) {
        func copy<Number: BitwiseCopyable>(_ convert: (Number) -> Double) {
            for index in 0..<count {
                out[index] = convert(start.loadUnaligned(fromByteOffset: index * step, as: Number.self))
            }
        }
        switch self {
        case .float32: copy { (number: Float) in Double(number) }
        case .float64: copy { (number: Double) in number }
        case .int8: copy { (number: Int8) in Double(number) }
        case .uint8: copy { (number: UInt8) in Double(number) }
        case .boolean: copy { (number: UInt8) in number == 0 ? 0 : 1 }
        case .int16: copy { (number: Int16) in Double(number) }
        case .uint16: copy { (number: UInt16) in Double(number) }
        case .int32: copy { (number: Int32) in Double(number) }
        case .uint32: copy { (number: UInt32) in Double(number) }
        case .int64: copy { (number: Int64) in Double(number) }
        case .uint64: copy { (number: UInt64) in Double(number) }
        }
    }
}
