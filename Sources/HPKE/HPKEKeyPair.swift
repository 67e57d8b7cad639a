/// A key pair of DHKEM(X25519, HKDF-SHA256), 32 bytes each (RFC 9180 §4.1).
public struct HPKEKeyPair: Sendable {
    /// As it stands in an HPKE configuration.
    public let publicKey: [UInt8]
    /// As it was generated: not clamped, which X25519 does itself.
    public let privateKey: SecretBytes

    /// Takes up a private key that was kept, and computes its public key.
    ///
    /// - Throws: ``HPKEError`` with `invalidKey` unless the key has 32 bytes.
    public init(privateKey: SecretBytes) throws {
        guard privateKey.count == X25519.keyCount else {
            throw HPKEError(.invalidKey, "a private key has \(X25519.keyCount) bytes, not \(privateKey.count)")
        }
        self.init(checked: privateKey)
    }

    /// Draws a fresh pair from `rng`, which must be fit for keys.
    public static func generate(using rng: inout some RandomNumberGenerator) -> HPKEKeyPair {
        HPKEKeyPair(checked: .random(count: X25519.keyCount, using: &rng))
    }

    private init(checked privateKey: SecretBytes) {
        self.privateKey = privateKey
        publicKey = X25519.publicKey(of: privateKey)
    }
}
