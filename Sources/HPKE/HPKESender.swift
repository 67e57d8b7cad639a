/// Seals messages to one public key under one `info`: base mode, a fresh context for each (RFC 9180 §6.1).
///
/// What depends on the key, the ciphersuite and `info` alone is worked out once, here.
public struct HPKESender: Sendable {
    /// The recipient's public key, 32 bytes.
    public let publicKey: [UInt8]
    private let keySchedule: KeySchedule

    /// Checks the recipient's key; this takes as long as an X25519 agreement.
    ///
    /// - Parameter info: what the messages are for; any length. The recipient must use the same.
    /// - Throws: ``HPKEError`` with `unsupportedCiphersuite`, or with `invalidKey` for a key that has not 32
    ///   bytes or is of low order.
    public init(publicKey: [UInt8], ciphersuite: HPKECiphersuite, info: [UInt8]) throws {
        keySchedule = try KeySchedule(ciphersuite: ciphersuite, info: info)
        guard X25519.isUsable(publicKey: publicKey) else { throw Self.unusableKey }
        self.publicKey = publicKey
    }

    /// `SealBase` of RFC 9180 §6.1.
    ///
    /// - Parameters:
    ///   - plaintext: at most 2³⁶ − 32 bytes.
    ///   - aad: what the recipient must know and agree on; any length.
    ///   - rng: gives the ephemeral key, so it must be fit for keys.
    /// - Returns: the encapsulated key, 32 bytes, and the ciphertext, 16 bytes longer than the plaintext.
    /// - Throws: ``HPKEError`` with `invalidKey` if nothing but zero was agreed on.
    public func seal(
        _ plaintext: [UInt8], authenticating aad: [UInt8], using rng: inout some RandomNumberGenerator
    ) throws -> (encapsulatedKey: [UInt8], ciphertext: [UInt8]) {
        let ephemeral = HPKEKeyPair.generate(using: &rng)
        return (ephemeral.publicKey, try seal(plaintext, authenticating: aad, ephemeral: ephemeral))
    }

    /// As the public one, with the ephemeral key of a test vector. One that is used twice betrays both messages.
    package func seal(
        _ plaintext: [UInt8], authenticating aad: [UInt8], ephemeral: HPKEKeyPair
    ) throws -> [UInt8] {
        guard let agreed = X25519.sharedSecret(privateKey: ephemeral.privateKey, publicKey: publicKey) else {
            throw Self.unusableKey
        }
        let secret = DHKEM.sharedSecret(
            agreed: agreed, encapsulatedKey: ephemeral.publicKey, publicKey: publicKey)
        let key = keySchedule.messageKey(sharedSecret: secret)
        return keySchedule.aead.seal(plaintext, authenticating: aad, under: key)
    }

    private static let unusableKey = HPKEError(.invalidKey, "the public key has not 32 bytes or is of low order")
}
