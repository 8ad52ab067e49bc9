import Kernels

/// How one set of samples lies in memory, once a node or in a process alone; the same on every node.
///
/// The inputs come first: as they were read, compressed where most bytes are zero, or both where the outputs are compared
/// with them; then labels, the numbers that are asked for, and weights. All that is in it is the set as it was read: what a run makes
/// of it (`Samples`) stands beside.
public struct SampleLayout: Codable, Sendable {
    public let count: Int
    private let columns: Int
    /// Bytes of the compressed rows' units; nil if there are none.
    private let unitBytes: Int?
    /// How the rows as they were read lie here; nil if they are only compressed, or sparse.
    private let rows: Element?
    /// Numbers that are kept of sparse rows; nil if they are none.
    private let sparseCount: Int?
    private let targets: Element?
    private let targetColumns: Int
    private let hasWeights: Bool

    private enum Element: String, Codable {
        case byte, float32, float64

        var size: Int {
            switch self {
            case .byte: 1
            case .float32: 4
            case .float64: 8
            }
        }

        init(_ numbers: SampleValues.Numbers) {
            if case .float32 = numbers { self = .float32 } else { self = .float64 }
        }
    }

    /// In what form rows of bytes lie.
    public enum Form: Sendable {
        case dense, compressed
        /// Compressed where that pays.
        case bySparsity
    }

    /// - Complexity: one pass over bytes that may be compressed.
    public init(_ values: SampleValues, target: Target, form: Form = .bySparsity) {
        count = values.count
        columns = values.columns
        targets = values.targets.map { Element($0) }
        targetColumns = values.targetColumns
        hasWeights = !values.weights.isEmpty
        switch values.inputs {
        case .numbers(let numbers): (rows, unitBytes, sparseCount) = (Element(numbers), nil, nil)
        case .sparse(let sparse): (rows, unitBytes, sparseCount) = (nil, nil, sparse.kept.count)
        case .bytes(let bytes):
            sparseCount = nil
            unitBytes = Self.unitBytes(bytes, columns: columns, form: form)
            rows = unitBytes == nil || target == .inputs ? .byte : nil
        }
    }

    /// What compressed rows take; nil where they do not pay, or cannot be.
    private static func unitBytes(_ bytes: ArraySlice<UInt8>, columns: Int, form: Form) -> Int? {
        guard form != .dense, columns > 0, columns <= ByteRows.maximumCompressedColumns else { return nil }
        let size = bytes.withUnsafeBufferPointer { ByteRows.compressedByteCount($0, columns: columns) }
        let units = size / ByteRows.unitBytes
        guard units < Int(UInt32.max) else { return nil }
        let most = (1 - ByteRows.sparsityThreshold) * Double(bytes.count)
        return form == .compressed || Double(units * ByteRows.unitEntries) <= most ? size : nil
    }

    // The labels lie behind the rows, for some bytes there are read; behind numbers there is room for that.
    private var offsetsStart: Int { aligned(unitBytes ?? 0) }
    private var rowsStart: Int { offsetsStart + (unitBytes == nil ? 0 : aligned(4 * (count + 1))) }
    private var sparseStart: Int { rowsStart + size(rows, columns) }
    private var sparsePlacesStart: Int { sparseStart + (sparseCount == nil ? 0 : aligned(8 * (count + 1))) }
    private var sparseNumbersStart: Int { sparsePlacesStart + aligned(4 * (sparseCount ?? 0)) }
    private var labelsStart: Int { sparseNumbersStart + aligned(8 * (sparseCount ?? 0)) }
    private var targetsStart: Int { labelsStart + aligned(count) }
    private var weightsStart: Int { targetsStart + size(targets, targetColumns) }
    public var byteCount: Int { weightsStart + (hasWeights ? aligned(count * MemoryLayout<Double>.stride) : 0) }

    private func size(_ element: Element?, _ columns: Int) -> Int {
        guard let element else { return 0 }
        return aligned(count * columns * element.size + (element == .byte ? 0 : kernelPadding))
    }

    private func aligned(_ bytes: Int) -> Int { (bytes + 63) / 64 * 64 }

