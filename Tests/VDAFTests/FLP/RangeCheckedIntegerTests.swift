import Testing
import VDAF

/// Integers as weighted sums of zeros and ones.
@Suite struct RangeCheckedIntegerTests {
    private func decoded<F: NTTField>(_ integer: RangeCheckedInteger<F>, _ bits: [F]) -> UInt128 {
        bits.withUnsafeBufferPointer { integer.decode($0) }.integer
    }

    private func checkRoundTrip<F: NTTField>(_ integer: RangeCheckedInteger<F>, _ value: UInt64, _ note: Comment) throws
    {
        var bits = [F]()
        try integer.encode(value, into: &bits)
        #expect(bits.count == integer.bits, note)
        #expect(bits.allSatisfy { $0 == .zero || $0 == .one }, note)
        #expect(decoded(integer, bits) == UInt128(value), note)
    }

    private func checkRefused<F: NTTField>(_ integer: RangeCheckedInteger<F>, _ value: UInt64, _ note: Comment) {
        #expect(throws: VDAFError(.invalidMeasurement, ""), note) {
            var bits = [F]()
            try integer.encode(value, into: &bits)
        }
    }

    private func checkSmall<F: NTTField>(_ maximum: UInt64, _ type: F.Type) throws {
        let integer = try RangeCheckedInteger<F>(maximum: maximum)
        #expect(integer.bits == String(maximum, radix: 2).count)
        for value in 0...maximum {
            try checkRoundTrip(integer, value, "\(F.self): \(value) of \(maximum)")
        }
        for value in [maximum + 1, 2 * maximum + 1, .max] {
            checkRefused(integer, value, "\(F.self): \(value) of \(maximum)")
        }
        var reached = Set<UInt128>()
        for assignment in 0..<(1 << integer.bits) {
            reached.insert(decoded(integer, (0..<integer.bits).map { assignment >> $0 & 1 == 1 ? F.one : F.zero }))
        }
        #expect(reached == Set(0...UInt128(maximum)), "\(F.self): all sums for \(maximum)")
    }

    @Test(
        "Every value in range goes to and fro, and zeros and ones stand for nothing else",
        arguments: 1...70 as ClosedRange<UInt64>)
    func smallMaxima(maximum: UInt64) throws {
        try checkSmall(maximum, Field64.self)
        try checkSmall(maximum, Field128.self)
    }

    private func checkLarge<F: NTTField>(_ maximum: UInt64, _ type: F.Type) throws {
        let integer = try RangeCheckedInteger<F>(maximum: maximum)
        var random = SplitMix64(seed: maximum)
        let powers = (0..<64).map { UInt64(1) << UInt64($0) }
        let values = powers + powers.map { $0 - 1 } + [maximum, maximum - 1, maximum / 2, maximum / 2 + 1]
        for value in values + (0..<50).map({ _ in random.next() }) {
            let note: Comment = "\(F.self): \(value) of \(maximum)"
            if value <= maximum {
                try checkRoundTrip(integer, value, note)
            } else {
                checkRefused(integer, value, note)
            }
        }
        if maximum < .max { checkRefused(integer, maximum + 1, "\(F.self): one more than \(maximum)") }
        #expect(decoded(integer, [F](repeating: .one, count: integer.bits)) == UInt128(maximum))
        for _ in 0..<100 {
            let bits = (0..<integer.bits).map { _ in random.next() & 1 == 1 ? F.one : F.zero }
            #expect(decoded(integer, bits) <= UInt128(maximum), "\(F.self), seed \(maximum)")
        }
    }

    @Test("Large maxima work as far as 2^bits is below the modulus")
    func largeMaxima() throws {
        let half = UInt64(1) << 63
        for maximum in [1 << 32, (1 << 32) - 1, (1 << 62) - 1, 1 << 62, half - 2, half - 1] as [UInt64] {
            try checkLarge(maximum, Field64.self)
            try checkLarge(maximum, Field128.self)
        }
        for maximum in [half, half + 1, 0xffff_ffff_0000_0000, .max - 1, .max] {
            #expect(throws: VDAFError(.invalidParameters, "")) { try RangeCheckedInteger<Field64>(maximum: maximum) }
            try checkLarge(maximum, Field128.self)
        }
    }

    @Test("A maximum of 0 is refused")
    func zeroMaximum() {
        #expect(throws: VDAFError(.invalidParameters, "")) { try RangeCheckedInteger<Field64>(maximum: 0) }
        #expect(throws: VDAFError(.invalidParameters, "")) { try RangeCheckedInteger<Field128>(maximum: 0) }
    }
}
