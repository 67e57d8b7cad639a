public import HPKE
public import TLSCodec

/// Names one HPKE configuration of one server (DAP §4.1).
public typealias HpkeConfigID = UInt8

/// One public key of a server and the algorithms to use it with (DAP §4.4.1):
/// ```
/// struct {
///   HpkeConfigId id;
///   HpkeKemId kem_id;
///   HpkeKdfId kdf_id;
///   HpkeAeadId aead_id;
///   HpkePublicKey public_key;
/// } HpkeConfig;
///
/// opaque HpkePublicKey<1..2^16-1>;
/// uint16 HpkeAeadId;
/// uint16 HpkeKemId;
/// uint16 HpkeKdfId;
/// ```
/// The algorithms may be ones that this project does not have, and the key may be none of theirs.
public struct HpkeConfig: Hashable, Sendable, TLSCodable {
    /// Distinct among a server's configurations.
    public let id: HpkeConfigID
    /// The key encapsulation mechanism (RFC 9180 §7.1).
    public let kemID: UInt16
    /// The key derivation function (RFC 9180 §7.2).
    public let kdfID: UInt16
    /// The cipher (RFC 9180 §7.3).
    public let aeadID: UInt16
    /// 1 to 65,535 bytes.
    public let publicKey: [UInt8]

    /// - Parameter publicKey: 1 to 65,535 bytes, in the form that the KEM gives them.
    public init(id: HpkeConfigID, kemID: UInt16, kdfID: UInt16, aeadID: UInt16, publicKey: [UInt8]) {
        self.id = id
        self.kemID = kemID
        self.kdfID = kdfID
        self.aeadID = aeadID
        self.publicKey = publicKey
    }

    /// Reads the five fields.
    public init(from reader: inout ByteReader) throws {
        id = try reader.readUInt8("id")
        kemID = try reader.readUInt16("kem_id")
        kdfID = try reader.readUInt16("kdf_id")
        aeadID = try reader.readUInt16("aead_id")
        publicKey = try reader.readOpaque16("public_key", in: 1...0xffff)
    }

    /// Writes the five fields.
    public func encode(to writer: inout ByteWriter) throws {
        writer.write(id)
        writer.write(kemID)
        writer.write(kdfID)
        writer.write(aeadID)
        try writer.writeOpaque16(publicKey, "public_key", in: 1...0xffff)
    }

    /// The three algorithms together.
    public var ciphersuite: HPKECiphersuite { HPKECiphersuite(kem: kemID, kdf: kdfID, aead: aeadID) }
}

/// A server's HPKE configurations, the preferred one first (DAP §4.4.1):
/// ```
/// HpkeConfig HpkeConfigList<10..2^16-1>;
/// ```
public struct HpkeConfigList: Hashable, Sendable, TLSCodable {
    /// At least one; their IDs are distinct.
    public let configs: [HpkeConfig]

    /// - Parameter configs: at least one, with distinct IDs, in decreasing order of preference.
    public init(_ configs: [HpkeConfig]) { self.configs = configs }

    /// Reads the list.
    ///
    /// - Throws: `CodecError`; `lengthOutOfRange` for an empty list, `invalidValue` for a repeated ID.
    public init(from reader: inout ByteReader) throws {
        configs = try reader.readVector16("HpkeConfigList", in: 10...0xffff, of: HpkeConfig.self)
        try checkIDs()
    }

    /// Writes the list.
    ///
    /// - Throws: `CodecError`; `lengthOutOfRange` for an empty list, `invalidValue` for a repeated ID.
    public func encode(to writer: inout ByteWriter) throws {
        try checkIDs()
        try writer.writeVector16(configs, "HpkeConfigList", in: 10...0xffff)
    }

    private func checkIDs() throws {
        guard Set(configs.map(\.id)).count == configs.count else {
            throw CodecError(.invalidValue, "HpkeConfigList: repeated id")
        }
    }
}

/// A message sealed to a server, with what is needed to open it (DAP §4.1):
/// ```
/// struct {
///   HpkeConfigId config_id;
///   opaque enc<1..2^16-1>;
///   opaque payload<1..2^32-1>;
/// } HpkeCiphertext;
/// ```
public struct HpkeCiphertext: Hashable, Sendable, TLSCodable {
    /// The receiver's configuration that it was sealed to.
    public let configID: HpkeConfigID
    /// The encapsulated key `enc`, 1 to 65,535 bytes.
    public let encapsulatedKey: [UInt8]
    /// The ciphertext with its tag, at least 1 byte.
    public let payload: [UInt8]

    /// - Parameters:
    ///   - configID: the receiver's configuration.
    ///   - encapsulatedKey: 1 to 65,535 bytes.
    ///   - payload: at least 1 byte.
    public init(configID: HpkeConfigID, encapsulatedKey: [UInt8], payload: [UInt8]) {
        self.configID = configID
        self.encapsulatedKey = encapsulatedKey
        self.payload = payload
    }

    /// Reads the three fields.
    public init(from reader: inout ByteReader) throws {
        configID = try reader.readUInt8("config_id")
        encapsulatedKey = try reader.readOpaque16("enc", in: 1...0xffff)
        payload = try reader.readOpaque32("payload", in: 1...0xffff_ffff)
    }

    /// Writes the three fields.
    public func encode(to writer: inout ByteWriter) throws {
        writer.write(configID)
        try writer.writeOpaque16(encapsulatedKey, "enc", in: 1...0xffff)
        try writer.writeOpaque32(payload, "payload", in: 1...0xffff_ffff)
    }
}
