import Crypto
import HPKE
import Testing

// Both modules have the name; this says whose is meant.
import enum HPKE.HKDF

@Suite("HKDF")
struct HKDFTests {
    @Test("the figures of RFC 5869 come out", arguments: try Fixture("hkdf-rfc5869.txt").named)
    func vectors(vector: NamedRecord) throws {
        let pseudoRandomKey = HKDF.extract(salt: try vector.bytes("salt"), inputKeyMaterial: try vector.secret("IKM"))
        #expect(pseudoRandomKey.exposed == (try vector.bytes("PRK")))
        let count: Int = try vector.number("L")
        let output = HKDF.expand(pseudoRandomKey: pseudoRandomKey, info: try vector.bytes("info"), count: count)
        #expect(output.exposed == (try vector.bytes("OKM")))
    }

    @Test("three vectors are there")
    func vectorCount() throws {
        #expect(try Fixture("hkdf-rfc5869.txt").named.count == 3)
    }

    @Test("it agrees with swift-crypto at lengths around a block's", arguments: [0, 1, 31, 32, 33, 63, 64, 65, 200])
    func lengths(count: Int) {
        var rng = SplitMix64(seed: UInt64(count))
        let salt = rng.bytes(count)
        let material = rng.bytes(200 - count)
        let info = rng.bytes(count)
        let theirs = Crypto.HKDF<SHA256>.extract(inputKeyMaterial: SymmetricKey(data: material), salt: salt)
        let ours = HKDF.extract(salt: salt, inputKeyMaterial: SecretBytes(material))
        #expect(ours.exposed == Array(theirs))
        for outputCount in [1, 12, count + 1, 255 * 32] {
            let expected = Crypto.HKDF<SHA256>.expand(
                pseudoRandomKey: theirs, info: info, outputByteCount: outputCount)
            let output = HKDF.expand(pseudoRandomKey: ours, info: info, count: outputCount)
            #expect(output.exposed == expected.withUnsafeBytes { [UInt8]($0) })
        }
    }

    @Test("nothing can be asked for")
    func nothing() {
        #expect(HKDF.expand(pseudoRandomKey: SecretBytes([]), info: [], count: 0).count == 0)
        #expect(HKDF.outputLimit == 8160)
    }
}
