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
            throw Failure(.cannotWrite, "cannot write \(path): \(String(cString: strerror(errno)))")
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            var text = Data()
            let length = try file.seekToEnd()
            if length > 0 {
                try file.seek(toOffset: length - 1)
                if try file.read(upToCount: 1) != Data("\n".utf8) { text.append(UInt8(ascii: "\n")) }
            }
            for value in values { text += try encoder.encode(value) + Data("\n".utf8) }
            try file.write(contentsOf: text)
            try file.synchronize()
        } catch {
            throw Failure(.inputOutput, "cannot write \(path): \(error.localizedDescription)")
        }
    }
}
