/// A whole number of fixed width, with what the samplers do to one. Divisors and factors are small numbers, at most
/// `SamplerLimit.seriesLength`.
protocol FixedNatural: Comparable {
    /// A uniform number below a bound that is not zero.
    ///
    /// It takes a word for each 32 bits of the bound or part of them, the lowest first; the last is shifted right to
    /// the bits that are left. A number that is not below the bound is drawn again.
    static func draw(below bound: Self, from words: inout WordStream) -> Self

    /// The difference; `right` must not be larger.
    static func - (left: Self, right: Self) -> Self
    /// The remainder by a small number that is not zero.
    func remainder(dividingBy divisor: UInt64) -> UInt64
    /// The quotient by a small divisor of the number.
    func quotient(dividingBy divisor: UInt64) -> Self
    /// The product with a small number. It must fit.
    func multiplied(by factor: UInt64) -> Self
}

/// A fixed-width number that Algorithm 2 computes with.
protocol DivisibleNatural: FixedNatural, FixedWidthInteger {
    /// The greatest common divisor; that of a number and 0 is the number.
    static func greatestCommonDivisor(_ one: Self, _ other: Self) -> Self
}

extension UInt64: DivisibleNatural {
    static func draw(below bound: UInt64, from words: inout WordStream) -> UInt64 {
        let width = UInt64.bitWidth - bound.leadingZeroBitCount
        for _ in 0..<SamplerLimit.uniformAttempts {
            let candidate: UInt64
            if width <= 32 {
                candidate = UInt64(words.next()) &>> UInt64(32 - width)
            } else {
                let low = UInt64(words.next())
                candidate = low | (UInt64(words.next()) &>> UInt64(64 - width)) &<< 32
            }
            if candidate < bound { return candidate }
        }
        return 0
    }

    func remainder(dividingBy divisor: UInt64) -> UInt64 { self % divisor }
    func quotient(dividingBy divisor: UInt64) -> UInt64 { self / divisor }
    func multiplied(by factor: UInt64) -> UInt64 { self * factor }
}

extension UInt128: DivisibleNatural {
    static func draw(below bound: UInt128, from words: inout WordStream) -> UInt128 {
        if bound.halves.high == 0 {
            return UInt128(UInt64.draw(below: bound.halves.low, from: &words))
        }
        let width = UInt128.bitWidth - bound.leadingZeroBitCount
        for _ in 0..<SamplerLimit.uniformAttempts {
            let low = words.nextPair()
            let high =
                width <= 96
                ? UInt64(words.next() &>> UInt32(96 - width))
                : UInt64(words.next()) | (UInt64(words.next()) &>> UInt64(128 - width)) &<< 32
            let candidate = UInt128(high) &<< 64 | UInt128(low)
            if candidate < bound { return candidate }
        }
        return 0
    }

    func remainder(dividingBy divisor: UInt64) -> UInt64 {
        let (high, low) = halves
        // The remainder of the upper half is below the divisor, so the quotient has 64 bits.
        return divisor.dividingFullWidth((high % divisor, low)).remainder
    }

    func quotient(dividingBy divisor: UInt64) -> UInt128 {
        if divisor == 1 { return self }
        let (high, low) = halves
        let (quotient, rest) = high.quotientAndRemainder(dividingBy: divisor)
        return UInt128(quotient) &<< 64 | UInt128(divisor.dividingFullWidth((rest, low)).quotient)
    }

    func multiplied(by factor: UInt64) -> UInt128 { self * UInt128(factor) }

    /// Its two words of 64 bits.
    var halves: (high: UInt64, low: UInt64) {
        (UInt64(truncatingIfNeeded: self &>> 64), UInt64(truncatingIfNeeded: self))
    }
}

extension UInt128 {
    /// The greatest common divisor; that of a number and 0 is the number.
    static func greatestCommonDivisor(_ one: UInt128, _ other: UInt128) -> UInt128 {
        guard one > 0 else { return other }
        guard other > 0 else { return one }
        let twos = Swift.min(one.trailingZeroBitCount, other.trailingZeroBitCount)
        var left = one &>> Self(one.trailingZeroBitCount)
        var right = other &>> Self(other.trailingZeroBitCount)
        // Stein's algorithm: subtract and shift, as dividing is slow.
        while left != right {
            if (left | right).halves.high == 0 {
                left = UInt128(UInt64.greatestCommonDivisor(left.halves.low, right.halves.low))
                break
            }
            if left < right { swap(&left, &right) }
            left -= right
            left &>>= Self(left.trailingZeroBitCount)
        }
        return left &<< Self(twos)
    }
}

extension UInt64 {
    /// The greatest common divisor; that of a number and 0 is the number.
    static func greatestCommonDivisor(_ one: UInt64, _ other: UInt64) -> UInt64 {
        guard one > 0 else { return other }
        guard other > 0 else { return one }
        let twos = Swift.min(one.trailingZeroBitCount, other.trailingZeroBitCount)
        var left = one &>> Self(one.trailingZeroBitCount)
        var right = other &>> Self(other.trailingZeroBitCount)
        while left != right {
            let difference = left > right ? left - right : right - left
            right = Swift.min(left, right)
            left = difference &>> Self(difference.trailingZeroBitCount)
        }
        return left &<< Self(twos)
    }
}