    /// The set in memory that `fill` has filled.
    public func samples(at base: UnsafeMutableRawPointer, target: Target) -> Samples {
        Samples(
            inputs: inputs(at: base), labels: (base + labelsStart).assumingMemoryBound(to: UInt8.self), count: count,
            target: target, targets: numbers(targets, at: base + targetsStart, columns: targetColumns),
            weights: hasWeights ? UnsafePointer((base + weightsStart).assumingMemoryBound(to: Double.self)) : nil)
    }

    private func inputs(at base: UnsafeMutableRawPointer) -> InputStore {
        if let numbers = numbers(rows, at: base + rowsStart, columns: columns) { return .numbers(numbers) }
        if sparseCount != nil {
            return .sparse(
                SparseRows(
                    starts: (base + sparseStart).assumingMemoryBound(to: Int.self),
                    places: (base + sparsePlacesStart).assumingMemoryBound(to: UInt32.self),
                    numbers: (base + sparseNumbersStart).assumingMemoryBound(to: Double.self), columns: columns))
        }
        return .bytes(
            ByteRows(
                dense: rows == nil ? nil : (base + rowsStart).assumingMemoryBound(to: UInt8.self),
                units: unitBytes == nil ? nil : base.assumingMemoryBound(to: UInt8.self),
                offsets: unitBytes == nil ? nil : (base + offsetsStart).assumingMemoryBound(to: UInt32.self),
                columns: columns))
    }

    private func numbers(_ element: Element?, at base: UnsafeMutableRawPointer, columns: Int) -> NumberRows? {
        switch element {
        case .float32: NumberRows(base.assumingMemoryBound(to: Float.self), columns: columns)
        case .float64: NumberRows(base.assumingMemoryBound(to: Double.self), columns: columns)
        case .byte, nil: nil
        }
    }

    /// Writes the samples of which the layout was made to `byteCount` bytes of zeros.
    public func fill(_ base: UnsafeMutableRawPointer, from values: SampleValues) {
        switch values.inputs {
        case .numbers(let numbers): copy(numbers, to: base + rowsStart)
        case .sparse(let sparse):
            let kept = sparse.kept
            sparse.starts.map { $0 - kept.lowerBound }.withUnsafeBytes { copy($0, to: base + sparseStart) }
            sparse.places[kept].withUnsafeBytes { copy($0, to: base + sparsePlacesStart) }
            sparse.numbers[kept].withUnsafeBytes { copy($0, to: base + sparseNumbersStart) }
        case .bytes(let bytes):
            bytes.withUnsafeBufferPointer { bytes in
                if unitBytes != nil {
                    ByteRows.compress(
                        bytes, columns: columns, units: base.assumingMemoryBound(to: UInt8.self),
                        offsets: (base + offsetsStart).assumingMemoryBound(to: UInt32.self))
                }
                if rows != nil { copy(UnsafeRawBufferPointer(bytes), to: base + rowsStart) }
            }
        }
        values.labels.withUnsafeBytes { copy($0, to: base + labelsStart) }
        if let targets = values.targets { copy(targets, to: base + targetsStart) }
        values.weights.withUnsafeBytes { copy($0, to: base + weightsStart) }
    }

    private func copy(_ numbers: SampleValues.Numbers, to place: UnsafeMutableRawPointer) {
        switch numbers {
        case .float32(let values): values.withUnsafeBytes { copy($0, to: place) }
        case .float64(let values): values.withUnsafeBytes { copy($0, to: place) }
        }
    }

    private func copy(_ bytes: UnsafeRawBufferPointer, to place: UnsafeMutableRawPointer) {
        if let start = bytes.baseAddress { place.copyMemory(from: start, byteCount: bytes.count) }
    }
}

/// Samples in memory of this process.
public final class SampleMemory {
    public let samples: Samples
    private let memory: UnsafeMutableRawPointer

    public init(_ values: SampleValues, target: Target, form: SampleLayout.Form = .bySparsity) {
        let layout = SampleLayout(values, target: target, form: form)
        memory = .allocate(byteCount: layout.byteCount + kernelPadding, alignment: 64)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: layout.byteCount + kernelPadding)
        layout.fill(memory, from: values)
        samples = layout.samples(at: memory, target: target)
    }

    deinit { memory.deallocate() }
}
