import VDAF

/// TurboSHAKE128 in one piece over the permutation (RFC 9861 §2.2): pad, absorb block by block, squeeze.
enum PlainSponge {
    static let rate = 168

    static func turboShake128(_ message: [UInt8], domain: UInt8, count: Int) -> [UInt8] {
        var padded = message + [domain]
        while padded.count % rate != 0 { padded.append(0) }
        padded[padded.count - 1] ^= 0x80

        var state = [UInt64](repeating: 0, count: 25)
        for start in stride(from: 0, to: padded.count, by: rate) {
            for index in 0..<rate { state[index / 8] ^= UInt64(padded[start + index]) << UInt64(8 * (index % 8)) }
            Keccak.permute(&state)
        }
        var output = [UInt8]()
        while output.count < count {
            if !output.isEmpty { Keccak.permute(&state) }
            output += (0..<rate).map { UInt8(truncatingIfNeeded: state[$0 / 8] >> UInt64(8 * ($0 % 8))) }
        }
        return Array(output.prefix(count))
    }

    /// The stream of XofTurboShake128 (VDAF §6.2.1).
    static func xof(seed: [UInt8], domainSeparation: [UInt8], binder: [UInt8], count: Int) -> [UInt8] {
        let length = domainSeparation.count
        let prefix = [UInt8(length % 256), UInt8(length / 256)] + domainSeparation + [UInt8(seed.count)] + seed
        return turboShake128(prefix + binder, domain: 1, count: count)
    }
}
