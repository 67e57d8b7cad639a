import DAPRoles
import Foundation
import HPKE
import PrioCommand
import Testing

@Suite("Key files")
struct HpkeKeyFileTests {
    private let directory: TemporaryDirectory
    private var random = RandomSource.system

    init() throws { directory = try TemporaryDirectory() }

    @Test("An aggregator's new keys read back, the preferred one first, with different IDs")
    mutating func aggregator() throws {
        let file = HpkeKeyFile.generate(suites: HpkeKeyFile.aggregatorSuites, using: &random)
        try file.create(directory.file("keys"), comment: ["A comment."])
        let read = try HpkeKeyFile.load(directory.file("keys"))
        #expect(read.keys.map(\.config) == file.keys.map(\.config))
        #expect(read.keys.map(\.keyPair.privateKey) == file.keys.map(\.keyPair.privateKey))
        #expect(read.keys.map(\.config.ciphersuite) == [.x25519ChaCha20Poly1305, .x25519AES128GCM])
        #expect(Set(read.keys.map(\.config.id)).count == 2)
        #expect(try directory.mode(of: "keys") == 0o600)
    }

    @Test("A collector's key is found by its configuration, and another's is not")
    mutating func collector() throws {
        let path = directory.file("key")
        let config = try CollectorKey.create(path, suite: .x25519AES128GCM, using: &random)
        let file = try HpkeKeyFile.load(path)
        #expect(try file.key(of: config, path: path).publicKey == config.publicKey)
        let other = HpkeKey.generate(id: config.id, suite: .x25519AES128GCM, using: &random).config
        #expect(throws: FileError.self) { try file.key(of: other, path: path) }
    }

    @Test("A file that is not as it was written is refused, without showing a key")
    mutating func damage() throws {
        let path = directory.file("key")
        _ = try CollectorKey.create(path, suite: .x25519ChaCha20Poly1305, using: &random)
        let text = try directory.read("key")
        let privateKey = String(try #require(text.split(separator: "\"").dropFirst(3).first))
        let damages: [(String, String)] = [
            ("aead: 3", "aead: 9"), ("kem: 32", "kem: x"), ("public_key: \"", "public_key: \"A"), ("configs", "keys"),
            ("    kdf: 1\n", ""), ("    kdf: 1\n", "    kdf: 1\n    more: 1\n"), ("  - id", "  id"),
            (privateKey, String(privateKey.reversed())), (privateKey, String(privateKey.dropLast())),
        ]
        for (index, (old, new)) in damages.enumerated() {
            let wrong = try directory.write(text.replacing(old, with: new), to: "wrong-\(index)")
            let error = try #require(throws: FileError.self, "damage \(index)") { try HpkeKeyFile.load(wrong) }
            #expect(error.status == .badConfiguration)
            #expect(!error.description.contains(privateKey.prefix(20)))
        }
    }
}
