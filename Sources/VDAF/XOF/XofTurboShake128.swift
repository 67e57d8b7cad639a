import CSodium

/// XofTurboShake128 (VDAF §6.2.1): TurboSHAKE128 with domain byte 1 over
/// `len(dst) as two little-endian bytes || dst || len(seed) as one byte || seed || binder`.
///
/// Absorb the binder piece by piece, then squeeze. The state is erased when the value goes.
package struct XofTurboShake128: ~Copyable {
    /// Bytes of a seed (`SEED_SIZE`).
    package static let seedSize = 32
    /// Bytes absorbed or squeezed between permutations: 1600 bits less a capacity of 256.
    private static let rate = 168
    private static let stateSize = 200
    /// TurboSHAKE's domain separation byte; VDAF uses 1.
    private static let domainByte: UInt8 = 1

    /// The state as 25 words and as 200 bytes. The two views agree on little-endian machines, the only ones built for.
    private let lanes: UnsafeMutablePointer<UInt64>
    private let bytes: UnsafeMutableRawBufferPointer
    /// Bytes of the current block already absorbed or squeezed.
    private var position = 0
    private var isSqueezing = false

    /// - Parameters:
    ///   - seed: any length up to 255; 32 in every use by Prio3.
    ///   - domainSeparation: the tag `dst`, at most 65535 bytes.
    ///   - binder: the first piece of the binder; more may be absorbed.
    package init(seed: [UInt8], domainSeparation: [UInt8], binder: [UInt8] = []) {
        precondition(seed.count <= 255 && domainSeparation.count <= 65535, "VDAF §6.2.1 bounds both lengths")
        lanes = .allocate(capacity: 25)
        lanes.initialize(repeating: 0, count: 25)
        bytes = UnsafeMutableRawBufferPointer(start: lanes, count: Self.stateSize)
        absorb([UInt8(domainSeparation.count & 0xff), UInt8(domainSeparation.count >> 8)])
        absorb(domainSeparation)
        absorb([UInt8(seed.count)])
        absorb(seed)
        absorb(binder)
    }

    deinit {
        sodium_memzero(lanes, Self.stateSize)
        lanes.deallocate()
    }

    /// Absorbs a piece of the binder.
    package mutating func absorb(_ piece: [UInt8]) {
        piece.withUnsafeBytes { absorb($0) }
    }

    /// Absorbs a piece of the binder.
    package mutating func absorb(_ piece: UnsafeRawBufferPointer) {
        precondition(!isSqueezing, "absorb first, then squeeze")
        var index = 0
        while index < piece.count {
            if position == Self.rate { permute() }
            if position & 7 == 0 {
                // Whole words: the state is a little-endian byte string.
                let words = min((piece.count - index) >> 3, (Self.rate - position) >> 3)
                for word in 0..<words {
                    lanes[position >> 3 &+ word] ^= piece.loadUnaligned(
                        fromByteOffset: index + 8 * word, as: UInt64.self)
                }
                index += 8 * words
                position += 8 * words
                if words > 0 { continue }
            }
            xor(piece[index], at: position)
            index += 1
            position += 1
        }
    }

    /// Squeezes the next `count` bytes (VDAF §6.2, `next`).
    package mutating func next(_ count: Int) -> [UInt8] {
        finishAbsorbing()
        return [UInt8](unsafeUninitializedCapacity: count) { output, initialized in
            for index in 0..<count {
                if position == Self.rate { permute() }
                output[index] = bytes[position]
                position += 1
            }
            initialized = count
        }
    }

    /// Fills `output` with the next field elements, drawing again where an integer is not below
    /// the modulus (VDAF §6.2, `next_vec`). Time depends on those rejections only, which say nothing of the
    /// elements kept.
    package mutating func next<F: NTTField>(into output: UnsafeMutableBufferPointer<F>) {
        finishAbsorbing()
        var filled = 0
        while filled < output.count {
            if let element: F = nextCandidate() {
                output[filled] = element
                filled += 1
            }
        }
    }

    /// The next `count` field elements.
    package mutating func next<F: NTTField>(_ count: Int, as type: F.Type = F.self) -> [F] {
        var elements = [F](repeating: .zero, count: count)
        elements.withUnsafeMutableBufferPointer { next(into: $0) }
        return elements
    }

    /// The first 32 bytes of the stream (VDAF §6.2, `derive_seed`).
    package static func deriveSeed(seed: [UInt8], domainSeparation: [UInt8], binder: [UInt8]) -> [UInt8] {
        var xof = XofTurboShake128(seed: seed, domainSeparation: domainSeparation, binder: binder)
        return xof.next(seedSize)
    }

    private mutating func nextCandidate<F: NTTField>() -> F? {
        if position == Self.rate { permute() }
        let size = F.encodedSize
        if position + size <= Self.rate {
            defer { position += size }
            return F.load(UnsafeRawPointer(lanes) + position)
        }
        // A block is 10½ elements of 16 bytes: this one lies across two blocks.
        var element: (UInt64, UInt64) = (0, 0)
        return withUnsafeMutableBytes(of: &element) { element in
            for index in 0..<size {
                if position == Self.rate { permute() }
                element[index] = bytes[position]
                position += 1
            }
            return element.baseAddress.flatMap { F.load(UnsafeRawPointer($0)) }
        }
    }

    private mutating func finishAbsorbing() {
        guard !isSqueezing else { return }
        if position == Self.rate { permute() }
        xor(Self.domainByte, at: position)
        xor(0x80, at: Self.rate - 1)
        permute()
        isSqueezing = true
    }

    private mutating func permute() {
        Keccak.permute(lanes)
        position = 0
    }

    private func xor(_ byte: UInt8, at offset: Int) {
        // Not `^=`: with it the compiler (6.3) breaks its own module when the thread sanitizer is on.
        bytes[offset] = bytes[offset] ^ byte
    }
}
