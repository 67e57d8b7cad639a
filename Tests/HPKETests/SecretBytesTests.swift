import HPKE
import Testing

@Suite("SecretBytes")
struct SecretBytesTests {
    @Test("it holds the bytes it was given", arguments: [0, 1, 31, 32, 33, 1000])
    func holdsBytes(count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let secret = SecretBytes(bytes)
        #expect(secret.count == count)
        #expect(secret.exposed == bytes)
    }

    @Test("memory to be initialized starts as zero")
    func startsZero() {
        #expect(SecretBytes(count: 5) { _ in }.exposed == [0, 0, 0, 0, 0])
        #expect(SecretBytes(count: 3) { $0[1] = 9 }.exposed == [0, 9, 0])
    }

    @Test("an error of the initializing closure comes out")
    func initializingThrows() {
        struct Refused: Error {}
        #expect(throws: Refused.self) {
            try SecretBytes(count: 4) { buffer in
                buffer[0] = 1
                throw Refused()
            }
        }
    }

    @Test("copies share the bytes and outlive the original")
    func copies() {
        var original: SecretBytes? = SecretBytes([1, 2, 3])
        let copy = original
        original = nil
        #expect(copy?.exposed == [1, 2, 3])
    }

    @Test("equality is that of the bytes")
    func equality() {
        let secret = SecretBytes([1, 2, 3])
        #expect(secret == secret)
        #expect(secret == SecretBytes([1, 2, 3]))
        #expect(secret != SecretBytes([1, 2, 4]))
        #expect(secret != SecretBytes([0, 2, 3]))
        #expect(secret != SecretBytes([1, 2]))
        #expect(secret != SecretBytes([1, 2, 3, 0]))
        #expect(SecretBytes([]) == SecretBytes([]))
        #expect(SecretBytes([]) != secret)
    }

    @Test("no way of printing it shows a byte")
    func redaction() {
        let secret = SecretBytes([UInt8](repeating: 171, count: 16))
        let optional: SecretBytes? = secret
        var dumped = ""
        dump(secret, to: &dumped)
        var dumpedInside = ""
        dump(["key": [optional]], to: &dumpedInside)
        let texts = [
            "\(secret)", String(describing: secret), String(reflecting: secret), "\([secret])",
            String(reflecting: optional), dumped, dumpedInside,
        ]
        for text in texts {
            #expect(text.contains("<redacted>"))
            #expect(!text.contains("171") && !text.lowercased().contains("ab, ab"))
        }
        #expect(secret.description == "<redacted>")
        #expect(secret.debugDescription == "<redacted>")
        #expect(Mirror(reflecting: secret).children.map { $0.value as? String } == ["<redacted>"])
    }

    @Test("what contains a private key prints it redacted")
    func redactionInside() throws {
        let pair = try HPKEKeyPair(privateKey: SecretBytes([UInt8](repeating: 171, count: 32)))
        let recipient = try HPKERecipient(keyPair: pair, ciphersuite: .x25519AES128GCM, info: [])
        let privateKeyText = "171, 171"
        for value in [pair, recipient] as [Any] {
            var dumped = ""
            dump(value, to: &dumped)
            for text in [String(describing: value), String(reflecting: value), dumped] {
                #expect(text.contains("<redacted>"))
                #expect(!text.contains(privateKeyText))
            }
            #expect(!dumped.contains("- 171\n"))
        }
    }

    @Test("it can be neither encoded nor hashed")
    func notCodable() {
        let secret: Any = SecretBytes([1])
        #expect(!(secret is any Encodable))
        #expect(!(secret is any Decodable))
        #expect(!(secret is any Hashable))
    }
}
