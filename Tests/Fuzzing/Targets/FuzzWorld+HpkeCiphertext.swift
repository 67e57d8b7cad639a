import DAPMessages
import DAPRoles
import DAPTesting
import HPKE

extension FuzzWorld {
    /// What was sealed for the corpus; without the private key nothing else can be.
    static let sealedPlaintext = Array("what was sealed".utf8)
    /// What the sealed text is bound to.
    static let sealedInfo = Array("fuzzing".utf8)
    static let sealedAad = Array("associated".utf8)

    /// ```
    /// kind       1 byte: 0 ciphersuite; 1 whether it is to be opened or to be sealed
    /// to open:   an HpkeCiphertext
    /// to seal:   a private key, the associated data, each a piece; then the plaintext
    /// ```
    func hpkeCiphertext(_ input: FuzzInput) throws -> FuzzVerdict {
        var input = input
        let kind = input.byte()
        let key = keys.leader[Int(kind & 1)]
        let suite = key.config.ciphersuite
        return kind & 2 == 0
            ? try open(input.rest(), key.keyPair, suite)
            : try sealAndOpen(privateKey: input.piece(), aad: input.piece(), plaintext: input.rest(), suite)
    }

    private func open(_ bytes: [UInt8], _ keyPair: HPKEKeyPair, _ suite: HPKECiphersuite) throws -> FuzzVerdict {
        guard let envelope = try decoded(HpkeCiphertext.self, bytes) else { return .refused }
        let recipient = try HPKERecipient(keyPair: keyPair, ciphersuite: suite, info: Self.sealedInfo)
        do {
            let plaintext = try recipient.open(
                envelope.payload, encapsulatedKey: envelope.encapsulatedKey, authenticating: Self.sealedAad)
            try expect(plaintext == Self.sealedPlaintext, "only what was sealed opens")
            return .accepted
        } catch is HPKEError {
            return .refused
        }
    }

    private func sealAndOpen(
        privateKey: [UInt8], aad: [UInt8], plaintext: [UInt8], _ suite: HPKECiphersuite
    ) throws -> FuzzVerdict {
        let keyPair: HPKEKeyPair
        do {
            keyPair = try HPKEKeyPair(privateKey: SecretBytes(privateKey))
        } catch is HPKEError {
            try expect(privateKey.count != 32, "32 bytes are a private key")
            return .refused
        }
        var random = RandomSource.seeded(Self.seed)
        let sender = try HPKESender(publicKey: keyPair.publicKey, ciphersuite: suite, info: Self.sealedInfo)
        let sealed = try sender.seal(plaintext, authenticating: aad, using: &random)
        try expect(sealed.ciphertext.count == plaintext.count + 16, "a ciphertext is 16 bytes longer")
        let recipient = try HPKERecipient(keyPair: keyPair, ciphersuite: suite, info: Self.sealedInfo)
        func open(_ ciphertext: [UInt8], _ aad: [UInt8]) -> [UInt8]? {
            try? recipient.open(ciphertext, encapsulatedKey: sealed.encapsulatedKey, authenticating: aad)
        }
        try expect(open(sealed.ciphertext, aad) == plaintext, "what was sealed opens")
        try expect(open(sealed.ciphertext, aad + [0]) == nil, "it does not open with other associated data")
        try expect(open(sealed.ciphertext.withLastBitFlipped, aad) == nil, "it does not open when it was changed")
        return .accepted
    }
}
