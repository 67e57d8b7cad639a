import HPKE
import Testing

@Suite("The figures of RFC 9180")
struct HPKEVectorTests {
    @Test("both supported ciphersuites have their figures")
    func suites() throws {
        let suites = try Fixture("hpke-rfc9180.txt").named.map { try ciphersuite(of: $0) }
        #expect(Set(suites) == Set(HPKECiphersuite.supported))
        #expect(suites.count == 2)
    }

    @Test("private keys have their public keys", arguments: try Fixture("hpke-rfc9180.txt").named)
    func publicKeys(vector: NamedRecord) throws {
        #expect(try HPKEKeyPair(privateKey: vector.secret("skRm")).publicKey == vector.bytes("pkRm"))
        #expect(try HPKEKeyPair(privateKey: vector.secret("skEm")).publicKey == vector.bytes("enc"))
    }

    @Test("the key schedule gives key and base nonce", arguments: try Fixture("hpke-rfc9180.txt").named)
    func keySchedule(vector: NamedRecord) throws {
        let schedule = try KeySchedule(ciphersuite: ciphersuite(of: vector), info: vector.bytes("info"))
        let fromSecret = schedule.messageKey(sharedSecret: try vector.secret("shared_secret"))
        let fromEncapsulation = try recipient(of: vector).messageKey(encapsulatedKey: vector.bytes("enc"))
        for messageKey in [fromSecret, fromEncapsulation] {
            #expect(messageKey.key.exposed == (try vector.bytes("key")))
            #expect(messageKey.baseNonce.exposed == (try vector.bytes("base_nonce")))
        }
    }

    @Test("the recipient opens the first encryption", arguments: try Fixture("hpke-rfc9180.txt").named)
    func open(vector: NamedRecord) throws {
        let plaintext = try recipient(of: vector).open(
            vector.bytes("ct"), encapsulatedKey: vector.bytes("enc"), authenticating: vector.bytes("aad"))
        #expect(plaintext == (try vector.bytes("pt")))
    }

    @Test("the sender with the same ephemeral key seals the same", arguments: try Fixture("hpke-rfc9180.txt").named)
    func seal(vector: NamedRecord) throws {
        let sender = try HPKESender(
            publicKey: vector.bytes("pkRm"), ciphersuite: ciphersuite(of: vector), info: vector.bytes("info"))
        let ciphertext = try sender.seal(
            vector.bytes("pt"), authenticating: vector.bytes("aad"),
            ephemeral: HPKEKeyPair(privateKey: vector.secret("skEm")))
        #expect(ciphertext == (try vector.bytes("ct")))
    }

    private func ciphersuite(of vector: NamedRecord) throws -> HPKECiphersuite {
        try HPKECiphersuite(
            kem: vector.number("kem_id"), kdf: vector.number("kdf_id"), aead: vector.number("aead_id"))
    }

    private func recipient(of vector: NamedRecord) throws -> HPKERecipient {
        try HPKERecipient(
            keyPair: HPKEKeyPair(privateKey: vector.secret("skRm")), ciphersuite: ciphersuite(of: vector),
            info: vector.bytes("info"))
    }
}
