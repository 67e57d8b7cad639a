import Testing
import VDAF

/// The formulas of `docs/eight-lanes.md` against plain interpolation.
@Suite struct LaneFormulaTests {
    /// Values on the 2p-th roots of a random polynomial of degree at most 2p − 2, as a gadget polynomial is.
    private func gadgetPolynomial<F: NTTField>(
        log2: Int, _ random: inout SplitMix64, of type: F.Type
    ) -> (coefficients: [F], roots: [F], values: [F]) {
        let coefficients = random.elements((2 << log2) - 1, of: F.self)
        let roots: [F] = NaivePolynomial.roots(log2: log2 + 1)
        return (coefficients, roots, roots.map { NaivePolynomial.value(coefficients, at: $0) })
    }

    private func missingValue<F: NTTField>(_ type: F.Type) {
        var random = SplitMix64(seed: 61)
        for log2 in 1...5 {
            let (_, roots, values) = gadgetPolynomial(log2: log2, &random, of: F.self)
            let known = values.count - 1
            let interpolated = NaivePolynomial.interpolation(
                Array(roots[..<known]), Array(values[..<known]), at: roots[known])
            let weighted = (0..<known).reduce(F.zero) { $0 - values[$1] * roots[$1 + 1] }
            #expect(weighted == interpolated && weighted == values[known], "p = 2^\(log2), seed 61")
        }
    }

    @Test("The missing value of a gadget polynomial is −Σ y_i·σ^(i+1)")
    func missingValue() {
        missingValue(Field64.self)
        missingValue(Field128.self)
    }

    private func evenAndOdd<F: NTTField>(_ type: F.Type) {
        var random = SplitMix64(seed: 62)
        for log2 in 1...5 {
            let (coefficients, roots, values) = gadgetPolynomial(log2: log2, &random, of: F.self)
            let count = 1 << log2
            let domain = RootsOfUnity<F>(log2: log2)
            let t: F = random.element()
            var sums = [F.zero, F.zero]
            var power = F.zero
            for half in 0..<2 {
                var weights = [F.Multiplier](repeating: .zero, count: count)
                let point = half == 0 ? t : t * roots[1].inverse
                let reached = weights.withUnsafeMutableBufferPointer {
                    domain.lagrangeBasis(at: point.multiplier, into: $0)
                }
                if half == 0 { power = F(reached) }
                for index in 0..<count { sums[half] += values[2 * index + half] * weights[index] }
            }
            let value = (sums[0] * (.one + power) + sums[1] * (.one - power)) * F(2).inverse
            #expect(value == NaivePolynomial.value(coefficients, at: t), "p = 2^\(log2), seed 62")
            #expect(value == NaivePolynomial.interpolation(roots, values, at: t), "p = 2^\(log2), seed 62")
        }
    }

    @Test("A gadget polynomial's value is ½(1 + t^p) of its even part and ½(1 − t^p) of its odd part")
    func evenAndOdd() {
        evenAndOdd(Field64.self)
        evenAndOdd(Field128.self)
    }

    @Test("A pair of wires at the test point is what interpolating the calls' inputs gives")
    func wires() {
        var random = SplitMix64(seed: 63)
        for (length, chunk) in [(9, 3), (10, 4), (3, 5), (1, 1)] {
            let calls = (length + chunk - 1) / chunk
            let log2 = Int.bitWidth - calls.leadingZeroBitCount
            let roots: [Field128] = NaivePolynomial.roots(log2: log2)
            let domain = RootsOfUnity<Field128>(log2: log2)
            let (x, r) = (random.elements(length, of: Field128.self), random.elements(calls, of: Field128.self))
            let (seeds, t) = (random.elements(2 * chunk, of: Field128.self), random.element(Field128.self))
            let half = Field128(2).inverse
            var weights = [Field128.Multiplier](repeating: .zero, count: roots.count)
            _ = weights.withUnsafeMutableBufferPointer { domain.lagrangeBasis(at: t.multiplier, into: $0) }
            for place in 0..<chunk {
                // As the circuit's definition has it: zero elements pad the last chunk, and every odd wire carries −½.
                var inputs = [[seeds[2 * place]], [seeds[2 * place + 1]]]
                var even = seeds[2 * place] * weights[0]
                var odd = seeds[2 * place + 1] * weights[0]
                for call in 0..<calls {
                    let index = call * chunk + place
                    let element = index < length ? x[index] : .zero
                    let power = (0...place).reduce(Field128.one) { product, _ in product * r[call] }
                    inputs[0].append(element * power)
                    inputs[1].append(element - half)
                    even += element * (power * Field128(weights[call + 1]))
                    odd += (element - half) * weights[call + 1]
                }
                for (input, wire) in zip(inputs, [even, odd]) {
                    let padded = input + [Field128](repeating: .zero, count: roots.count - input.count)
                    #expect(
                        wire == NaivePolynomial.interpolation(roots, padded, at: t),
                        "length \(length), chunk \(chunk), place \(place), seed 63")
                }
            }
        }
    }
}
