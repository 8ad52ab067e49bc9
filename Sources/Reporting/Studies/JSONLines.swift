import Foundation
import Storage

/// Files of one JSON object a line, that are appended to.
public enum JSONLines {
    /// The objects of the file `path`, and how many of its lines are none: a run that is killed leaves half a line, and
    /// anyone may have edited it.
    ///
    /// - Throws: `Failure` as `InputFile.read`.
    public static func read<Value: Decodable>(_ path: String, as type: Value.Type) throws -> (
        values: [Value], unreadable: Int
    ) {
        parse(try InputFile.read(path), as: type)
    }

    /// The objects of a file held in memory; see `read`.
    ///
    /// - Parameter isPlausible: false for what no program wrote; such lines count as none.
    static func parse<Value: Decodable>(
        _ bytes: [UInt8], as type: Value.Type, where isPlausible: (Value) -> Bool = { _ in true }
    ) -> (values: [Value], unreadable: Int) {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let lines = bytes.split(separator: UInt8(ascii: "\n"))
        let values = lines.compactMap { try? decoder.decode(type, from: Data($0)) }.filter(isPlausible)
        return (values, lines.count - values.count)
    }

    /// Appends `values` to the file `path`, a line each, at once; a line that was cut short is ended first.
    ///
    /// - Throws: `Failure` with `.cannotWrite` or `.inputOutput`.
    public static func append<Value: Encodable>(_ values: [Value], to path: String) throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw Failure(.cannotWrite, "cannot write \(path)", errno: errno)
        }
        defer { close(descriptor) }
        var text = Data()
        let length = lseek(descriptor, 0, SEEK_END)
        var last: UInt8 = 0
        if length > 0, pread(descriptor, &last, 1, length - 1) == 1, last != UInt8(ascii: "\n") {
            text.append(UInt8(ascii: "\n"))
        }
        for value in values { text += try encoder.encode(value) + Data("\n".utf8) }
        try Files.append(text, to: descriptor, path: path)
        guard fsync(descriptor) == 0 else {
            throw Failure(.inputOutput, "cannot sync \(path) to its disk", errno: errno)
        }
    }
}
