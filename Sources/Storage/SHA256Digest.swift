import CCrypto

/// SHA-256 as 64 lower-case hex digits; of one buffer, or of several as if they stood one after the other.
///
///     var digest = SHA256Digest()
///     digest.update(weights)
///     digest.update(biases)
///     print(digest.hex)
public struct SHA256Digest {
    private var context = Context()

    /// The digest of nothing yet.
    public init() {}

    /// Appends `bytes`. Linear in their number; allocates only where a copy of this digest is about.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        if !isKnownUniquelyReferenced(&context) { context = Context(copying: context) }
        check(EVP_DigestUpdate(context.pointer, bytes.baseAddress, bytes.count))
    }

    /// The digest of what was appended so far; more may be appended after.
    public var hex: String {
        // Finishing ends a context, so that a copy is finished.
        let copy = Context(copying: context)
        let text = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Int(EVP_MAX_MD_SIZE)) { bytes in
            var count: UInt32 = 0
            check(EVP_DigestFinal_ex(copy.pointer, bytes.baseAddress, &count))
            let digits = Array("0123456789abcdef".utf8)
            return bytes.prefix(Int(count)).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The digest of `bytes`.
    public static func hex(of bytes: UnsafeRawBufferPointer) -> String {
        var digest = SHA256Digest()
        digest.update(bytes)
        return digest.hex
    }
}

/// libcrypto's state of one digest, freed with its owner.
private final class Context {
    let pointer: OpaquePointer

    init() {
        pointer = EVP_MD_CTX_new()!
        check(EVP_DigestInit_ex(pointer, EVP_sha256(), nil))
    }

    init(copying other: Context) {
        pointer = EVP_MD_CTX_new()!
        check(EVP_MD_CTX_copy_ex(pointer, other.pointer))
    }

    deinit { EVP_MD_CTX_free(pointer) }
}

/// libcrypto fails here only where memory has run out.
private func check(_ status: Int32) { precondition(status == 1, "libcrypto cannot compute SHA-256") }
