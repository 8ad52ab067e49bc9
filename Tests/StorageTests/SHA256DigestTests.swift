import Storage
import Testing

@Suite struct SHA256DigestTests {
    /// From FIPS 180-2, appendix B, and the empty message.
    @Test(
        arguments: [
            ([], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (Array("abc".utf8), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8),
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (
                Array(repeating: UInt8(ascii: "a"), count: 1_000_000),
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
            ),
        ] as [([UInt8], String)])
    func knownAnswers(message: [UInt8], digest: String) {
        #expect(message.withUnsafeBytes { SHA256Digest.hex(of: $0) } == digest)
    }

    @Test(arguments: [0, 1, 63, 64, 65, 127, 128, 1000])
    func severalBuffersAreLikeOne(count: Int) {
        let message = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37) }
        let whole = message.withUnsafeBytes { SHA256Digest.hex(of: $0) }
        for cut in [0, 1, count / 3, count] where cut <= count {
            var digest = SHA256Digest()
            message.withUnsafeBytes { digest.update(UnsafeRawBufferPointer(rebasing: $0[..<cut])) }
            let start = digest.hex
            #expect(start == digest.hex, "asking for the digest must not change it")
            message.withUnsafeBytes { digest.update(UnsafeRawBufferPointer(rebasing: $0[cut...])) }
            #expect(digest.hex == whole)
        }
    }
}
