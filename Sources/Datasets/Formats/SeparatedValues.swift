import Foundation
import Resources
import Storage
import Synchronization

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
            let first = LineBlock(capacity: lines.capacity)
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

    /// Reads all lines, block by block.
    private func pieces<Source: ByteSource>(
        of lines: inout LineBlocks<Source>, _ first: LineBlock, _ start: TextTableStart, _ layout: TextPiece.Layout
    ) throws -> [TextPiece] {
        var pieces = TextPieces(name: name, start: start)
        let rest = UnsafeBufferPointer(rebasing: first.bytes[start.byteCount...])
        try pieces.append(Result { try TextPiece(rest, layout, in: NumberMemory(regionSize: 0)) })
        if lines.isAtEnd { return pieces.all }
        let capacity = lines.capacity
        // What one piece has shown of the columns the next need not find out.
        let texts = Mutex(Set(pieces.all[0].texts.keys))
        let results = concurrently(
            atMost: Self.mostThreads, buffer: { (block: LineBlock(capacity: capacity), memory: NumberMemory()) },
            fill: { buffer in
                guard !lines.isAtEnd else { return false }
                try lines.fill(buffer.block)
                return true
            },
            work: { buffer in
                var layout = layout
                layout.texts = texts.withLock { $0 }
                let piece = try TextPiece(buffer.block.bytes, layout, in: buffer.memory)
                texts.withLock { $0.formUnion(piece.texts.keys) }
                return piece
            })
        for result in results { try pieces.append(result) }
        return pieces.all
    }

    /// More than can be filled in the time that one is read are of no use.
    private static let mostThreads = 16
}

/// What was read so far, in the file's order.
private struct TextPieces {
    private(set) var all: [TextPiece] = []
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
