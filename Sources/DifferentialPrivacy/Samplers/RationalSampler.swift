package import BigInt

/// The algorithms of Canonne, Kamath and Steinke, "The Discrete Gaussian for Differential Privacy" (2020), step by step
/// in rational numbers of any size. It draws where parameters are too large for fixed-width numbers, and it is what the
/// fixed-width samplers are compared with.
package enum RationalSampler {
    /// A uniform number below a bound that is not zero, drawn as `FixedNatural` says.
    static func uniform(below bound: BigUInt, from words: inout WordStream) -> BigUInt {
        let width = bound.bitWidth
        for _ in 0..<SamplerLimit.uniformAttempts {
            var candidate = BigUInt(0)
            for filled in stride(from: 0, to: width, by: 32) {
                let word = words.next() >> UInt32(max(0, 32 - (width - filled)))
                candidate |= BigUInt(word) << filled
            }
            if candidate < bound { return candidate }
        }
        return 0
    }

    /// Bernoulli(γ) for γ at most 1 (the paper's section 5.1).
    static func bernoulli(_ probability: Rational, from words: inout WordStream) -> Bool {
        uniform(below: probability.denominator, from: &words) < probability.numerator
    }

    /// Bernoulli(e^−γ) for γ at most 1 (Algorithm 1).
    static func bernoulliExponentialFraction(_ exponent: Rational, from words: inout WordStream) -> Bool {
        var factor: UInt64 = 1
        while factor < SamplerLimit.seriesLength,
            bernoulli(
                Rational(reducing: exponent.numerator, over: exponent.denominator * BigUInt(factor)), from: &words)
        {
            factor += 1
        }
        return factor & 1 == 1
    }

    /// Bernoulli(e^−γ) (Algorithm 1).
    static func bernoulliExponential(_ exponent: Rational, from words: inout WordStream) -> Bool {
        let (whole, rest) = exponent.numerator.quotientAndRemainder(dividingBy: exponent.denominator)
        var units = BigUInt(0)
        while units < whole {
            guard units < BigUInt(SamplerLimit.wholeUnits),
                bernoulliExponentialFraction(Rational(1), from: &words)
            else { return false }
            units += 1
        }
        return bernoulliExponentialFraction(Rational(reducing: rest, over: exponent.denominator), from: &words)
    }

    /// P(x) in proportion to e^(−x / scale) for x ≥ 0, the scale not zero (Algorithm 2 without the sign).
    static func geometric(scale: Rational, from words: inout WordStream) -> BigUInt {
        var remainder = BigUInt(0)
        for _ in 0..<SamplerLimit.remainderAttempts {
            remainder = uniform(below: scale.numerator, from: &words)
            if bernoulliExponentialFraction(Rational(reducing: remainder, over: scale.numerator), from: &words) {
                break
            }
        }
        var quotient: UInt64 = 0
        while quotient < SamplerLimit.largestQuotient, bernoulliExponentialFraction(Rational(1), from: &words) {
            quotient += 1
        }
        return (remainder + scale.numerator * BigUInt(quotient)) / scale.denominator
    }

    /// Discrete Laplace (Algorithm 2).
    package static func laplace(scale: Rational, from words: inout WordStream) -> BigInt {
        guard scale.numerator > 0 else { return 0 }
        for _ in 0..<SamplerLimit.signAttempts {
            let isNegative = bernoulli(Rational(1, over: 2), from: &words)
            let magnitude = geometric(scale: scale, from: &words)
            if isNegative && magnitude.isZero { continue }
            return BigInt(sign: isNegative ? .minus : .plus, magnitude: magnitude)
        }
        return 0
    }

    /// Discrete Gaussian (Algorithm 3).
    package static func gaussian(variance: Rational, from words: inout WordStream) -> BigInt {
        guard variance.numerator > 0 else { return 0 }
        let scale = laplaceScale(variance: variance)
        var candidate = BigInt(0)
        for _ in 0..<SamplerLimit.gaussianAttempts {
            candidate = laplace(scale: Rational(reducing: scale, over: 1), from: &words)
            if accepts(candidate.magnitude, variance: variance, scale: scale, from: &words) { break }
        }
        return candidate
    }

    /// t = ⌊σ⌋ + 1 (Algorithm 3). The root of the variance's whole part has the same whole part as σ.
    static func laplaceScale(variance: Rational) -> BigUInt {
        (variance.numerator / variance.denominator).squareRoot() + 1
    }

    /// Bernoulli(e^−γ) with γ = (|y| − σ²/t)² / 2σ², by which Algorithm 3 accepts y.
    static func accepts(
        _ magnitude: BigUInt, variance: Rational, scale: BigUInt, from words: inout WordStream
    ) -> Bool {
        // Both times t · the variance's denominator, which leaves whole numbers.
        let distance = BigInt(magnitude * scale * variance.denominator) - BigInt(variance.numerator)
        let square = distance.magnitude * distance.magnitude
        let divisor = 2 * variance.numerator * variance.denominator * scale * scale
        return bernoulliExponential(Rational(reducing: square, over: divisor), from: &words)
    }
}

extension Int128 {
    /// The number, or the nearest to it between −(2^127 − 1) and 2^127 − 1.
    init(nearestTo number: BigInt) {
        // By way of the magnitude: BigInt gives wrong words for some negative numbers beyond 64 bits.
        let magnitude = number.magnitude.bitWidth < Int128.bitWidth ? Int128(UInt128(number.magnitude)) : .max
        self = number.sign == .minus ? -magnitude : magnitude
    }
}
