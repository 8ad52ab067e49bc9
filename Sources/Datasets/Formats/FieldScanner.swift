/// What is wrong with a text, and on which line, counted from 0 where the scanner began.
struct LineFault: Error, Sendable {
    let line: Int
    /// The number of the column, from 0; nil where it is the whole line's.
    var column: Int?
    let text: String
}

/// Goes through separated values field by field, by RFC 4180: what holds a separator, a quote or an end of a line stands
/// between quotes, a quote in it twice.
///
/// Beyond it: lines may end in a newline alone, empty ones are passed over, and spaces around values are none of theirs.
struct FieldScanner {
    private var place: UnsafePointer<UInt8>
    private let end: UnsafePointer<UInt8>
    private let separator: UInt8
    /// The line it is on, from 0.
    private(set) var line = 0
    /// Values with quotes in them, written without their second ones.
    private let plain: PlainTexts

    /// - Precondition: `text`, which is not empty, outlives the scanner, and `plain` all that it gives.
    init(_ text: UnsafeBufferPointer<UInt8>, separator: UInt8, plain: PlainTexts) {
        place = text.baseAddress!
        end = place + text.count
        self.separator = separator
        self.plain = plain
    }

    /// Bytes that are behind, of those that it began with at `start`.
    func passed(since start: UnsafePointer<UInt8>) -> Int { place - start }

    /// Whether a line follows that is not empty.
    mutating func findLine() -> Bool {
        while place < end {
            if place.pointee == ASCII.newline {
                place += 1
                line += 1
            } else if place.pointee == ASCII.carriageReturn && (place + 1 == end || place[1] == ASCII.newline) {
                place += 1
            } else {
                return true
            }
        }
        return false
    }

    /// The next field, where it is a finite number and nothing else.
    @inline(__always)
    mutating func number(_ parser: DecimalParser) -> Double? {
        guard let (value, after) = parser.parse(place, upTo: end), after == end || isBehindField(after.pointee),
            value.isFinite
        else { return nil }
        place = after
        return value
    }

    /// The next field, whatever it is.
    mutating func text() throws(LineFault) -> UnsafeBufferPointer<UInt8> {
        var start = place
        while start < end, start.pointee == ASCII.space { start += 1 }
        if start < end, start.pointee == ASCII.quote {
            place = start
            return try quoted()
        }
        while place < end, !isBehindField(place.pointee) {
            guard place.pointee != ASCII.quote else {
                throw LineFault(line: line, text: "a quote within a value that does not begin with one")
            }
            place += 1
        }
        return Self.trimmed(UnsafeBufferPointer(start: start, count: place - start))
    }

    /// Passes what is behind a field; returns whether it was its row's last.
    mutating func endsRow() throws(LineFault) -> Bool {
        guard place < end else { return true }
        let behind = place.pointee
        place += 1
        if behind == separator { return false }
        if behind == ASCII.carriageReturn && place < end {
            guard place.pointee == ASCII.newline else {
                throw LineFault(line: line, text: "a carriage return that no newline follows")
            }
            place += 1
        }
        line += 1
        return true
    }

    @inline(__always)
    private func isBehindField(_ byte: UInt8) -> Bool {
        byte == separator || byte == ASCII.newline || byte == ASCII.carriageReturn
    }

    /// What stands between the quotes, of which `place` is at the first.
    private mutating func quoted() throws(LineFault) -> UnsafeBufferPointer<UInt8> {
        let firstLine = line
        let start = place + 1
        var quotes = 0
        place = start
        while true {
            guard place < end else { throw LineFault(line: firstLine, text: "a quote that is not closed") }
            if place.pointee == ASCII.newline { line += 1 }
            if place.pointee == ASCII.quote {
                guard place + 1 < end, place[1] == ASCII.quote else { break }
                quotes += 1
                place += 1
            }
            place += 1
        }
        let content = UnsafeBufferPointer(start: start, count: place - start)
        place += 1
        while place < end, place.pointee == ASCII.space { place += 1 }
        guard place == end || isBehindField(place.pointee) else {
            throw LineFault(line: line, text: "text behind the quote that ends a value")
        }
        return quotes == 0 ? content : plain.keep(content, quotes: quotes)
    }

    /// Without the spaces and tabs around it.
    static func trimmed(_ text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        func isSpace(_ byte: UInt8) -> Bool { byte == ASCII.space || byte == ASCII.tab }
        var (first, last) = (0, text.count)
        while first < last, isSpace(text[first]) { first += 1 }
        while first < last, isSpace(text[last - 1]) { last -= 1 }
        return UnsafeBufferPointer(rebasing: text[first..<last])
    }
}

/// Texts with one quote where two stood.
final class PlainTexts {
    private var texts: [UnsafeMutableBufferPointer<UInt8>] = []

    deinit { for text in texts { text.deallocate() } }

    fileprivate func keep(_ text: UnsafeBufferPointer<UInt8>, quotes: Int) -> UnsafeBufferPointer<UInt8> {
        let plain = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: text.count - quotes)
        texts.append(plain)
        var (read, written) = (0, 0)
        while read < text.count {
            plain.initializeElement(at: written, to: text[read])
            written += 1
            read += text[read] == ASCII.quote ? 2 : 1
        }
        return UnsafeBufferPointer(plain)
    }
}
