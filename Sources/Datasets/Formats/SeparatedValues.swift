import Foundation
import Resources
import Storage

/// Tables as text, by RFC 4180: values separated by commas, in `.tsv` by tabs; plain or gzipped, which the first bytes tell.
///
/// Empty values and those of `MissingValue.names` are missing, whether they stand between quotes or not.
enum SeparatedValues: TableFormat {
    static let suffixes = [".csv", ".csv.gz", ".tsv", ".tsv.gz"]

    static func read(_ request: TableRequest) throws -> TableFile {
        let reader = TextTableReader(
            name: request.path == TableFile.standardInput ? StandardInput.name : request.path,
            separator: separator(of: request.path), hasHeader: request.hasHeader)
        if request.path == TableFile.standardInput {
            return try StandardInput.bytes().withUnsafeBytes { bytes in try reader.read { MemorySource(bytes) } }
        }
        let file = try FileSource(path: request.path)
        guard try file.start(2).withUnsafeBytes(GzipSource.recognises) else {
            return try reader.read { try FileSource(path: request.path) }
        }
        return try reader.read { try GzipSource(file, name: request.path) }
    }

    /// What stands between the values of a file of this name.
    static func separator(of path: String) -> UInt8 {
        path.hasSuffix(".tsv") || path.hasSuffix(".tsv.gz") ? ASCII.tab : ASCII.comma
    }

    /// Reads a file that is in memory; `name` stands for it in messages.
    ///
    /// - Throws: as `TableFile.read`.
    static func parse(
        _ bytes: UnsafeRawBufferPointer, name: String, separator: UInt8 = ASCII.comma, hasHeader: Bool? = nil
    ) throws -> TableFile {
        let reader = TextTableReader(name: name, separator: separator, hasHeader: hasHeader)
        guard GzipSource.recognises(bytes) else { return try reader.read { MemorySource(bytes) } }
        return try reader.read { try GzipSource(bytes, name: name) }
    }
}

/// Reads one text of separated values, in pieces and on all cores.
struct TextTableReader {
    let name: String
    let separator: UInt8
    let hasHeader: Bool?

    /// - Parameter open: the text from its beginning on; asked for again where a column turns out to be one of texts late.
    func read<Source: ByteSource>(_ open: () throws -> Source) throws -> TableFile {
        var texts: Set<Int> = []
        while true {
            var lines = LineBlocks(try open(), name: name, quotesLines: true)
            let first = lines.makeBlock()
            try lines.fill(first)
            let start = try TextTableStart(first.bytes, self)
            let layout = TextPiece.Layout(
                separator: separator, columnCount: start.names.count, texts: texts)
            let pieces = try pieces(of: &lines, first, start, layout)
            let columns = TextColumns(name: name, start: start, pieces: pieces)
            switch try columns.merged() {
            case .table(let file): return file
            case .again(let more): texts.formUnion(more)
            }
        }
    }

    /// Reads all lines: some blocks are filled while those before them are read.
    private func pieces<Source: ByteSource>(
        of lines: inout LineBlocks<Source>, _ first: LineBlock, _ start: TextTableStart, _ layout: TextPiece.Layout
    ) throws -> [TextPiece] {
        var layout = layout
        var pieces = TextPieces(name: name, start: start)
        let rest = UnsafeBufferPointer(rebasing: first.bytes[start.byteCount...])
        try pieces.append(Result { try TextPiece(rest, layout) })
        if lines.isAtEnd { return pieces.all }
        let pool = ThreadPool(wanted: min(ProcessInfo.processInfo.activeProcessorCount, Self.mostThreads))
        let size = max(pool.count, 1)
        let blocks = (0..<2).map { _ in (0..<size).map { _ in lines.makeBlock() } }
        let results = (0..<2).map { _ in PieceResults(count: size) }
        var filled = 0
        for turn in 0... {
            // What was started in the turn before is being read meanwhile.
            let started = filled
            filled = 0
            while filled < size && !lines.isAtEnd {
                try lines.fill(blocks[turn % 2][filled])
                filled += 1
            }
            pool.wait()
            for index in 0..<started { try pieces.append(results[(turn + 1) % 2][index]) }
            if filled == 0 { return pieces.all }
            layout.texts = pieces.texts
            let (now, count, batch, layout) = (blocks[turn % 2], filled, results[turn % 2], layout)
            let read: @Sendable (Int) -> Void = { index in
                if index < count { batch[index] = Result { try TextPiece(now[index].bytes, layout) } }
            }
            if pool.count > 0 { pool.start { read($0 - 1) } } else { read(0) }
        }
        return pieces.all
    }

    /// More than can be filled in the time that one is read are of no use.
    private static let mostThreads = 16

    /// What threads have read, each in its own place.
    private final class PieceResults: @unchecked Sendable {
        private let places: UnsafeMutableBufferPointer<Result<TextPiece, any Error>?>

        init(count: Int) {
            places = .allocate(capacity: count)
            places.initialize(repeating: nil)
        }

        deinit {
            places.deinitialize()
            places.deallocate()
        }

        subscript(index: Int) -> Result<TextPiece, any Error> {
            get { places[index]! }
            set { places[index] = newValue }
        }
    }
}

/// What was read so far, in the file's order.
private struct TextPieces {
    private(set) var all: [TextPiece] = []
    private(set) var texts: Set<Int> = []
    private let name: String
    private let start: TextTableStart
    private var line: Int

    init(name: String, start: TextTableStart) {
        (self.name, self.start, line) = (name, start, start.lineCount)
    }

    /// - Throws: `Failure` where the piece is none.
    mutating func append(_ piece: Result<TextPiece, any Error>) throws {
        do {
            let piece = try piece.get()
            all.append(piece)
            texts.formUnion(piece.texts.keys)
            line += piece.lineCount
        } catch let fault as LineFault {
            throw Failure(fault, name: name, firstLine: line + 1, columns: start.names)
        }
    }
}

extension Failure {
    /// - Parameter firstLine: that from which the fault counts.
    init(_ fault: LineFault, name: String, firstLine: Int, columns: [String]) {
        let column = fault.column.map { ", column \(columns[$0])" } ?? ""
        self.init(.badData, "\(name): line \(firstLine + fault.line)\(column): \(fault.text)")
    }
}
