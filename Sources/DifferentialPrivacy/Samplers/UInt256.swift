/// A whole number below 2^256: numerator or denominator of the probability that Algorithm 3 accepts with.
struct UInt256: Comparable {
    private(set) var high: UInt128
    private(set) var low: UInt128

    init(high: UInt128, low: UInt128) {
        self.high = high
        self.low = low
    }

    /// The product of two numbers; it always fits.
    init(_ left: UInt128, times right: UInt128) {
        if left.halves.high == 0, right.halves.high == 0 {
            let (high, low) = left.halves.low.multipliedFullWidth(by: right.halves.low)
            self.init(high: 0, low: UInt128(high) &<< 64 | UInt128(low))
        } else {
            let (high, low) = left.multipliedFullWidth(by: right)
            self.init(high: high, low: low)
        }
    }

    /// The number, if 64 bits less those of `SamplerLimit.seriesLength` hold it.
    var narrow: UInt64? {
        high == 0 && low &>> 56 == 0 ? low.halves.low : nil
    }

    static func < (left: UInt256, right: UInt256) -> Bool {
        left.high < right.high || (left.high == right.high && left.low < right.low)
    }

    /// The difference; `right` must not be larger.
    static func - (left: UInt256, right: UInt256) -> UInt256 {
        let (low, borrow) = left.low.subtractingReportingOverflow(right.low)
        return UInt256(high: left.high - right.high - (borrow ? 1 : 0), low: low)
    }
}

extension UInt256: FixedNatural {
    static func draw(below bound: UInt256, from words: inout WordStream) -> UInt256 {
        if bound.high == 0 { return UInt256(high: 0, low: UInt128.draw(below: bound.low, from: &words)) }
        let width = UInt128.bitWidth - bound.high.leadingZeroBitCount
        for _ in 0..<SamplerLimit.uniformAttempts {
            var low = UInt128(words.nextPair())
            low |= UInt128(words.nextPair()) &<< 64
            var high: UInt128 = 0
            var filled = 0
            while width - filled > 32 {
                high |= UInt128(words.next()) &<< UInt128(filled)
                filled += 32
            }
            high |= UInt128(words.next() &>> UInt32(32 - (width - filled))) &<< UInt128(filled)
            let candidate = UInt256(high: high, low: low)
            if candidate < bound { return candidate }
        }
        return UInt256(high: 0, low: 0)
    }

    func remainder(dividingBy divisor: UInt64) -> UInt64 {
        let rest = high.remainder(dividingBy: divisor)
        let (upper, lower) = low.halves
        return divisor.dividingFullWidth((divisor.dividingFullWidth((rest, upper)).remainder, lower)).remainder
    }

    func quotient(dividingBy divisor: UInt64) -> UInt256 {
        if divisor == 1 { return self }
        let (upper, lower) = low.halves
        let first = divisor.dividingFullWidth((high.remainder(dividingBy: divisor), upper))
        let second = divisor.dividingFullWidth((first.remainder, lower))
        return UInt256(
            high: high.quotient(dividingBy: divisor), low: UInt128(first.quotient) &<< 64 | UInt128(second.quotient))
    }

    func multiplied(by factor: UInt64) -> UInt256 {
        let (carry, low) = low.multipliedFullWidth(by: UInt128(factor))
        return UInt256(high: high * UInt128(factor) + carry, low: low)
    }
}
