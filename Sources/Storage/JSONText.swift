import Foundation

/// JSON that this program wrote, and that anyone may have edited since.
public enum JSONText {
    /// What `bytes` hold; `name` stands for them in messages.
    ///
    /// - Throws: `Failure` with `.badData`, naming the member that does not fit and what was expected there.
    public static func decode<Value: Decodable>(
        _ type: Value.Type, from bytes: [UInt8], name: String,
        keys: JSONDecoder.KeyDecodingStrategy = .useDefaultKeys
    ) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = keys
        do {
            return try decoder.decode(type, from: Data(bytes))
        } catch let error as DecodingError {
            throw Failure(.badData, "\(name): \(printable(reason(error)))")
        } catch {
            throw Failure(.badData, "\(name): expected JSON: \(printable("\(error)"))")
        }
    }

    /// What is wrong where.
    private static func reason(_ error: DecodingError) -> String {
        func place(_ path: [any CodingKey]) -> String {
            path.isEmpty ? "" : path.map(\.stringValue).joined(separator: ".") + ": "
        }
        switch error {
        case .keyNotFound(let key, let context):
            return place(context.codingPath + [key]) + "expected a value, found none"
        case .valueNotFound(let type, let context):
            return place(context.codingPath) + "expected \(type), found null"
        case .typeMismatch(let type, let context):
            return place(context.codingPath) + "expected \(type), found another type"
        case .dataCorrupted(let context):
            let cause = context.underlyingError.map { " (\($0))" } ?? ""
            return place(context.codingPath) + "expected JSON that fits: \(context.debugDescription)\(cause)"
        @unknown default: return "\(error)"
        }
    }

    /// `text` for a terminal: without control characters, and not endless.
    private static func printable(_ text: String) -> String {
        let start = text.unicodeScalars.prefix(300)
        let clean = start.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : Character($0) }
        return String(clean) + (start.count < text.unicodeScalars.count ? "…" : "")
    }
}
