/// An integer in `0 ... maximum` as a weighted sum of zeros and ones (VDAF §7.4.2).
///
/// All weights but the last are powers of two; the last makes the sum of all weights the maximum, so
/// that no assignment of bits stands for a larger integer.
package struct RangeCheckedInteger<F: NTTField>: Sendable {
    /// Number of elements.
    package let bits: Int
    private let maximum: UInt64
    private let lastWeight: UInt64
    /// One for each element.
    let weights: [F.Multiplier]

    /// - Throws: `VDAFError.invalidParameters` when the maximum is 0 or 2^bits is not below the modulus.
    package init(maximum: UInt64) throws {
        guard maximum > 0 else { throw VDAFError(.invalidParameters, "the largest measurement must be at least 1") }
        bits = 64 - maximum.leadingZeroBitCount
        guard F(canonical: UInt128(1) << UInt128(bits)) != nil else {
            throw VDAFError(.invalidParameters, "the largest measurement does not fit the field")
        }
        self.maximum = maximum
        let powers = (0..<(bits - 1)).map { UInt64(1) << UInt64($0) }
        lastWeight = maximum - ((UInt64(1) << UInt64(bits - 1)) - 1)
        weights = (powers + [lastWeight]).compactMap { F(canonical: UInt128($0))?.multiplier }
    }

    /// Writes the bits of `value`; time and memory accesses are the same for every value in range.
    ///
    /// - Throws: `VDAFError.invalidMeasurement` when it is above the maximum.
    package func encode(_ value: UInt64, into output: inout [F]) throws {
        guard value <= maximum else { throw VDAFError(.invalidMeasurement, "larger than the largest measurement") }
        let allOnes = (UInt64(1) << UInt64(bits - 1)) - 1
        // The last bit is set exactly when the others alone cannot reach the value.
        let (_, isLarge) = allOnes.subtractingReportingOverflow(value)
        let last: UInt64 = isLarge ? 1 : 0
        let rest = value &- (lastWeight & (0 &- last))
        for bit in 0..<(bits - 1) { output.append(F(UInt32(truncatingIfNeeded: (rest &>> UInt64(bit)) & 1))) }
        output.append(F(UInt32(truncatingIfNeeded: last)))
    }

    /// The integer, or a share of it, from its bits or shares of them: `bits` elements.
    @inline(__always)
    package func decode(_ bits: UnsafeBufferPointer<F>) -> F {
        var sum = F.zero
        for index in 0..<self.bits { sum += bits[index] * weights[index] }
        return sum
    }
}
