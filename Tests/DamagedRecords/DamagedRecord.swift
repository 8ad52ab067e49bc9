import Foundation
import RandomNumbers
import Reporting
import Storage

/// Records as no program writes them: JSON with members replaced, left out and put in, or with bytes damaged.
public enum DamagedRecord {
    /// What is put in place of a member, as it stands in a file: it may be what no JSON library would write.
    private static let values = [
        "null", "true", "false", "0", "-1", "1", "2", "3", "-7", "1e300", "-1e300", "1.7976931348623157e308", "5e-324",
        "1e999", "0.5", "2147483648", "9007199254740992", "4611686018427387904", "9223372036854775807",
        "-9223372036854775808", "18446744073709551615", "1000000000000000000000000000000", "NaN", "-Infinity", "\"\"",
        "\"x\"", "\"nan\"", "\"</script><script>\"", "\"=1+1\"", "\"\\u0000\\ud83d\\ude00\"", "\"\\ud83d\"", "[]",
        "{}", "[1,2]", "[[[]]]", "{\"a\":{\"b\":1}}", "[\"x\",\"x\"]", "{\"rank\":1e300}", "[{\"rank\":-1.5}]",
        "[{\"rank\":1e300,\"compute\":1,\"host\":\"h\"}]", String(repeating: "[", count: 100_000),
        String(repeating: "[", count: 400) + String(repeating: "]", count: 400),
        String(repeating: "{\"a\":", count: 10_000),
    ]

    /// How many records a test damages: a few seconds' worth, or as `FRONTPROP_FUZZ` says.
    public static func count(_ few: Int) -> Int {
        ProcessInfo.processInfo.environment["FRONTPROP_FUZZ"].flatMap(Int.init) ?? few
    }

    /// A generator of damages; `FRONTPROP_FUZZ_SEED` makes it another.
    public static func random() -> PhiloxSequence {
        let seed = ProcessInfo.processInfo.environment["FRONTPROP_FUZZ_SEED"].flatMap(UInt64.init) ?? 1
        return PhiloxSequence(Philox(seed: seed, purpose: .check))
    }

    /// `lines`, each of JSON, with one to three of its members or bytes damaged.
    public static func of(_ lines: [String], using random: inout PhiloxSequence) throws -> [UInt8] {
        var lines = lines
        guard Int.random(in: 0..<5, using: &random) > 0 else {
            return damagedBytes(Array(lines.joined(separator: "\n").utf8), using: &random)
        }
        for _ in 0...Int.random(in: 0..<3, using: &random) {
            let line = Int.random(in: lines.indices, using: &random)
            // What is no JSON any more has had its damage.
            guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(lines[line].utf8)) else { continue }
            var place = Int.random(in: 0..<count(of: value), using: &random)
            lines[line] = text(value, damagedAt: &place, using: &random) ?? ""
        }
        return Array(lines.joined(separator: "\n").utf8)
    }

    private static func count(of value: JSONValue) -> Int {
        switch value {
        case .array(let values): values.reduce(1) { $0 + count(of: $1) }
        case .object(let members): members.values.reduce(1) { $0 + count(of: $1) }
        default: 1
        }
    }

    /// `value` as JSON, in which the value number `place` is another; nil where it is left out.
    private static func text(
        _ value: JSONValue, damagedAt place: inout Int, using random: inout PhiloxSequence
    ) -> String? {
        defer { place -= 1 }
        if place == 0 {
            return Int.random(in: 0..<6, using: &random) == 0 ? nil : changed(value, using: &random)
        }
        switch value {
        case .array(let values):
            var texts: [String] = []
            for value in values {
                place -= 1
                if let text = text(value, damagedAt: &place, using: &random) { texts.append(text) }
                place += 1
            }
            return "[" + texts.joined(separator: ",") + "]"
        case .object(let members):
            var texts: [String] = []
            for (name, value) in members.sorted(by: { $0.key < $1.key }) {
                place -= 1
                if let text = text(value, damagedAt: &place, using: &random) {
                    texts.append("\(plain(.string(name))):\(text)")
                }
                place += 1
            }
            return "{" + texts.joined(separator: ",") + "}"
        default: return plain(value)
        }
    }

    /// Another number, or anything.
    private static func changed(_ value: JSONValue, using random: inout PhiloxSequence) -> String {
        if case .number(let number) = value, Bool.random(using: &random) {
            return plain(.number(number * [-1, 1e18, 1e300, 1e-300].randomElement(using: &random)!))
        }
        return values.randomElement(using: &random)!
    }

    private static func plain(_ value: JSONValue) -> String {
        if case .number(let number) = value { return "\(number)" }
        return (try? JSONEncoder().encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "null"
    }

    /// One to three changes: a byte, some put in, some cut out, the rest cut off.
    private static func damagedBytes(_ original: [UInt8], using random: inout PhiloxSequence) -> [UInt8] {
        var bytes = original
        for _ in 0...Int.random(in: 0..<3, using: &random) where !bytes.isEmpty {
            let start = Int.random(in: bytes.indices, using: &random)
            let end = min(bytes.count, start + Int.random(in: 1...30, using: &random))
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes[start] = .random(in: 0...255, using: &random)
            case 1: bytes.removeSubrange(start..<end)
            case 2:
                let more = (start..<end).map { _ in UInt8.random(in: 0...255, using: &random) }
                bytes.insert(contentsOf: more, at: start)
            default: bytes.removeSubrange(start...)
            }
        }
        return bytes
    }
}
