import Crypto
import Foundation

/// SHA-256 as 64 lower-case hex digits; of one buffer, or of several as if they stood one after the other.
///
///     var digest = SHA256Digest()
///     digest.update(weights)
///     digest.update(biases)
///     print(digest.hex)
public struct SHA256Digest {
    private var hash = SHA256()

    /// The digest of nothing yet.
    public init() {}

    /// Appends `bytes`. Linear in their number; allocates nothing.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        hash.update(bufferPointer: bytes)
    }

    /// The digest of what was appended so far; more may be appended after.
    public var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        let text = hash.finalize().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }

    /// The digest of `bytes`.
    public static func hex(of bytes: UnsafeRawBufferPointer) -> String {
        var digest = SHA256Digest()
        digest.update(bytes)
        return digest.hex
    }
}
