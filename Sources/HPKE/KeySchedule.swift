/// The key schedule of base mode, as far as it depends on the ciphersuite and `info` alone (RFC 9180 §5.1).
///
/// There is no PSK and no exporter here, and a context carries one message: so its nonce is the base nonce.
package struct KeySchedule: Sendable {
    /// What one message is sealed with.
    package struct MessageKey: Sendable {
        /// 16 or 32 bytes, as the AEAD asks.
        package let key: SecretBytes
        /// 12 bytes.
        package let baseNonce: SecretBytes
    }

    let aead: AEAD
    private let secretPrefix: [UInt8]
    private let keyInfo: [UInt8]
    private let nonceInfo: [UInt8]

    /// Hashes `info`, of any length, into the context of the schedule.
    ///
    /// - Throws: ``HPKEError`` with `unsupportedCiphersuite`.
    package init(ciphersuite: HPKECiphersuite, info: [UInt8]) throws {
        aead = try ciphersuite.supportedAEAD()
        let suiteID = [ciphersuite.kem, ciphersuite.kdf, ciphersuite.aead].flatMap(\.networkOrder)
        let labeled = LabeledHKDF(suiteID: Array("HPKE".utf8) + suiteID)
        let context = [Self.baseMode] + Self.hash(labeled, "psk_id_hash", []) + Self.hash(labeled, "info_hash", info)

        secretPrefix = labeled.extractPrefix(label: "secret")
        keyInfo = labeled.expandInfo(label: "key", context: context, count: aead.keyCount)
        nonceInfo = labeled.expandInfo(label: "base_nonce", context: context, count: AEAD.nonceCount)
    }

    /// The keys that follow from the KEM's shared secret.
    package func messageKey(sharedSecret: SecretBytes) -> MessageKey {
        // The key material of this extraction is the PSK, which base mode leaves empty.
        let secret = HMACSHA256(key: sharedSecret).code { $0.update(secretPrefix) }
        let keyed = HMACSHA256(key: secret)
        return MessageKey(
            key: HKDF.expand(keyed, info: keyInfo, count: aead.keyCount),
            baseNonce: HKDF.expand(keyed, info: nonceInfo, count: AEAD.nonceCount))
    }

    /// `mode_base` of RFC 9180 §5.
    private static let baseMode: UInt8 = 0x00

    /// `LabeledExtract("", label, value)` of something public.
    private static func hash(_ labeled: LabeledHKDF, _ label: String, _ value: [UInt8]) -> [UInt8] {
        let hash = HMACSHA256(salt: []).code {
            $0.update(labeled.extractPrefix(label: label))
            $0.update(value)
        }
        return hash.withUnsafeBytes { [UInt8]($0) }
    }
}
