public import DAPMessages
public import DAPRoles
public import HPKE
import Yams

/// An HPKE configuration with its private key.
public struct HpkeKey: Sendable {
    /// What others see.
    public let config: HpkeConfig
    /// The key pair; its public key is the configuration's.
    public let keyPair: HPKEKeyPair

    /// Draws a fresh key.
    public static func generate(id: HpkeConfigID, suite: HPKECiphersuite, using random: inout RandomSource) -> HpkeKey {
        let keyPair = HPKEKeyPair.generate(using: &random)
        let config = HpkeConfig(
            id: id, kemID: suite.kem, kdfID: suite.kdf, aeadID: suite.aead, publicKey: keyPair.publicKey)
        return HpkeKey(config: config, keyPair: keyPair)
    }
}

/// A file of HPKE keys, the preferred one first: YAML, mode 0600. Keys are in base64url.
///
/// ```yaml
/// configs:
///   - id: 17            # distinct within the file, 0 to 255
///     kem: 32           # DHKEM(X25519, HKDF-SHA256)
///     kdf: 1            # HKDF-SHA256
///     aead: 3           # 1: AES-128-GCM, 3: ChaCha20-Poly1305
///     public_key: …     # 32 bytes
///     private_key: …    # 32 bytes
/// ```
public struct HpkeKeyFile: Sendable {
    /// Keys of one file.
    public static let mostKeys = 16
    /// The ciphersuites of a new aggregator, in order of preference.
    public static let aggregatorSuites: [HPKECiphersuite] = [.x25519ChaCha20Poly1305, .x25519AES128GCM]

    /// The keys, the preferred one first; at least one.
    public let keys: [HpkeKey]

    /// One key for each ciphersuite, with random distinct IDs.
    public static func generate(suites: [HPKECiphersuite], using random: inout RandomSource) -> HpkeKeyFile {
        var ids = Array(HpkeConfigID.min...HpkeConfigID.max).shuffled(using: &random).prefix(suites.count)
        return HpkeKeyFile(
            keys: suites.map { .generate(id: ids.removeFirst(), suite: $0, using: &random) })
    }

    /// Reads a file.
    ///
    /// - Throws: `FileError`, also if others than the owner may read it.
    public static func load(_ path: String) throws -> HpkeKeyFile {
        let bytes = try SecretFile.read(path)
        do {
            return try HpkeKeyFile(yaml: String(decoding: bytes, as: UTF8.self))
        } catch let flaw as KeyFileFlaw {
            throw FileError(path, flaw.reason, purpose: .configuration)
        }
    }

    /// Writes a new file with mode 0600; nothing is overwritten.
    ///
    /// - Parameter comment: lines for the top of the file.
    public func create(_ path: String, comment: [String]) throws(FileError) {
        try SecretFile.create(path, Array(yaml(comment: comment).utf8))
    }

    init(keys: [HpkeKey]) { self.keys = keys }
}

/// Why a text is no key file. It never contains a key.
struct KeyFileFlaw: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}

/// The text of the file. Copies of a private key that the YAML library makes are not zeroed.
extension HpkeKeyFile {
    private static let fields = ["id", "kem", "kdf", "aead", "public_key", "private_key"]

    func yaml(comment: [String]) -> String {
        var lines = comment.map { "# \($0)" } + ["configs:"]
        for key in keys {
            let config = key.config
            let values = [
                "\(config.id)", "\(config.kemID)", "\(config.kdfID)", "\(config.aeadID)",
                Base64URL.encode(config.publicKey),
                key.keyPair.privateKey.withUnsafeBytes { Base64URL.encode(Array($0)) },
            ]
            for (index, (field, value)) in zip(Self.fields, values).enumerated() {
                // In quotes, as base64url can look like a number or a list.
                lines.append("\(index == 0 ? "  - " : "    ")\(field): \(index < 4 ? value : "\"\(value)\"")")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    init(yaml: String) throws {
        let root: Node?
        do {
            root = try Yams.compose(yaml: yaml)
        } catch {
            // The library's message quotes the file.
            throw KeyFileFlaw("is not YAML")
        }
        guard case .mapping(let mapping)? = root, mapping.count == 1, let list = root?["configs"]?.sequence,
            (1...Self.mostKeys).contains(list.count)
        else { throw KeyFileFlaw("must have the one key `configs` with 1 to \(Self.mostKeys) keys in a list") }
        keys = try list.enumerated().map { index, node in try Self.key(node, number: index + 1) }
        guard Set(keys.map(\.config.id)).count == keys.count else { throw KeyFileFlaw("two keys have the same id") }
    }

    private static func key(_ node: Node, number: Int) throws -> HpkeKey {
        guard case .mapping(let mapping) = node,
            Set(mapping.keys.compactMap(\.scalar?.string)) == Set(fields), mapping.count == fields.count
        else { throw KeyFileFlaw("key \(number) must have \(fields.joined(separator: ", "))") }
        func text(_ field: String) -> String { node[field]?.scalar?.string ?? "" }
        func bytes(_ field: String) throws -> [UInt8] {
            guard let bytes = try? Base64URL.decode(text(field)), bytes.count == 32 else {
                throw KeyFileFlaw("key \(number): `\(field)` must be 32 bytes in base64url without padding")
            }
            return bytes
        }
        guard let id = UInt8(text("id")), let kem = UInt16(text("kem")), let kdf = UInt16(text("kdf")),
            let aead = UInt16(text("aead")), HPKECiphersuite(kem: kem, kdf: kdf, aead: aead).isSupported
        else { throw KeyFileFlaw("key \(number): id, kem, kdf and aead must be numbers of a supported ciphersuite") }
        let keyPair = try HPKEKeyPair(privateKey: SecretBytes(bytes("private_key")))
        guard try bytes("public_key") == keyPair.publicKey else {
            throw KeyFileFlaw("key \(number): the public key does not belong to the private key")
        }
        return HpkeKey(
            config: HpkeConfig(id: id, kemID: kem, kdfID: kdf, aeadID: aead, publicKey: keyPair.publicKey),
            keyPair: keyPair)
    }
}

extension HpkeKeyFile {
    /// The key pair of a configuration.
    ///
    /// - Throws: `FileError` when it is not in the file.
    public func key(of config: HpkeConfig, path: String) throws(FileError) -> HPKEKeyPair {
        guard let key = keys.first(where: { $0.config == config }) else {
            throw FileError(
                path, "is not the private key of the catalog's collector_hpke_config", purpose: .configuration)
        }
        return key.keyPair
    }
}
