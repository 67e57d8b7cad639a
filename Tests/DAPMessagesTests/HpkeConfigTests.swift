import DAPMessages
import HPKE
import TLSCodec
import Testing

@Suite struct HpkeConfigTests {
    static let first = HpkeConfig(id: 194, kemID: 0x0010, kdfID: 0x0001, aeadID: 0x0001, publicKey: [1, 2, 3, 4])
    static let second = HpkeConfig(id: 17, kemID: 0x0020, kdfID: 0x0001, aeadID: 0x0003, publicKey: [4, 3, 2])

    @Test func theListHasOnePrefixForAllConfigs() throws {
        let encoded = hex(
            """
            0019
            c2 0010 0001 0001 0004 01020304
            11 0020 0001 0003 0003 040302
            """)
        #expect(try HpkeConfigList([Self.first, Self.second]).encoded() == encoded)
        #expect(try HpkeConfigList(decoding: encoded).configs == [Self.first, Self.second])
    }

    @Test func theSmallestListIsRead() throws {
        let encoded = hex("000a 00 0000 0000 0000 0001 ff")
        #expect(try HpkeConfigList(decoding: encoded).configs.map(\.publicKey) == [[0xff]])
    }

    @Test func anEmptyListIsRefused() {
        #expect(throws: CodecError(.lengthOutOfRange, "")) { try HpkeConfigList(decoding: hex("0000")) }
        #expect(throws: CodecError(.lengthOutOfRange, "")) { try HpkeConfigList([]).encoded() }
    }

    @Test func aListWithoutItsPrefixIsRefused() {
        #expect(throws: CodecError.self) { try HpkeConfigList(decoding: Self.first.encoded()) }
    }

    @Test func repeatedIDsAreRefused() throws {
        let config = try Self.first.encoded()
        #expect(throws: CodecError(.invalidValue, "")) { try HpkeConfigList(decoding: [0, 26] + config + config) }
        #expect(throws: CodecError(.invalidValue, "")) { try HpkeConfigList([Self.first, Self.first]).encoded() }
    }

    @Test func aPublicKeyHasOneTo65535Bytes() {
        func config(_ count: Int) -> HpkeConfig {
            HpkeConfig(id: 0, kemID: 0, kdfID: 0, aeadID: 0, publicKey: [UInt8](repeating: 0, count: count))
        }
        #expect(throws: CodecError(.lengthOutOfRange, "")) { try config(0).encoded() }
        #expect(throws: CodecError(.lengthOutOfRange, "")) { try config(0x1_0000).encoded() }
        #expect(throws: CodecError(.lengthOutOfRange, "")) {
            try HpkeConfig(decoding: hex("00 0000 0000 0000 0000"))
        }
    }

    @Test func theCiphersuiteIsMadeOfTheThreeAlgorithms() {
        #expect(Self.second.ciphersuite == HPKECiphersuite(kem: 0x0020, kdf: 0x0001, aead: 0x0003))
    }
}

@Suite struct HpkeCiphertextTests {
    @Test func theEncodingIsKnown() throws {
        let ciphertext = HpkeCiphertext(configID: 7, encapsulatedKey: [0xa, 0xb], payload: [0xc, 0xd, 0xe])
        let encoded = hex("07 0002 0a0b 00000003 0c0d0e")
        #expect(try ciphertext.encoded() == encoded)
        #expect(try HpkeCiphertext(decoding: encoded) == ciphertext)
    }

    @Test func emptyFieldsAreRefused() {
        for encoded in ["07 0000 00000001 0c", "07 0001 0a 00000000"] {
            #expect(throws: CodecError(.lengthOutOfRange, "")) { try HpkeCiphertext(decoding: hex(encoded)) }
        }
        for (key, payload) in [([], [1]), ([1], [])] as [([UInt8], [UInt8])] {
            #expect(throws: CodecError(.lengthOutOfRange, "")) {
                try HpkeCiphertext(configID: 0, encapsulatedKey: key, payload: payload).encoded()
            }
        }
    }

    @Test func aPayloadOfFourGigabytesThatIsNotThereIsTruncated() {
        #expect(throws: CodecError(.truncated, "")) {
            try HpkeCiphertext(decoding: hex("07 0001 0a ffffffff 0c"))
        }
    }
}
