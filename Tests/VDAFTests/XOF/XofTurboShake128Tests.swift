import Testing
import VDAF

/// The incremental XOF against the sponge in one piece.
@Suite struct XofTurboShake128Tests {
    private let seed = (0..<32).map { UInt8($0) }
    private let tag = (0..<13).map { UInt8(0xf0 ^ $0) }

    @Test("The stream is the sponge's, for every length of the binder around two block boundaries")
    func wholeMessages() {
        var random = SplitMix64(seed: 31)
        // 48 bytes come before the binder: these end from well before the first boundary to after the second.
        for length in Array(0...10) + Array(105...135) + Array(270...300) {
            let binder = random.bytes(length)
            var xof = XofTurboShake128(seed: seed, domainSeparation: tag, binder: binder)
            let expected = PlainSponge.xof(seed: seed, domainSeparation: tag, binder: binder, count: 200)
            #expect(xof.next(200) == expected, "binder of \(length) bytes")
        }
    }

    @Test("Seeds and tags of any length are framed by their lengths")
    func framing() {
        var random = SplitMix64(seed: 32)
        for (seedLength, tagLength) in [(0, 0), (1, 0), (32, 255), (32, 256), (32, 300), (255, 65535)] {
            let (seed, tag) = (random.bytes(seedLength), random.bytes(tagLength))
            var xof = XofTurboShake128(seed: seed, domainSeparation: tag)
            #expect(
                xof.next(40) == PlainSponge.xof(seed: seed, domainSeparation: tag, binder: [], count: 40),
                "\(seedLength) and \(tagLength) bytes")
        }
    }

    @Test("A binder absorbed in two pieces, or three, is absorbed whole, wherever it is cut")
    func splitAbsorption() {
        var random = SplitMix64(seed: 33)
        let binder = random.bytes(420)
        let expected = PlainSponge.xof(seed: seed, domainSeparation: tag, binder: binder, count: 64)
        for cut in 0...binder.count {
            var xof = XofTurboShake128(seed: seed, domainSeparation: tag, binder: Array(binder[..<cut]))
            xof.absorb(Array(binder[cut...]))
            #expect(xof.next(64) == expected, "cut at \(cut)")

            let second = cut + Int(random.next() % UInt64(binder.count - cut + 1))
            var pieces = XofTurboShake128(seed: seed, domainSeparation: tag)
            for part in [0..<cut, cut..<second, second..<binder.count] {
                binder.withUnsafeBytes { pieces.absorb(UnsafeRawBufferPointer(rebasing: $0[part])) }
            }
            #expect(pieces.next(64) == expected, "cut at \(cut) and \(second)")
        }
        for size in [1, 3, 7, 8, 9, 167, 168, 169] {
            var xof = XofTurboShake128(seed: seed, domainSeparation: tag)
            for start in stride(from: 0, to: binder.count, by: size) {
                xof.absorb(Array(binder[start..<min(start + size, binder.count)]))
            }
            #expect(xof.next(64) == expected, "pieces of \(size)")
        }
    }

    @Test("Bytes squeezed in pieces are the bytes squeezed at once")
    func splitSqueezing() {
        let expected = PlainSponge.xof(seed: seed, domainSeparation: tag, binder: [7], count: 400)
        for cut in 0...400 {
            var xof = XofTurboShake128(seed: seed, domainSeparation: tag, binder: [7])
            #expect(xof.next(cut) + xof.next(400 - cut) == expected, "cut at \(cut)")
        }
        for size in [1, 5, 8, 21, 168] {
            var xof = XofTurboShake128(seed: seed, domainSeparation: tag, binder: [7])
            var output = [UInt8]()
            while output.count < 400 { output += xof.next(min(size, 400 - output.count)) }
            #expect(output == expected, "pieces of \(size)")
        }
        #expect(XofTurboShake128.deriveSeed(seed: seed, domainSeparation: tag, binder: [7]) == Array(expected[..<32]))
    }

    private func checkElements<F: DraftField>(_ type: F.Type) throws {
        let count = 50
        let stream = PlainSponge.xof(seed: seed, domainSeparation: tag, binder: [], count: count * F.encodedSize)
        let expected: [F] = try #require(FieldVector.decode(stream, count: count))
        for cut in 0...count {
            var xof = XofTurboShake128(seed: seed, domainSeparation: tag)
            let elements: [F] = xof.next(cut) + xof.next(count - cut)
            #expect(elements == expected, "\(F.self), cut at \(cut)")
        }
        // After a byte, elements lie on no word of the state.
        let shifted = PlainSponge.xof(seed: seed, domainSeparation: tag, binder: [], count: 1 + count * F.encodedSize)
        var xof = XofTurboShake128(seed: seed, domainSeparation: tag)
        _ = xof.next(1)
        #expect(xof.next(count) == FieldVector.decode(shifted[1...], count: count, as: F.self))
    }

    @Test("Elements are the stream's bytes in order, also across two blocks and drawn in pieces")
    func elements() throws {
        // A block is 168 bytes: elements 10, 31 … of Field128 lie across two.
        try checkElements(Field64.self)
        try checkElements(Field128.self)
    }

    /// Seeds, as little-endian numbers with an empty tag and binder, whose stream has a word that is not below the
    /// modulus of Field64: found by trying some billions. The word's index among the block's 21 comes second.
    static let rejections: [(seed: UInt64, index: Int)] = [
        (746_212_437, 1), (188_328_993, 5), (2_411_110_059, 20),
    ]

    @Test("An integer that is not below the modulus is passed over, and the next is taken", arguments: rejections)
    func rejectedCandidate(number: UInt64, index: Int) throws {
        var seed = [UInt8](repeating: 0, count: 32)
        for index in 0..<8 { seed[index] = UInt8(truncatingIfNeeded: number >> UInt64(8 * index)) }
        let stream = PlainSponge.xof(seed: seed, domainSeparation: [], binder: [], count: 42 * 8)
        let words: [UInt128] = stride(from: 0, to: stream.count, by: 8).map { start in
            stream[start..<start + 8].reversed().reduce(0) { word, byte in word << 8 | UInt128(byte) }
        }
        #expect(words.indices.filter { words[$0] >= Field64.residues.modulus } == [index])
        var xof = XofTurboShake128(seed: seed, domainSeparation: [])
        let elements: [Field64] = xof.next(41)
        #expect(elements.map(\.integer) == words.filter { $0 < Field64.residues.modulus })
    }
}
