public import DAPMessages
public import HPKE
public import VDAF

/// An aggregator's HPKE keys (DAP §4.4.1), the preferred one first.
public struct HpkeKeyring: Sendable {
    /// What clients fetch.
    public let configList: HpkeConfigList
    private let recipients: [HpkeConfigID: HPKERecipient]

    /// - Parameter keys: configurations with their key pairs, in decreasing order of preference.
    /// - Throws: `HPKEError` when a suite is not supported or a key does not belong to its configuration.
    public init(_ keys: [(config: HpkeConfig, keyPair: HPKEKeyPair)], role: AggregatorRole) throws {
        configList = HpkeConfigList(keys.map(\.config))
        _ = try configList.encoded()
        var recipients: [HpkeConfigID: HPKERecipient] = [:]
        for key in keys {
            guard key.config.publicKey == key.keyPair.publicKey else {
                throw HPKEError(.invalidKey, "the private key does not belong to HPKE configuration \(key.config.id)")
            }
            recipients[key.config.id] = try HPKERecipient(
                keyPair: key.keyPair, ciphersuite: key.config.ciphersuite,
                info: DomainSeparation.inputShareInfo(receiver: role.dapRole))
        }
        self.recipients = recipients
    }

    /// Whether a configuration of that ID is in the ring.
    func contains(_ id: HpkeConfigID) -> Bool { recipients[id] != nil }

    /// Opens an input share's envelope (DAP §4.5.3.3); nil when the configuration is unknown or decryption fails.
    func open(_ ciphertext: HpkeCiphertext, authenticating aad: [UInt8]) -> [UInt8]? {
        guard let recipient = recipients[ciphertext.configID] else { return nil }
        return try? recipient.open(ciphertext.payload, encapsulatedKey: ciphertext.encapsulatedKey, authenticating: aad)
    }
}
