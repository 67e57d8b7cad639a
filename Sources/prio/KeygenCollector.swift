import ArgumentParser
import DAPMessages
import DAPRoles
import HPKE
import PrioCommand

/// Makes the key pair of a collector.
struct KeygenCollector: Door {
    static let configuration = CommandConfiguration(
        commandName: "collector",
        abstract: "Makes a collector's key pair.",
        discussion: """
            The private key goes into a new file that only its owner may read. The public key, which the catalog names as \
            collector_hpke_config, is printed to stdout in base64url.
            """)

    enum Cipher: String, ExpressibleByArgument, CaseIterable, Sendable {
        case chaCha20Poly1305 = "chacha20-poly1305"
        case aes128GCM = "aes-128-gcm"

        var suite: HPKECiphersuite {
            switch self {
            case .chaCha20Poly1305: .x25519ChaCha20Poly1305
            case .aes128GCM: .x25519AES128GCM
            }
        }
    }

    @Option(help: ArgumentHelp("The file for the private key. It must not exist.", valueName: "file"))
    var out: String

    @Option(help: ArgumentHelp("The cipher: chacha20-poly1305 or aes-128-gcm.", valueName: "cipher"))
    var aead: Cipher = .chaCha20Poly1305

    func perform() async throws {
        var random = RandomSource.system
        let config = try Base64URL.encode(CollectorKey.create(out, suite: aead.suite, using: &random).encoded())
        try Console.data(config + "\n")
    }
}
