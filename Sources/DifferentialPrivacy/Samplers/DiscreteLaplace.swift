/// The discrete Laplace distribution: P(x) in proportion to e^(−|x| / scale), by Algorithm 2 of Canonne, Kamath and
/// Steinke, "The Discrete Gaussian for Differential Privacy" (2020).
///
/// The time that a draw takes depends on its value, and so says something of it (Jin et al. 2022). Noise is drawn once,
/// for a whole aggregate share, inside a transaction that ends with a sync of the disk, in whose jitter some microseconds
/// are hidden, though not removed.
package struct DiscreteLaplace: Sendable {
    /// Numerators of the scale have this many bits at most in fixed-width numbers, so that the largest magnitude,
    /// 129 times as large, and the largest bound, 64 times as large, are below 2^126.
    private static let wideBits = 118
    /// The same for words of 64 bits.
    private static let narrowBits = 54

    private let scale: Rational
    private let width: Width

    private enum Width: Sendable {
        case narrow(numerator: UInt64, denominator: UInt64)
        case wide(numerator: UInt128, denominator: UInt128)
        case unlimited
    }

    /// The distribution with a scale. That of scale 0 is always 0.
    package init(scale: Rational) {
        self.scale = scale
        let bits = max(scale.numerator.bitWidth, scale.denominator.bitWidth)
        if scale.numerator.isZero || bits > Self.wideBits {
            width = .unlimited
        } else if bits > Self.narrowBits {
            width = .wide(numerator: UInt128(scale.numerator), denominator: UInt128(scale.denominator))
        } else {
            width = .narrow(numerator: UInt64(scale.numerator), denominator: UInt64(scale.denominator))
        }
    }

    /// A draw; one that 128 bits do not hold is the nearest that they do. For scales that
    /// `NoiseDistribution.isDrawable` allows that happens with probability below 2^-100.
    package func sample(from words: inout WordStream) -> Int128 {
        switch width {
        case .narrow(let numerator, let denominator):
            return Self.signed(from: &words) { words in
                UInt128(Self.geometric(numerator, from: &words) / denominator)
            }
        case .wide(let numerator, let denominator):
            return Self.signed(from: &words) { words in
                Self.geometric(numerator, from: &words) / denominator
            }
        case .unlimited:
            return Int128(nearestTo: RationalSampler.laplace(scale: scale, from: &words))
        }
    }

    /// u + n · v for scale n / d: u below n, kept with probability e^(−u/n), and v geometric with ratio 1/e (Algorithm 2).
    private static func geometric<Natural: DivisibleNatural>(
        _ numerator: Natural, from words: inout WordStream
    ) -> Natural {
        var remainder: Natural = 0
        for _ in 0..<SamplerLimit.remainderAttempts {
            remainder = Natural.draw(below: numerator, from: &words)
            let divisor = Natural.greatestCommonDivisor(remainder, numerator)
            if ExponentialBernoulli.fraction(remainder / divisor, over: numerator / divisor, from: &words) { break }
        }
        var quotient: UInt64 = 0
        while quotient < SamplerLimit.largestQuotient, ExponentialBernoulli.one(from: &words) { quotient += 1 }
        return remainder + numerator * Natural(quotient)
    }

    /// The sign, then the magnitude; a negative zero is drawn again (Algorithm 2).
    private static func signed(
        from words: inout WordStream, magnitude: (inout WordStream) -> UInt128
    ) -> Int128 {
        for _ in 0..<SamplerLimit.signAttempts {
            // Bernoulli(½): the first of two numbers.
            let isNegative = UInt64.draw(below: 2, from: &words) == 0
            let magnitude = Int128(magnitude(&words))
            if isNegative && magnitude == 0 { continue }
            return isNegative ? -magnitude : magnitude
        }
        return 0
    }
}
