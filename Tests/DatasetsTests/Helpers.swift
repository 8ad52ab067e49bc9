import CZlib
import Datasets
import Foundation
import Storage
import Testing

/// Calls `body` with the path of an empty folder that is gone afterwards.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let path = NSTemporaryDirectory() + "datasets-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
}

func withTemporaryFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let path = NSTemporaryDirectory() + "datasets-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
}

func put(_ bytes: some Sequence<UInt8>, at path: String) throws {
    try Data(bytes).write(to: URL(filePath: path))
}

/// `bytes` as one gzip member, compressed by zlib.
func gzip(_ bytes: [UInt8], level: Int32 = 6) -> [UInt8] {
    var stream = z_stream()
    let status = deflateInit2_(
        &stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK)
    defer { deflateEnd(&stream) }
    var input = bytes
    return [UInt8](unsafeUninitializedCapacity: Int(deflateBound(&stream, UInt(bytes.count)))) { output, count in
        input.withUnsafeMutableBufferPointer { input in
            stream.next_in = input.baseAddress
            stream.avail_in = UInt32(input.count)
            stream.next_out = output.baseAddress
            stream.avail_out = UInt32(output.count)
            precondition(deflate(&stream, Z_FINISH) == Z_STREAM_END)
        }
        count = output.count - Int(stream.avail_out)
    }
}

/// An IDX file written out by hand: the magic number, the sizes, the elements.
func idx(_ dimensions: [UInt32], type: UInt8 = 8, _ elements: [UInt8]) -> [UInt8] {
    [0, 0, type, UInt8(dimensions.count)]
        + dimensions.flatMap { size in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: size >> $0) } } + elements
}

extension IDXArray {
    static func parse(_ bytes: [UInt8], name: String = "file") throws -> IDXArray {
        try bytes.withUnsafeBytes { try parse($0, name: name) }
    }
}

/// Expects a `Failure` with this status whose message has all these parts.
func expectFailure(
    _ status: Storage.ExitStatus, naming parts: String..., sourceLocation: SourceLocation = #_sourceLocation,
    from body: () throws -> Void
) {
    check(
        #expect(throws: Failure.self, sourceLocation: sourceLocation, performing: body), status, parts, sourceLocation)
}

/// The same of what takes its time.
func expectFailure(
    _ status: Storage.ExitStatus, naming parts: String..., sourceLocation: SourceLocation = #_sourceLocation,
    from body: () async throws -> Void
) async {
    do {
        try await body()
        Issue.record("it did not fail", sourceLocation: sourceLocation)
    } catch {
        check(error as? Failure, status, parts, sourceLocation)
    }
}

private func check(
    _ failure: Failure?, _ status: Storage.ExitStatus, _ parts: [String], _ sourceLocation: SourceLocation
) {
    #expect(failure?.status == status, sourceLocation: sourceLocation)
    for part in parts {
        #expect(failure?.message.contains(part) == true, "\(failure?.message ?? "")", sourceLocation: sourceLocation)
    }
}

/// The folder of the real MNIST, where there is one.
let sharedMNIST = ProcessInfo.processInfo.environment["FRONTPROP_SHARED"].map { $0 + "/mnist" }

/// Whether the system has a `curl`.
let hasCurl = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains { folder in
    FileManager.default.isExecutableFile(atPath: "\(folder)/curl")
}
