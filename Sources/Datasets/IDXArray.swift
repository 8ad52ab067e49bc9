import Foundation
import Resources
import Storage

/// An array of numbers in the IDX format, in which MNIST is published: plain or gzipped.
///
/// The format: two zero bytes, the element type (8: unsigned byte), the rank, one big-endian 32-bit size for each
/// dimension, then the elements in row-major order, big-endian too.
public struct IDXArray: Sendable, Equatable {
    /// The format's element types, by the byte that stands for them.
    public enum Element: UInt8, CaseIterable, Sendable {
        case unsignedByte = 0x08
        case signedByte = 0x09
        case int16 = 0x0B
        case int32 = 0x0C
        case float32 = 0x0D
        case float64 = 0x0E

        /// Bytes of one.
        public var size: Int {
            switch self {
            case .unsignedByte, .signedByte: 1
            case .int16: 2
            case .int32, .float32: 4
            case .float64: 8
            }
        }

        /// As names of files have it: `train-images-idx3-ubyte`.
        public var title: String {
            switch self {
            case .unsignedByte: "ubyte"
            case .signedByte: "byte"
            case .int16: "short"
            case .int32: "int"
            case .float32: "float"
            case .float64: "double"
            }
        }
    }

    public let element: Element
    /// The size of each dimension, slowest first.
    public let dimensions: [Int]
    /// The elements as the file has them, row-major; as many as the product of `dimensions`.
    public let bytes: [UInt8]

    init(element: Element = .unsignedByte, dimensions: [Int], bytes: [UInt8]) {
        self.element = element
        self.dimensions = dimensions
        self.bytes = bytes
    }

    /// Reads the file at `path`; its first bytes, not its name, tell whether it is gzipped.
    ///
    /// - Throws: `Failure`: `.missingInput` when nothing is there; `.badData` when it is not an IDX file, is truncated,
    ///   or holds more than it declares; `.inputOutput` when it cannot be read; `.internalError` when there is no
    ///   memory for it.
    /// - Complexity: one read of the file into the array that is returned.
    public static func read(path: String) throws -> IDXArray {
        var source = try FileSource(path: path)
        guard try source.start(2).withUnsafeBytes(GzipSource.recognises) else {
            return try parse(&source, name: path)
        }
        var unpacked = try GzipSource(source, name: path)
        return try parse(&unpacked, name: path)
    }

    /// Reads an IDX file that is in memory, plain or gzipped; `name` stands for it in messages.
    ///
    /// Allocates no more than `bytes` justify: a declared size is compared with what is there before anything is
    /// allocated, and decompressed data grows with what was really decompressed.
    ///
    /// - Throws: `Failure` with `.badData`, or `.internalError` when there is no memory for it.
    public static func parse(_ bytes: UnsafeRawBufferPointer, name: String) throws -> IDXArray {
        if GzipSource.recognises(bytes) {
            var source = try GzipSource(bytes, name: name)
            return try parse(&source, name: name)
        }
        var source = MemorySource(bytes)
        return try parse(&source, name: name)
    }

    private static func parse<Source: ByteSource>(_ source: inout Source, name: String) throws -> IDXArray {
        let (element, dimensions) = try readHeader(&source, name: name)
        let count = try byteCount(dimensions, of: element, name: name)
        let size = element.size == 1 ? "" : "×\(element.size)"
        let shape = dimensions.map(String.init).joined(separator: "×") + size
        func mismatch(_ found: String) -> Failure {
            Failure(.badData, "\(name): its header declares \(shape) = \(count) bytes, but \(found)")
        }
        let available = source.maximumRemaining
        if Source.knowsItsSize {
            guard count == available else { throw mismatch("\(available) follow it") }
        } else {
            guard count <= available else { throw mismatch("its compressed data hold \(available) at most") }
            guard count <= ProcessInfo.processInfo.physicalMemory else {
                throw mismatch("this machine's memory is smaller")
            }
        }
        let bytes = try [UInt8](readingAtMost: count, from: &source, name: name)
        guard bytes.count == count else { throw mismatch("only \(bytes.count) follow it") }
        guard try [UInt8](readingAtMost: 1, from: &source, name: name).isEmpty else { throw mismatch("more follow it") }
        return IDXArray(element: element, dimensions: dimensions, bytes: bytes)
    }

    private static func readHeader(_ source: inout some ByteSource, name: String) throws -> (Element, [Int]) {
        let magic = try [UInt8](readingAtMost: 4, from: &source, name: name)
        guard magic.count == 4, magic[0] == 0, magic[1] == 0, let element = Element(rawValue: magic[2]), magic[3] > 0
        else {
            let types = Element.allCases.map { hexadecimal([$0.rawValue]) }.joined(separator: "|")
            throw Failure(
                .badData,
                "\(name): not an IDX file: expected it to begin with 00 00 \(types) and a rank, found "
                    + hexadecimal(magic))
        }
        let rank = Int(magic[3])
        let sizes = try [UInt8](readingAtMost: 4 * rank, from: &source, name: name)
        guard sizes.count == 4 * rank else {
            throw Failure(
                .badData,
                "\(name): truncated: a header of \(4 + 4 * rank) bytes was expected, found \(4 + sizes.count) bytes")
        }
        return (element, (0..<rank).map { axis in sizes[4 * axis..<4 * axis + 4].reduce(0) { $0 << 8 | Int($1) } })
    }

    private static func byteCount(_ dimensions: [Int], of element: Element, name: String) throws -> Int {
        try dimensions.reduce(element.size) { product, size in
            let (next, overflow) = product.multipliedReportingOverflow(by: size)
            guard !overflow else {
                throw Failure(.badData, "\(name): its header declares sizes whose product does not fit 64 bits")
            }
            return next
        }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.isEmpty
            ? "an empty file"
            : bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
    }
}

extension [UInt8] {
    /// The next `count` bytes of `source`, or fewer where it ends.
    ///
    /// A source that knows its size fills one allocation of the right size, without zeros written first. From a
    /// compressed one the array starts at 16 times the compressed bytes at most, and doubles only once it is full.
    ///
    /// - Throws: also `.internalError` where there is no memory; an array would end the program.
    fileprivate init<Source: ByteSource>(
        readingAtMost count: Int, from source: inout Source, name: String
    ) throws {
        let likely = Source.knowsItsSize ? source.maximumRemaining : source.maximumRemaining / 64 + 4096
        var capacity = Swift.min(count, likely)
        self = []
        while true {
            let filled = self
            try requireRoom(capacity, name: name)
            self = try [UInt8](unsafeUninitializedCapacity: capacity) { buffer, initialised in
                let raw = UnsafeMutableRawBufferPointer(buffer)
                raw.copyBytes(from: filled)
                let room = UnsafeMutableRawBufferPointer(rebasing: raw[filled.count..<capacity])
                initialised = try filled.count + source.read(into: room)
            }
            if self.count < capacity || capacity == count || Source.knowsItsSize { return }
            capacity = capacity > count / 2 ? count : 2 * capacity
        }
    }
}
