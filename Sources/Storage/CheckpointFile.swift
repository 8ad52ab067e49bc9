import Foundation

/// The state of a training run in one file that knows whether it is whole.
///
/// It is a safetensors file (PyTorch and NumPy open it) with three texts in its metadata: `checkpoint`, the version of
/// this layout; `state`, as JSON, where counters keep all their bits; and `sha256`, the digest of the whole file with
/// the digest's own 64 digits read as `0`. The three names sort in the order in which they are written, so a file
/// starts, after the 8 bytes of the header's length, with a fixed text and then the digest: no bit is left unchecked.
public struct CheckpointFile<State: Codable> {
    /// Everything that is no tensor: the position in the schedule, what the run is.
    public let state: State
    /// Parameters and the optimiser's state.
    public let tensors: [Safetensors.Tensor]

    public init(state: State, tensors: [Safetensors.Tensor]) {
        self.state = state
        self.tensors = tensors
    }

    /// Writes the file `path`, whole or not at all.
    ///
    /// The bytes depend on the state and the tensors alone.
    ///
    /// - Throws: what `AtomicFile.write` throws; `Failure` with `.internalError` when the state has no JSON (a NaN).
    public func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let json: Data
        do {
            json = try encoder.encode(state)
        } catch {
            throw Failure(.internalError, "cannot write \(path): its state has no JSON: \(error)")
        }
        let metadata = [
            "checkpoint": CheckpointSeal.version, "sha256": CheckpointSeal.noDigest,
            "state": String(decoding: json, as: UTF8.self),
        ]
        var file = Safetensors(tensors: tensors, metadata: metadata).encoded()
        CheckpointSeal.close(&file)
        try AtomicFile.write(file, to: path)
    }

    /// Reads and checks the file `path`.
    ///
    /// - Throws: what `InputFile.read` throws; `Failure` with `.badData` when it is no checkpoint, is truncated, has a
    ///   byte that is not as it was written, or holds another `State`.
    public static func read(_ path: String) throws -> CheckpointFile {
        try InputFile.read(path).withUnsafeBytes { try parse($0, name: path) }
    }

    /// Reads and checks a file held in memory; `name` stands for it in messages.
    public static func parse(_ bytes: UnsafeRawBufferPointer, name: String) throws -> CheckpointFile {
        let file = try Safetensors.parse(bytes, name: name)
        guard let version = file.metadata["checkpoint"] else {
            throw Failure(.badData, "\(name): expected a checkpoint, found a safetensors file without a mark of one")
        }
        guard version == CheckpointSeal.version else {
            throw Failure(
                .badData,
                "\(name): expected a checkpoint of version \(CheckpointSeal.version), "
                    + "found \(SafetensorsHeaderParser.shown(version))")
        }
        try CheckpointSeal.check(bytes, name: name)
        let json = Array((file.metadata["state"] ?? "").utf8)
        return CheckpointFile(
            state: try JSONText.decode(State.self, from: json, name: "\(name): the checkpoint's state"),
            tensors: file.tensors)
    }
}

extension CheckpointFile: Sendable where State: Sendable {}

/// The digest in a checkpoint's header, and where it stands.
private enum CheckpointSeal {
    static let version = "frontprop-1"
    static let noDigest = String(repeating: "0", count: 64)

    private static let prefix = Array(#"{"__metadata__":{"checkpoint":"\#(version)","sha256":""#.utf8)
    private static let digits = 8 + prefix.count..<8 + prefix.count + noDigest.utf8.count

    /// Writes the digest into `file`, which has `noDigest` in its place.
    static func close(_ file: inout [UInt8]) {
        precondition(file[8...].starts(with: prefix), "the digest is not where it is looked for")
        let digest = file.withUnsafeBytes { SHA256Digest.hex(of: $0) }
        file.replaceSubrange(digits, with: digest.utf8)
    }

    /// Throws unless `file` holds the digest of itself.
    static func check(_ file: UnsafeRawBufferPointer, name: String) throws {
        guard file.count >= digits.upperBound, file[8...].starts(with: prefix) else {
            throw Failure(.badData, "\(name): expected a checkpoint's SHA-256 at byte \(digits.lowerBound), found none")
        }
        var digest = SHA256Digest()
        digest.update(UnsafeRawBufferPointer(rebasing: file[..<digits.lowerBound]))
        Array(noDigest.utf8).withUnsafeBytes { digest.update($0) }
        digest.update(UnsafeRawBufferPointer(rebasing: file[digits.upperBound...]))
        guard file[digits].elementsEqual(digest.hex.utf8) else {
            throw Failure(
                .badData,
                "\(name): the checkpoint is damaged: its bytes have the SHA-256 \(digest.hex), not the one inside")
        }
    }
}
