import Crypto
import Foundation
import HPKE
import Testing

@Suite("Interoperability with swift-crypto's HPKE")
struct HPKEInteroperabilityTests {
    /// Plaintext lengths around the block lengths of AES, ChaCha20 and a page.
    private static let counts = [0, 1, 15, 16, 17, 63, 64, 65, 256, 4097, 70_000]

    @Test("they open what we seal", arguments: HPKECiphersuite.supported, counts)
    func theyOpen(ciphersuite: HPKECiphersuite, count: Int) throws {
        var rng = SplitMix64(seed: UInt64(count) + 1)
        let (info, aad, plaintext) = (rng.bytes(count % 70), rng.bytes(count % 300), rng.bytes(count))
        let theirKey = Curve25519.KeyAgreement.PrivateKey()
        let sender = try HPKESender(
            publicKey: Array(theirKey.publicKey.rawRepresentation), ciphersuite: ciphersuite, info: info)
        for _ in 0..<3 {
            let sealed = try sender.seal(plaintext, authenticating: aad, using: &rng)
            #expect(sealed.encapsulatedKey.count == 32)
            #expect(sealed.ciphertext.count == count + 16)
            var recipient = try Crypto.HPKE.Recipient(
                privateKey: theirKey, ciphersuite: theirs(ciphersuite), info: Data(info),
                encapsulatedKey: Data(sealed.encapsulatedKey))
            #expect(Array(try recipient.open(sealed.ciphertext, authenticating: aad)) == plaintext)
        }
    }

    @Test("we open what they seal", arguments: HPKECiphersuite.supported, counts)
    func weOpen(ciphersuite: HPKECiphersuite, count: Int) throws {
        var rng = SplitMix64(seed: UInt64(count) + 2)
        let (info, aad, plaintext) = (rng.bytes(count % 70), rng.bytes(count % 300), rng.bytes(count))
        let pair = HPKEKeyPair.generate(using: &rng)
        let recipient = try HPKERecipient(keyPair: pair, ciphersuite: ciphersuite, info: info)
        let theirView = try Curve25519.KeyAgreement.PublicKey(rawRepresentation: pair.publicKey)
        for _ in 0..<3 {
            var sender = try Crypto.HPKE.Sender(
                recipientKey: theirView, ciphersuite: theirs(ciphersuite), info: Data(info))
            let ciphertext = try sender.seal(plaintext, authenticating: aad)
            let opened = try recipient.open(
                Array(ciphertext), encapsulatedKey: Array(sender.encapsulatedKey), authenticating: aad)
            #expect(opened == plaintext)
        }
    }

    private func theirs(_ ciphersuite: HPKECiphersuite) -> Crypto.HPKE.Ciphersuite {
        Crypto.HPKE.Ciphersuite(
            kem: .Curve25519_HKDF_SHA256, kdf: .HKDF_SHA256,
            aead: ciphersuite == .x25519AES128GCM ? .AES_GCM_128 : .chaChaPoly)
    }
}
