import HPKE
import Testing

@Suite("Random bytes")
struct RandomBytesTests {
    /// Gives 0x0807060504030201, then 0x100f0e0d0c0b0a09, and so on.
    private struct Counting: RandomNumberGenerator {
        var last: UInt64 = 0

        mutating func next() -> UInt64 {
            var word: UInt64 = 0
            for shift in stride(from: UInt64(0), to: 64, by: 8) {
                last += 1
                word |= (last & 0xff) << shift
            }
            return word
        }
    }

    @Test("words come in little-endian order, the last one cut", arguments: [0, 1, 7, 8, 9, 16, 31, 32])
    func order(count: Int) {
        var forBytes = Counting()
        var forSecret = Counting()
        let expected = (0..<count).map { UInt8($0 + 1) }
        #expect(forBytes.bytes(count) == expected)
        #expect(SecretBytes.random(count: count, using: &forSecret).exposed == expected)
    }

    @Test("the generator moves on")
    func movesOn() {
        var rng = SplitMix64(seed: 1)
        #expect(rng.bytes(32) != rng.bytes(32))
        #expect(SecretBytes.random(count: 32, using: &rng) != SecretBytes.random(count: 32, using: &rng))
    }

    @Test("the same seed gives the same key pair, the next draw another")
    func keyPairs() {
        var first = SplitMix64(seed: 7)
        var second = SplitMix64(seed: 7)
        let pair = HPKEKeyPair.generate(using: &first)
        #expect(pair.publicKey == HPKEKeyPair.generate(using: &second).publicKey)
        #expect(pair.privateKey != HPKEKeyPair.generate(using: &second).privateKey)
    }

    @Test("a generator behind an existential will do")
    func existential() {
        var rng: any RandomNumberGenerator = SplitMix64(seed: 7)
        #expect(HPKEKeyPair.generate(using: &rng).publicKey.count == 32)
    }
}
