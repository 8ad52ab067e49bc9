import Storage

/// How a text of separated values begins: the names of its columns.
struct TextTableStart {
    let names: [String]
    /// What is before the first row.
    private(set) var byteCount = 0
    private(set) var lineCount = 0

    /// - Parameter text: whole lines, or all there is.
    init(_ text: UnsafeBufferPointer<UInt8>, _ reader: TextTableReader) throws {
        let name = reader.name
        if text.starts(with: [0xFF, 0xFE]) || text.starts(with: [0xFE, 0xFF]) {
            throw Failure(.badData, "\(name): expected UTF-8, found the mark that UTF-16 begins with")
        }
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let body = UnsafeBufferPointer(rebasing: text[(text.starts(with: mark) ? mark.count : 0)...])
        let plain = PlainTexts()
        var scanner = FieldScanner(body, separator: reader.separator, plain: plain)
        guard scanner.findLine() else { throw Failure(.badData, "\(name): expected a table, found nothing") }
        let line = scanner.line
        var fields: [UnsafeBufferPointer<UInt8>] = []
        do throws(LineFault) {
            try TextPiece.requireText(text)
            repeat { fields.append(try scanner.text()) } while try !scanner.endsRow()
        } catch {
            throw Failure(error, name: name, firstLine: 1, columns: [])
        }
        try Self.requireSeparators(fields, reader)
        let hasHeader = reader.hasHeader ?? !fields.contains { Self.isNumber($0) }
        guard hasHeader else {
            names = fields.indices.map(Self.standardName)
            byteCount = text.count - body.count
            return
        }
        names = try fields.enumerated().map { column, field in
            guard !field.contains(0), let text = String(validating: field, as: UTF8.self) else {
                let fault = LineFault(line: line, text: "the name of column \(column + 1) is no text in UTF-8")
                throw Failure(fault, name: name, firstLine: 1, columns: [])
            }
            return text.isEmpty ? Self.standardName(column) : text
        }
        var places: [String: Int] = [:]
        for (column, text) in names.enumerated() {
            if let first = places.updateValue(column, forKey: text) {
                throw Failure(
                    .badData,
                    "\(name): line \(line + 1): columns \(first + 1) and \(column + 1) are both named \(text); expected "
                        + "a name for each")
            }
        }
        byteCount = text.count - body.count + scanner.passed(since: body.baseAddress!)
        lineCount = scanner.line
    }

    private static func standardName(_ column: Int) -> String { "column\(column + 1)" }

    /// Infinite or not.
    private static func isNumber(_ field: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let start = field.baseAddress, let (_, end) = DecimalParser.shared.parse(start, upTo: start + field.count)
        else { return false }
        return end == start + field.count
    }

    /// One column that holds what others separate by was meant to be several.
    private static func requireSeparators(_ fields: [UnsafeBufferPointer<UInt8>], _ reader: TextTableReader) throws {
        guard fields.count == 1 else { return }
        let separators: [(UInt8, String)] = [
            (ASCII.comma, "commas"), (ASCII.tab, "tabs"), (UInt8(ascii: ";"), "semicolons"),
        ]
        guard let other = separators.first(where: { $0.0 != reader.separator && fields[0].contains($0.0) }) else {
            return
        }
        let expected = separators.first { $0.0 == reader.separator }!.1
        throw Failure(
            .badData,
            "\(reader.name): expected values separated by \(expected), found one column, and \(other.1) in it: "
                + String(decoding: fields[0].prefix(60), as: UTF8.self).debugDescription)
    }
}
