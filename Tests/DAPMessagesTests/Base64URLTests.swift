import DAPMessages
import TLSCodec
import Testing

@Suite struct Base64URLTests {
    /// RFC 4648 §10, without its padding, and the two characters of the URL safe alphabet.
    static let known: [(bytes: [UInt8], text: String)] = [
        ([], ""), (Array("f".utf8), "Zg"), (Array("fo".utf8), "Zm8"), (Array("foo".utf8), "Zm9v"),
        (Array("foob".utf8), "Zm9vYg"), (Array("fooba".utf8), "Zm9vYmE"), (Array("foobar".utf8), "Zm9vYmFy"),
        ([0xfb, 0xff, 0xbf], "-_-_"), ([0x00], "AA"), ([0xff], "_w"),
    ]

    @Test(arguments: known)
    func knownPairsAreCoded(bytes: [UInt8], text: String) throws {
        #expect(Base64URL.encode(bytes) == text)
        #expect(try Base64URL.decode(text) == bytes)
    }

    @Test(arguments: [
        "Zg==", "Zm8=", "=", "Zm9v=", "Zm 9v", "Zm9v\n", " Zm9v", "Zm+v", "Zm/v", "Zm.v", "Zmäv", "Zm9\u{0}", "Zm9v💥",
    ])
    func paddingAndForeignCharactersAreRefused(text: String) {
        #expect(throws: CodecError(.invalidValue, "")) { try Base64URL.decode(text) }
    }

    @Test(arguments: ["A", "Zm9vY", "Zm9vYmFyA"])
    func aSingleCharacterLeftOverIsRefused(text: String) {
        #expect(throws: CodecError(.invalidValue, "")) { try Base64URL.decode(text) }
    }

    @Test(arguments: ["Zh", "Zv", "AB", "Zm9", "Zm-", "_x"])
    func bitsBehindTheLastByteAreRefused(text: String) {
        #expect(throws: CodecError(.invalidValue, "")) { try Base64URL.decode(text) }
    }

    @Test func everyTextThatDecodesIsTheOneThatIsEncoded() throws {
        for seed in 1...200 as ClosedRange<UInt64> {
            var generator = SeededGenerator(seed: seed)
            let bytes = generator.bytes(0...70)
            #expect(try Base64URL.decode(Base64URL.encode(bytes)) == bytes, "seed \(seed)")
        }
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        var accepted = 0
        for first in alphabet {
            for second in alphabet {
                let text = "\(first)\(second)"
                guard let bytes = try? Base64URL.decode(text) else { continue }
                accepted += 1
                #expect(Base64URL.encode(bytes) == text)
            }
        }
        #expect(accepted == 256)
    }
}
