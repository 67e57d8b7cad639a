import HPKE
import Testing

@Suite("Sealing and opening")
struct HPKESealingTests {
    private let pair: HPKEKeyPair
    private let plaintext = Array("thirteen char".utf8)
    private let aad = Array("associated data".utf8)
    private let info = Array("dap-18 input share".utf8)

    init() {
        var rng = SplitMix64(seed: 5)
        pair = HPKEKeyPair.generate(using: &rng)
    }

    @Test("what is sealed opens, with the system's generator too", arguments: HPKECiphersuite.supported)
    func roundTrip(ciphersuite: HPKECiphersuite) throws {
        var rng = SystemRandomNumberGenerator()
        let sealed = try sender(ciphersuite).seal(plaintext, authenticating: aad, using: &rng)
        #expect(try open(sealed, ciphersuite) == plaintext)
    }

    @Test("no plaintext and no associated data will do", arguments: HPKECiphersuite.supported)
    func empty(ciphersuite: HPKECiphersuite) throws {
        var rng = SplitMix64(seed: 6)
        let sender = try HPKESender(publicKey: pair.publicKey, ciphersuite: ciphersuite, info: [])
        let recipient = try HPKERecipient(keyPair: pair, ciphersuite: ciphersuite, info: [])
        let sealed = try sender.seal([], authenticating: [], using: &rng)
        #expect(sealed.ciphertext.count == 16)
        let opened = try recipient.open(
            sealed.ciphertext, encapsulatedKey: sealed.encapsulatedKey, authenticating: [])
        #expect(opened.isEmpty)
    }

    @Test("each message has an ephemeral key of its own", arguments: HPKECiphersuite.supported)
    func fresh(ciphersuite: HPKECiphersuite) throws {
        var rng = SplitMix64(seed: 7)
        let sender = try sender(ciphersuite)
        let first = try sender.seal(plaintext, authenticating: aad, using: &rng)
        let second = try sender.seal(plaintext, authenticating: aad, using: &rng)
        #expect(first.encapsulatedKey != second.encapsulatedKey)
        #expect(first.ciphertext != second.ciphertext)
    }

    @Test("a kept private key opens as the generated one did", arguments: HPKECiphersuite.supported)
    func keptKey(ciphersuite: HPKECiphersuite) throws {
        var rng = SplitMix64(seed: 8)
        let sealed = try sender(ciphersuite).seal(plaintext, authenticating: aad, using: &rng)
        let kept = try HPKEKeyPair(privateKey: SecretBytes(pair.privateKey.exposed))
        #expect(kept.publicKey == pair.publicKey)
        let recipient = try HPKERecipient(keyPair: kept, ciphersuite: ciphersuite, info: info)
        let opened = try recipient.open(
            sealed.ciphertext, encapsulatedKey: sealed.encapsulatedKey, authenticating: aad)
        #expect(opened == plaintext)
    }

    @Test("one sender and one recipient serve many tasks at once", arguments: HPKECiphersuite.supported)
    func concurrent(ciphersuite: HPKECiphersuite) async throws {
        let sender = try sender(ciphersuite)
        let recipient = try HPKERecipient(keyPair: pair, ciphersuite: ciphersuite, info: info)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for seed in UInt64(0)..<32 {
                group.addTask {
                    var rng = SplitMix64(seed: seed)
                    let message = rng.bytes(Int(seed) * 7)
                    let sealed = try sender.seal(message, authenticating: [UInt8(seed)], using: &rng)
                    let opened = try recipient.open(
                        sealed.ciphertext, encapsulatedKey: sealed.encapsulatedKey, authenticating: [UInt8(seed)])
                    return opened == message
                }
            }
            for try await isSame in group { #expect(isSame) }
        }
    }

    private func sender(_ ciphersuite: HPKECiphersuite) throws -> HPKESender {
        try HPKESender(publicKey: pair.publicKey, ciphersuite: ciphersuite, info: info)
    }

    private func open(
        _ sealed: (encapsulatedKey: [UInt8], ciphertext: [UInt8]), _ ciphersuite: HPKECiphersuite
    ) throws -> [UInt8] {
        try HPKERecipient(keyPair: pair, ciphersuite: ciphersuite, info: info)
            .open(sealed.ciphertext, encapsulatedKey: sealed.encapsulatedKey, authenticating: aad)
    }
}
