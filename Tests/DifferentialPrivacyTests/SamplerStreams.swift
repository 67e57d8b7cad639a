import BigInt
import DifferentialPrivacy

extension WordStream {
    /// The words that a test's seed gives.
    init(testSeed seed: UInt64) {
        var bytes = [UInt8](repeating: 0, count: WordStream.seedSize)
        for index in 0..<8 { bytes[index] = UInt8(truncatingIfNeeded: seed >> (8 * UInt64(index))) }
        self.init(seed: bytes)
    }

    /// A uniform number of as many bits, 128 at most.
    mutating func number(bits: Int) -> UInt128 {
        var number: UInt128 = 0
        for _ in 0..<4 { number = number << 32 | UInt128(next()) }
        return bits == 0 ? 0 : number >> UInt128(128 - bits)
    }
}

extension NoiseDistribution {
    /// Draws in two tasks side by side, each with a stream of its own that follows from the seed.
    func draws(_ count: Int, seed: UInt64) async -> [Int128] {
        let mechanism = NoiseMechanism(self)
        func half(_ stream: UInt64) -> [Int128] {
            var words = WordStream(testSeed: seed << 1 | stream)
            return mechanism.draw(count: count / 2, from: &words)
        }
        async let first = half(0)
        async let second = half(1)
        return await first + second
    }
}
