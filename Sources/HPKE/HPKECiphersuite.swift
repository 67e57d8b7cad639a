/// Three code points that name an HPKE ciphersuite (RFC 9180 §7). Any numbers can be named; few are supported.
public struct HPKECiphersuite: Hashable, Sendable {
    /// The key encapsulation mechanism, RFC 9180 §7.1.
    public let kem: UInt16
    /// The key derivation function, RFC 9180 §7.2.
    public let kdf: UInt16
    /// The authenticated encryption, RFC 9180 §7.3.
    public let aead: UInt16

    /// Names a ciphersuite, supported or not.
    public init(kem: UInt16, kdf: UInt16, aead: UInt16) {
        self.kem = kem
        self.kdf = kdf
        self.aead = aead
    }

    /// DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305.
    public static let x25519ChaCha20Poly1305 = HPKECiphersuite(
        kem: DHKEM.id, kdf: HKDF.id, aead: AEAD.chaCha20Poly1305.rawValue)

    /// DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM: the one that every DAP party must know.
    public static let x25519AES128GCM = HPKECiphersuite(
        kem: DHKEM.id, kdf: HKDF.id, aead: AEAD.aes128GCM.rawValue)

    /// The ciphersuites that can seal and open here, the preferred one first.
    public static let supported: [HPKECiphersuite] = [.x25519ChaCha20Poly1305, .x25519AES128GCM]

    /// Whether the ciphersuite is one of ``supported``.
    public var isSupported: Bool { Self.supported.contains(self) }

    /// The authenticated encryption of a supported ciphersuite.
    ///
    /// - Throws: ``HPKEError`` with `unsupportedCiphersuite`.
    func supportedAEAD() throws -> AEAD {
        guard isSupported, let aead = AEAD(rawValue: aead) else {
            throw HPKEError(.unsupportedCiphersuite, "KEM \(kem), KDF \(kdf), AEAD \(self.aead) are not supported")
        }
        return aead
    }
}
