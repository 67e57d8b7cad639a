/// DHKEM(X25519, HKDF-SHA256), from an agreed Diffie-Hellman secret on (RFC 9180 §4.1).
enum DHKEM {
    /// The code point in RFC 9180 §7.1.
    static let id: UInt16 = 0x0020

    /// `ExtractAndExpand`: the KEM's shared secret of 32 bytes.
    ///
    /// - Parameters:
    ///   - agreed: what X25519 gave.
    ///   - encapsulatedKey: the sender's ephemeral public key as it travels.
    ///   - publicKey: the recipient's.
    static func sharedSecret(agreed: SecretBytes, encapsulatedKey: [UInt8], publicKey: [UInt8]) -> SecretBytes {
        let pseudoRandomKey = emptySalt.code {
            $0.update(extractPrefix)
            $0.update(agreed)
        }
        let info = labeled.expandInfo(
            label: "shared_secret", context: encapsulatedKey + publicKey, count: secretCount)
        return HKDF.expand(pseudoRandomKey: pseudoRandomKey, info: info, count: secretCount)
    }

    /// `Nsecret` of RFC 9180 §7.1.
    private static let secretCount = 32
    private static let labeled = LabeledHKDF(suiteID: Array("KEM".utf8) + id.networkOrder)
    private static let extractPrefix = labeled.extractPrefix(label: "eae_prk")
    private static let emptySalt = HMACSHA256(salt: [])
}
