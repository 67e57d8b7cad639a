import BigInt

/// The discrete Gaussian distribution: P(x) in proportion to e^(−x² / (2 · variance)), by Algorithm 3 of Canonne, Kamath
/// and Steinke, "The Discrete Gaussian for Differential Privacy" (2020). The variance is rational, its root need not be.
///
/// The time that a draw takes says something of its value, and is accepted as for `DiscreteLaplace`.
package struct DiscreteGaussian: Sendable {
    private let variance: Rational
    private let fixedWidth: FixedWidth?

    /// The distribution with a variance parameter. That of 0 is always 0.
    package init(variance: Rational) {
        self.variance = variance
        fixedWidth = FixedWidth(variance: variance)
    }

    /// A draw; one that 128 bits do not hold is the nearest that they do. For variances that
    /// `NoiseDistribution.isDrawable` allows that happens with probability below 2^-100.
    package func sample(from words: inout WordStream) -> Int128 {
        guard let fixedWidth else {
            return Int128(nearestTo: RationalSampler.gaussian(variance: variance, from: &words))
        }
        var candidate: Int128 = 0
        for _ in 0..<SamplerLimit.gaussianAttempts {
            candidate = fixedWidth.laplace.sample(from: &words)
            let isAccepted =
                if let odds = fixedWidth.odds(of: candidate.magnitude) {
                    ExponentialBernoulli.any(odds.numerator, over: odds.denominator, from: &words)
                } else {
                    RationalSampler.accepts(
                        BigUInt(candidate.magnitude), variance: variance, scale: BigUInt(fixedWidth.scale),
                        from: &words)
                }
            if isAccepted { break }
        }
        return candidate
    }
}

/// What Algorithm 3 computes the exponent of its acceptance from.
///
/// With σ² = p/q in lowest terms it is γ = (|y| − σ²/t)² / 2σ² = (|y|qt − p)² / 2pqt². The draws follow the fraction in
/// lowest terms, and most of what cancels can be known beforehand:
/// - With c = gcd(p, t), p′ = p/c and t′ = t/c it is γ = (|y|qt′ − p′)² / 2pqt′²; let x be the difference in brackets.
/// - A prime that divides t′ or q divides |y|qt′ but not p′, so it does not divide x.
/// - So what is left to cancel is g = gcd(x², 2p), and γ = (x²/g) / ((2p/g) · qt′²).
private struct FixedWidth: Sendable {
    /// t = ⌊σ⌋ + 1.
    let scale: UInt128
    /// Laplace noise of that scale.
    let laplace: DiscreteLaplace
    /// 2p.
    private let twicePart: UInt128
    /// p′.
    private let offset: UInt128
    /// qt′.
    private let slope: UInt128
    /// qt′².
    private let squares: UInt128

    /// The denominator of γ is below 2^248 then, so that there is room for a product with
    /// `SamplerLimit.seriesLength`.
    private static let denominatorBits = 248

    /// - Returns: nil when the parameters are too large, or the variance 0.
    init?(variance: Rational) {
        guard !variance.numerator.isZero else { return nil }
        let scale = RationalSampler.laplaceScale(variance: variance)
        let common = scale.greatestCommonDivisor(with: variance.numerator)
        let reduced = scale / common
        let squares = variance.denominator * reduced * reduced
        let twicePart = 2 * variance.numerator
        guard scale.bitWidth < 118, squares.bitWidth <= 128, twicePart.bitWidth <= 128,
            squares.bitWidth + twicePart.bitWidth <= Self.denominatorBits
        else { return nil }
        self.scale = UInt128(scale)
        laplace = DiscreteLaplace(scale: Rational(self.scale))
        self.twicePart = UInt128(twicePart)
        offset = UInt128(variance.numerator / common)
        slope = UInt128(variance.denominator * reduced)
        self.squares = UInt128(squares)
    }

    /// γ in lowest terms for the candidate with an absolute value; nil if that is so large that 128 bits do not hold x.
    func odds(of magnitude: UInt128) -> (numerator: UInt256, denominator: UInt256)? {
        let (product, overflow) = magnitude.multipliedReportingOverflow(by: slope)
        guard !overflow else { return nil }
        let distance = product > offset ? product - offset : offset - product
        // With x = ga and 2p = gb, a and b without a common divisor, gcd(x², 2p) is g · gcd(g, b).
        let first = UInt128.greatestCommonDivisor(distance, twicePart)
        let second = UInt128.greatestCommonDivisor(first, twicePart / first)
        return (
            UInt256(distance / first, times: distance / second), UInt256(twicePart / first / second, times: squares)
        )
    }
}
