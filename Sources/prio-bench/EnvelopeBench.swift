import HPKE

/// A sealed envelope and its recipient.
struct EnvelopeBench {
    private let recipient: HPKERecipient
    private let encapsulatedKey: [UInt8]
    private let ciphertext: [UInt8]
    /// As much as accompanies a report share: task ID, report metadata, public share.
    private let aad = [UInt8](repeating: 2, count: 128)

    init(bytes: Int) throws {
        var random = SystemRandomNumberGenerator()
        let keyPair = HPKEKeyPair.generate(using: &random)
        let suite = HPKECiphersuite.x25519AES128GCM
        let info = [UInt8](repeating: 3, count: 20)
        recipient = try HPKERecipient(keyPair: keyPair, ciphersuite: suite, info: info)
        let sender = try HPKESender(publicKey: keyPair.publicKey, ciphersuite: suite, info: info)
        (encapsulatedKey, ciphertext) = try sender.seal(randomBytes(bytes), authenticating: aad, using: &random)
    }

    func measure(batch: Int, with stopwatch: Stopwatch) throws -> Stopwatch.Times {
        try stopwatch.time(reports: batch) {
            for _ in 0..<batch {
                _ = try recipient.open(ciphertext, encapsulatedKey: encapsulatedKey, authenticating: aad)
            }
        }
    }
}
