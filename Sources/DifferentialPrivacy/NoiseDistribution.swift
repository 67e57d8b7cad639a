/// What one aggregator adds to each number of its aggregate share, with exact parameters. Everybody may know it.
public enum NoiseDistribution: Hashable, Sendable {
    /// Discrete Laplace (Canonne, Kamath and Steinke 2020, Definition 25): P(x) in proportion to e^(−|x| / scale).
    case laplace(scale: Rational)
    /// Discrete Gaussian (Definition 1 there): P(x) in proportion to e^(−x² / (2 · variance)). The distribution's own
    /// variance is `variance` at most, and all but equal unless that is small.
    case gaussian(variance: Rational)
}

extension NoiseDistribution {
    /// The noise that keeps a mechanism's promise for one window and a client who keeps to the contribution limit.
    ///
    /// So many reports of one client move the sum by as many times the sensitivity: that is linear for the L1 norm and
    /// squared for the square of the L2 norm. Scale Δ₁ / ε (Lemma 29), variance Δ₂² / 2ρ (Theorem 4).
    public init(_ mechanism: PrivacyMechanism, sensitivity: Sensitivity, contributionLimit: UInt32) {
        let limit = UInt128(contributionLimit)
        switch mechanism {
        case .laplace(let epsilon):
            self = .laplace(
                scale: Rational(sensitivity.l1) * Rational(limit * UInt128(PrivacyAmount.scale))
                    * Rational(1, over: UInt128(epsilon.billionths)))
        case .gaussian(let rho):
            self = .gaussian(
                variance: Rational(sensitivity.l2Squared) * Rational(limit * limit)
                    * Rational(UInt128(PrivacyAmount.scale), over: 2 * UInt128(rho.billionths)))
        }
    }

    /// Whether draws have room in 128 bits: one beyond ±(2^127 − 1) has a probability below 2^-100.
    ///
    /// For Laplace it is e^(−2^127 / scale), with scales up to 2^120; for Gaussian, with standard deviations up to 2^120,
    /// it is smaller still. Beyond that noise would be cut off, and the promise with it.
    public var isDrawable: Bool {
        switch self {
        case .laplace(let scale): scale.numerator <= scale.denominator << Self.largestScaleBits
        case .gaussian(let variance): variance.numerator <= variance.denominator << (2 * Self.largestScaleBits)
        }
    }

    private static let largestScaleBits = 120

    /// The word for it in results.
    public var word: String {
        switch self {
        case .laplace: "laplace"
        case .gaussian: "gaussian"
        }
    }
}

extension Rational {
    /// The product.
    static func * (left: Rational, right: Rational) -> Rational {
        Rational(reducing: left.numerator * right.numerator, over: left.denominator * right.denominator)
    }
}
