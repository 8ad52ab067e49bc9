import Storage

/// A column's texts while they are read: a number for each that occurs, in the order in which they do.
struct TextColumn {
    /// Of each row; -1 where the value is missing.
    private(set) var codes: [Int32] = []
    private var known: [Text: Int32] = [:]
    private var texts: [Text] = []

    /// Bytes that someone else keeps.
    private struct Text: Hashable {
        let bytes: UnsafeBufferPointer<UInt8>

        static func == (a: Text, b: Text) -> Bool { a.bytes.elementsEqual(b.bytes) }
        func hash(into hasher: inout Hasher) { hasher.combine(bytes: UnsafeRawBufferPointer(bytes)) }
    }

    mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        let text = Text(bytes: bytes)
        if let code = known[text] {
            codes.append(code)
        } else {
            let code = Int32(texts.count)
            known[text] = code
            texts.append(text)
            codes.append(code)
        }
    }

    mutating func appendMissing() { codes.append(-1) }

    /// The texts by their codes; nil for one that is not UTF-8.
    var names: [String?] { texts.map { String(validating: $0.bytes, as: UTF8.self) } }
}

/// Values that stand for one that is missing: those that pandas takes for such.
enum MissingValue {
    static let names = [
        "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA",
        "NULL", "NaN", "None", "n/a", "nan", "null",
    ]
    private static let bytes = names.map { Array($0.utf8) }
    private static let longest = bytes.map(\.count).max()!

    static func contains(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        text.isEmpty || text.count <= longest && bytes.contains { $0.count == text.count && text.elementsEqual($0) }
    }
}
