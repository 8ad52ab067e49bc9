/// Named tensors in the safetensors format, as PyTorch, JAX and NumPy read and write it; F32 and F64 only.
///
/// A file is: the header's length (8 bytes, little-endian), a JSON header, the tensors' bytes, little-endian, row-major.
/// Values are not looked at: NaN and infinity pass through.
///
/// - SeeAlso: <https://github.com/huggingface/safetensors>, section *Format*.
public struct Safetensors: Sendable, Equatable {
    /// The type of a tensor's elements; the raw value is the format's name for it.
    public enum ElementType: String, Sendable {
        case float32 = "F32"
        case float64 = "F64"

        /// Bytes of one element.
        public var byteCount: Int { self == .float32 ? 4 : 8 }
    }

    /// One tensor, with its bytes as they stand in the file.
    public struct Tensor: Sendable, Equatable {
        public let name: String
        /// Sizes of the dimensions, the slowest first; empty for a scalar.
        public let shape: [Int]
        public let elementType: ElementType
        /// Little-endian, row-major.
        public let bytes: [UInt8]

        /// Copies `bytes`.
        ///
        /// - Precondition: `bytes` holds exactly the elements of `shape`; `name` is not `__metadata__`.
        public init(name: String, shape: [Int], elementType: ElementType, bytes: UnsafeRawBufferPointer) {
            precondition(name != Safetensors.metadataKey, "a tensor cannot be called \(name)")
            precondition(
                bytes.count == shape.reduce(elementType.byteCount, *),
                "\(name): \(bytes.count) bytes do not fill the shape \(shape)")
            self.name = name
            self.shape = shape
            self.elementType = elementType
            self.bytes = Array(bytes)
        }
    }

    /// The tensors in the order of their bytes.
    public let tensors: [Tensor]
    /// Free text under free names.
    public let metadata: [String: String]

    static let metadataKey = "__metadata__"

    /// - Precondition: no two tensors have the same name.
    public init(tensors: [Tensor], metadata: [String: String] = [:]) {
        precondition(Set(tensors.map(\.name)).count == tensors.count, "two tensors have the same name")
        self.tensors = tensors
        self.metadata = metadata
    }

    /// The tensor called `name`.
    public subscript(name: String) -> Tensor? {
        tensors.first { $0.name == name }
    }

    /// Reads and checks the file `path`; see `parse(_:name:)`.
    ///
    /// - Throws: also what `InputFile.read` throws.
    public static func read(_ path: String) throws -> Safetensors {
        try InputFile.read(path).withUnsafeBytes { try parse($0, name: path) }
    }

    /// Writes the file `path`, whole or not at all; see `AtomicFile`.
    public func write(to path: String) throws {
        try AtomicFile.write(encoded(), to: path)
    }

    /// The file's bytes: a function of the tensors and the metadata alone (whose names are sorted).
    ///
    /// The header is padded with spaces so that the data start at a multiple of 8.
    public func encoded() -> [UInt8] {
        let header = encodedHeader()
        var file: [UInt8] = []
        file.reserveCapacity(8 + header.count + tensors.reduce(0) { $0 + $1.bytes.count })
        withUnsafeBytes(of: UInt64(header.count).littleEndian) { file.append(contentsOf: $0) }
        file.append(contentsOf: header)
        for tensor in tensors {
            file.append(contentsOf: tensor.bytes)
        }
        return file
    }

    private func encodedHeader() -> [UInt8] {
        var members: [String] = []
        if !metadata.isEmpty {
            let texts = metadata.sorted { $0.key < $1.key }.map { "\(Self.quoted($0.key)):\(Self.quoted($0.value))" }
            members.append("\"\(Self.metadataKey)\":{\(texts.joined(separator: ","))}")
        }
        var offset = 0
        for tensor in tensors {
            let sizes = tensor.shape.map(String.init).joined(separator: ",")
            let end = offset + tensor.bytes.count
            members.append(
                "\(Self.quoted(tensor.name)):{\"dtype\":\"\(tensor.elementType.rawValue)\",\"shape\":[\(sizes)],"
                    + "\"data_offsets\":[\(offset),\(end)]}")
            offset = end
        }
        let header = Array("{\(members.joined(separator: ","))}".utf8)
        return header + [UInt8](repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8)
    }

    /// `text` as a JSON string, escaped as the format's own library does it.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case "\u{8}": quoted += "\\b"
            case "\t": quoted += "\\t"
            case "\n": quoted += "\\n"
            case "\u{C}": quoted += "\\f"
            case "\r": quoted += "\\r"
            case "\u{0}"..."\u{1F}":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default:
                quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
