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
        let columns = try ArrayColumns(shape: header.shape, of: header.element, name: name)
        // So many that they stay in a core's own cache.
        return try columns.read(columns.rows(in: 256 << 10), named: prefix) { _, rows in
            guard try source.read(into: rows) == rows.count else {
                throw Failure(.badData, "\(name) became shorter while it was read")
            }
        }
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
