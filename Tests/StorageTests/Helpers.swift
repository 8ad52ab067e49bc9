import Foundation
import Storage

extension Safetensors.Tensor {
    init<Scalar: BinaryFloatingPoint>(_ name: String, _ shape: [Int], _ values: [Scalar]) {
        self = values.withUnsafeBytes {
            Self(name: name, shape: shape, elementType: Scalar.self == Float.self ? .float32 : .float64, bytes: $0)
        }
    }
}

extension Safetensors {
    static func parse(_ bytes: [UInt8], name: String) throws -> Safetensors {
        try bytes.withUnsafeBytes { try parse($0, name: name) }
    }
}

/// Calls `body` with the path of an empty folder that is gone afterwards.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let path = NSTemporaryDirectory() + "storage-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
}

func fileNames(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
}

func bytes(of path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: path)))
}

func put(_ bytes: some Sequence<UInt8>, at path: String) throws {
    try Data(bytes).write(to: URL(filePath: path))
}
