import Foundation
import Testing

typealias JSONObject = [String: Any]

/// A run's folder, read without the program's own code.
struct RunFiles {
    let path: String

    func contents(_ name: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)"))
    }

    func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(path)/\(name)") }

    var config: JSONObject {
        get throws { try #require(try JSONSerialization.jsonObject(with: contents("config.json")) as? JSONObject) }
    }

    /// The lines of `metrics.jsonl`, in order.
    var events: [JSONObject] {
        get throws { try parseLines(String(decoding: contents("metrics.jsonl"), as: UTF8.self).split(separator: "\n")) }
    }

    var epochs: [JSONObject] { get throws { try events.filter { $0["event"] as? String == "epoch" } } }
    var model: SafetensorsFile { get throws { try SafetensorsFile(contents("model.safetensors")) } }

    /// The values of a field, epoch by epoch.
    func curve(_ field: String) throws -> [Double] { try epochs.map { try #require($0[field] as? Double) } }
}

/// Each line as one JSON object.
func parseLines(_ lines: [Substring]) throws -> [JSONObject] {
    try lines.map { try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? JSONObject) }
}

/// A safetensors file, as its specification has it: 8 bytes of length, a JSON header, the tensors' bytes.
struct SafetensorsFile {
    struct Tensor {
        let type: String
        let shape: [Int]
        let bytes: Range<Int>
    }

    let tensors: [String: Tensor]
    /// All tensors' bytes, in the order of the file.
    let data: Data

    init(_ file: Data) throws {
        let length = file.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
        try #require(file.count >= 8 + length)
        let header = try #require(
            try JSONSerialization.jsonObject(with: file.dropFirst(8).prefix(length)) as? JSONObject)
        data = Data(file.dropFirst(8 + length))
        tensors = try header.filter { $0.key != "__metadata__" }.mapValues { value in
            let entry = try #require(value as? JSONObject)
            let offsets = try #require(entry["data_offsets"] as? [Int])
            return Tensor(
                type: try #require(entry["dtype"] as? String), shape: try #require(entry["shape"] as? [Int]),
                bytes: offsets[0]..<offsets[1])
        }
    }

    /// The values of a float32 tensor.
    func values(_ name: String) throws -> [Float] {
        let tensor = try #require(tensors[name])
        try #require(tensor.type == "F32" && tensor.bytes.upperBound <= data.count)
        return data.subdata(in: tensor.bytes).withUnsafeBytes { bytes in
            (0..<bytes.count / 4).map {
                Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
            }
        }
    }

    /// The bytes of a file that holds these float32 tensors.
    static func bytes(_ tensors: [(name: String, shape: [Int], values: [Float])]) -> Data {
        var data = Data()
        let entries = tensors.map { tensor in
            let start = data.count
            for value in tensor.values {
                withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
            }
            return
                #""\#(tensor.name)":{"dtype":"F32","shape":\#(tensor.shape),"data_offsets":[\#(start),\#(data.count)]}"#
        }
        let header = Data("{\(entries.joined(separator: ","))}".utf8)
        let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) }
        return length + header + data
    }
}
