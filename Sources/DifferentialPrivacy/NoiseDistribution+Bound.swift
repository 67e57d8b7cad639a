extension NoiseDistribution {
    /// What a draw's magnitude passes with a probability below 2^-64, whatever the parameter: so none of 65,536
    /// numbers' noise from two aggregators does but with one below 2^-40.
    ///
    /// Discrete Laplace: P(|x| ≥ m) ≤ 2·e^(−m / scale). Discrete Gaussian: P(|x| ≥ m) ≤ 2·e^(−m² / 2σ²), as its moments
    /// are at most the Gaussian's (Canonne, Kamath and Steinke 2020, Proposition 25). Both are 2^-64 where the exponent
    /// is 65·ln 2.
    package var allButCertainBound: UInt128 {
        let bound =
            switch self {
            case .laplace(let scale): scale.value * Self.exponent
            case .gaussian(let variance): (2 * variance.value * Self.exponent).squareRoot()
            }
        // Twice the bound and any sum of reports stay within 128 bits.
        return bound < 0x1p125 ? UInt128(bound) + 1 : 1 << 125
    }

    /// 65·ln 2, rounded up.
    private static let exponent = 45.06
}
