import Crypto
import HPKE
import Testing

@Suite("X25519")
struct X25519Tests {
    private struct Agreement {
        let id: String
        let privateKey: SecretBytes
        let publicKey: [UInt8]
        let shared: [UInt8]
        let isZero: Bool

        init(_ fields: [String]) throws {
            try #require(fields.count == 6)
            id = fields[0]
            privateKey = SecretBytes(try [UInt8](hex: fields[1]))
            publicKey = try [UInt8](hex: fields[2])
            shared = try [UInt8](hex: fields[3])
            isZero = fields[5] == "zero"
        }
    }

    private let agreements: [Agreement]

    init() throws {
        agreements = try Fixture("x25519-wycheproof.txt").records.joined().map(Agreement.init)
    }

    @Test("every Wycheproof case is there")
    func count() {
        #expect(agreements.count == 518)
        #expect(agreements.filter(\.isZero).count == 31)
    }

    @Test("every case with a shared secret agrees on it, non-canonical keys and the twist included")
    func agree() {
        for agreement in agreements where !agreement.isZero {
            let shared = X25519.sharedSecret(privateKey: agreement.privateKey, publicKey: agreement.publicKey)
            #expect(shared?.exposed == agreement.shared, "tcId \(agreement.id)")
            #expect(X25519.isUsable(publicKey: agreement.publicKey), "tcId \(agreement.id)")
        }
    }

    @Test("every case with an all-zero shared secret is refused, wherever the key comes from")
    func refuse() throws {
        var rng = SplitMix64(seed: 1)
        let ciphertext = rng.bytes(40)
        for agreement in agreements where agreement.isZero {
            let name = Comment("tcId \(agreement.id)")
            let shared = X25519.sharedSecret(privateKey: agreement.privateKey, publicKey: agreement.publicKey)
            #expect(shared == nil, name)
            #expect(!X25519.isUsable(publicKey: agreement.publicKey), name)
            #expect(throws: HPKEError(.invalidKey, ""), name) {
                try HPKESender(publicKey: agreement.publicKey, ciphersuite: .x25519AES128GCM, info: [])
            }
            let recipient = try HPKERecipient(
                keyPair: HPKEKeyPair(privateKey: agreement.privateKey), ciphersuite: .x25519AES128GCM, info: [])
            #expect(throws: HPKEError(.invalidEncapsulation, ""), name) {
                try recipient.open(ciphertext, encapsulatedKey: agreement.publicKey, authenticating: [])
            }
        }
    }

    @Test("keys of another length than 32 bytes agree on nothing", arguments: [0, 1, 31, 33, 64])
    func lengths(count: Int) throws {
        let good = try #require(agreements.first { !$0.isZero })
        let bad = [UInt8](repeating: 9, count: count)
        #expect(X25519.sharedSecret(privateKey: good.privateKey, publicKey: bad) == nil)
        #expect(X25519.sharedSecret(privateKey: SecretBytes(bad), publicKey: good.publicKey) == nil)
        #expect(!X25519.isUsable(publicKey: bad))
    }

    @Test("public keys are those of swift-crypto")
    func publicKeys() throws {
        for agreement in agreements {
            let theirs = try Curve25519.KeyAgreement.PrivateKey(rawRepresentation: agreement.privateKey.exposed)
            let ours = X25519.publicKey(of: agreement.privateKey)
            #expect(ours == Array(theirs.publicKey.rawRepresentation), "tcId \(agreement.id)")
        }
    }
}
