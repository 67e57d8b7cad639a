/// Opens messages that were sealed to one key pair under one `info`: base mode (RFC 9180 §6.1).
///
/// What depends on the key, the ciphersuite and `info` alone is worked out once, here.
public struct HPKERecipient: Sendable {
    private let keyPair: HPKEKeyPair
    private let keySchedule: KeySchedule

    /// - Parameter info: what the messages are for; any length. The sender must have used the same.
    /// - Throws: ``HPKEError`` with `unsupportedCiphersuite`.
    public init(keyPair: HPKEKeyPair, ciphersuite: HPKECiphersuite, info: [UInt8]) throws {
        self.keyPair = keyPair
        keySchedule = try KeySchedule(ciphersuite: ciphersuite, info: info)
    }

    /// `OpenBase` of RFC 9180 §6.1. No length of anything traps.
    ///
    /// - Returns: the plaintext, 16 bytes shorter than the ciphertext; a secret that the caller has to look after.
    /// - Throws: ``HPKEError`` with `invalidEncapsulation` for an encapsulated key that has not 32 bytes or is of
    ///   low order, or with `openFailed` for anything that is not as the sender sealed it.
    public func open(
        _ ciphertext: [UInt8], encapsulatedKey: [UInt8], authenticating aad: [UInt8]
    ) throws -> [UInt8] {
        // Before the agreement, as that is what takes time.
        guard AEAD.isPossibleCiphertextCount(ciphertext.count) else { throw Self.openFailed }
        let key = try messageKey(encapsulatedKey: encapsulatedKey)
        guard let plaintext = keySchedule.aead.open(ciphertext, authenticating: aad, under: key) else {
            throw Self.openFailed
        }
        return plaintext
    }

    /// The keys of the message that came with `encapsulatedKey`.
    ///
    /// - Throws: ``HPKEError`` with `invalidEncapsulation`.
    package func messageKey(encapsulatedKey: [UInt8]) throws -> KeySchedule.MessageKey {
        guard let agreed = X25519.sharedSecret(privateKey: keyPair.privateKey, publicKey: encapsulatedKey) else {
            throw HPKEError(.invalidEncapsulation, "the encapsulated key has not 32 bytes or is of low order")
        }
        let secret = DHKEM.sharedSecret(
            agreed: agreed, encapsulatedKey: encapsulatedKey, publicKey: keyPair.publicKey)
        return keySchedule.messageKey(sharedSecret: secret)
    }

    private static let openFailed = HPKEError(.openFailed, "the ciphertext is not authentic")
}
