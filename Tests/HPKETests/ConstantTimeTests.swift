import HPKE
import Testing

@Suite("constantTimeEquals")
struct ConstantTimeTests {
    @Test("equal strings of any length are equal", arguments: [0, 1, 16, 32, 100])
    func equal(count: Int) {
        let bytes = [UInt8](repeating: 0x5a, count: count)
        #expect(constantTimeEquals(bytes, [UInt8](repeating: 0x5a, count: count)))
    }

    @Test("a difference in any bit tells")
    func everyBit() {
        let bytes = [UInt8](0..<32)
        for bit in 0..<bytes.count * 8 {
            #expect(!constantTimeEquals(bytes, bytes.flipped(bit: bit)), "bit \(bit)")
        }
    }

    @Test("a prefix is not equal")
    func lengths() {
        #expect(!constantTimeEquals([], [0]))
        #expect(!constantTimeEquals([0], []))
        #expect(!constantTimeEquals([1, 2], [1, 2, 0]))
        #expect(!constantTimeEquals([1, 2, 3], [1, 2]))
    }
}

extension [UInt8] {
    /// The same bytes but for one bit, counted from the lowest of the first byte.
    func flipped(bit: Int) -> [UInt8] {
        var bytes = self
        bytes[bit / 8] ^= 1 << (bit % 8)
        return bytes
    }
}
