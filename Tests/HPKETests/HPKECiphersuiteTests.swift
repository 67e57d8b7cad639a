import HPKE
import Testing

@Suite("Ciphersuites and keys")
struct HPKECiphersuiteTests {
    private static let unsupported = [
        HPKECiphersuite(kem: 0x0010, kdf: 0x0001, aead: 0x0001),
        HPKECiphersuite(kem: 0x0021, kdf: 0x0001, aead: 0x0003),
        HPKECiphersuite(kem: 0x0020, kdf: 0x0002, aead: 0x0001),
        HPKECiphersuite(kem: 0x0020, kdf: 0x0001, aead: 0x0002),
        HPKECiphersuite(kem: 0x0020, kdf: 0x0001, aead: 0xffff),
        HPKECiphersuite(kem: 0, kdf: 0, aead: 0),
    ]

    @Test("two are supported, ChaCha20-Poly1305 first")
    func supported() {
        #expect(HPKECiphersuite.supported == [.x25519ChaCha20Poly1305, .x25519AES128GCM])
        #expect(HPKECiphersuite.x25519ChaCha20Poly1305 == HPKECiphersuite(kem: 0x0020, kdf: 0x0001, aead: 0x0003))
        #expect(HPKECiphersuite.x25519AES128GCM == HPKECiphersuite(kem: 0x0020, kdf: 0x0001, aead: 0x0001))
        #expect(HPKECiphersuite.supported.allSatisfy { $0.isSupported })
    }

    @Test("any other is refused by both sides", arguments: unsupported)
    func refused(ciphersuite: HPKECiphersuite) {
        var rng = SplitMix64(seed: 3)
        let pair = HPKEKeyPair.generate(using: &rng)
        let expected = HPKEError(.unsupportedCiphersuite, "")
        #expect(!ciphersuite.isSupported)
        #expect(throws: expected) { try HPKESender(publicKey: pair.publicKey, ciphersuite: ciphersuite, info: []) }
        #expect(throws: expected) { try HPKERecipient(keyPair: pair, ciphersuite: ciphersuite, info: []) }
    }

    @Test("keys of another length than 32 bytes are refused", arguments: [0, 1, 31, 33, 64])
    func keyLengths(count: Int) {
        let bytes = [UInt8](repeating: 9, count: count)
        let expected = HPKEError(.invalidKey, "")
        #expect(throws: expected) { try HPKEKeyPair(privateKey: SecretBytes(bytes)) }
        for ciphersuite in HPKECiphersuite.supported {
            #expect(throws: expected) { try HPKESender(publicKey: bytes, ciphersuite: ciphersuite, info: []) }
        }
    }

    @Test("errors are equal when their codes are, and print the reason")
    func errors() {
        #expect(HPKEError(.openFailed, "one") == HPKEError(.openFailed, "another"))
        #expect(HPKEError(.openFailed, "one") != HPKEError(.invalidKey, "one"))
        #expect("\(HPKEError(.openFailed, "one"))" == "openFailed: one")
    }
}
