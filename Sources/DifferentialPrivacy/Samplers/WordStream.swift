import VDAF

/// Random words of 32 bits: the stream of XofTurboShake128 (VDAF §6.2.1) with a seed, in little-endian words.
///
/// Words are erased when they have been taken, the state with the stream.
package struct WordStream: ~Copyable {
    /// Bytes of a seed.
    package static let seedSize = XofTurboShake128.seedSize
    /// Four times what one permutation gives.
    private static let blockSize = 672

    private var xof: XofTurboShake128
    private var block: [UInt8] = []
    private var position = 0

    /// The words that follow from a seed.
    ///
    /// - Parameter seed: of `seedSize` bytes, from a cryptographically secure source, used once.
    package init(seed: [UInt8]) {
        precondition(seed.count == Self.seedSize, "a seed has 32 bytes")
        xof = XofTurboShake128(seed: seed, domainSeparation: [])
    }

    /// The words that follow from a seed drawn from a secure source.
    package init(seededBy random: inout some RandomNumberGenerator) {
        var seed = [UInt8](repeating: 0, count: Self.seedSize)
        for offset in stride(from: 0, to: seed.count, by: 8) {
            let word = random.next()
            for byte in 0..<8 { seed[offset + byte] = UInt8(truncatingIfNeeded: word >> (8 * UInt64(byte))) }
        }
        self.init(seed: seed)
        seed.erase()
    }

    /// The next word.
    package mutating func next() -> UInt32 {
        if position == block.count {
            block = xof.next(Self.blockSize)
            position = 0
        }
        let offset = position
        position += 4
        return block.withUnsafeMutableBytes { bytes in
            let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
            bytes.storeBytes(of: 0, toByteOffset: offset, as: UInt32.self)
            return UInt32(littleEndian: word)
        }
    }

    /// The next two words, the first the lower half.
    mutating func nextPair() -> UInt64 {
        let low = UInt64(next())
        return low | UInt64(next()) << 32
    }
}
