/// Which noise each aggregator adds, and so what one window may give away of one client (docs/privacy.md).
public enum PrivacyMechanism: Hashable, Sendable {
    /// Discrete Laplace noise: ε-differential privacy, ε above zero.
    case laplace(epsilon: PrivacyAmount)
    /// Discrete Gaussian noise: ρ-zCDP, ρ above zero.
    case gaussian(rho: PrivacyAmount)

    /// The word for it in a catalog and in results.
    public var word: String {
        switch self {
        case .laplace: "laplace"
        case .gaussian: "gaussian"
        }
    }

    /// What the release of one window gives away of a client who keeps to the contribution limit. ρ of Laplace noise is
    /// ½ε² (Bun and Steinke 2016, Proposition 1.4), rounded up.
    public var costPerWindow: PrivacyCost {
        switch self {
        case .gaussian(let rho): return PrivacyCost(epsilon: nil, rho: rho)
        case .laplace(let epsilon):
            // Below 2^127: an amount has 63 bits. Rounded up, and dividing brings it back to billionths.
            let square = UInt128(epsilon.billionths) * UInt128(epsilon.billionths)
            let divisor = 2 * UInt128(PrivacyAmount.scale)
            let rho = (square + divisor - 1) / divisor
            return PrivacyCost(
                epsilon: epsilon, rho: PrivacyAmount(billionths: UInt64(clamping: rho)))
        }
    }
}

/// What a catalog promises about a metric: which noise, and how much all releases together may give away of a client.
/// It is part of the task's hash.
public struct PrivacyPolicy: Hashable, Sendable {
    /// The noise.
    public let mechanism: PrivacyMechanism
    /// δ at which ρ is reported as an ε, as the exponent of a power of ten: 9 for 10^-9; 1 to `largestDeltaExponent`.
    public let deltaExponent: UInt8
    /// What all windows of the metric together may give away of a client who reports in each: ε for Laplace noise, ρ
    /// for Gaussian.
    public let lifetimeLimit: PrivacyAmount
    /// Reports that one client makes in one window, at most; at least 1. Clients keep to it, nobody else can check.
    public let contributionLimit: UInt32
    /// The limit of all the catalog's metrics together, if it has one.
    public let catalogLimit: CatalogPrivacyLimit?

    /// The smallest δ that can be named is 10^-30.
    public static let largestDeltaExponent: UInt8 = 30

    /// A policy.
    public init(
        mechanism: PrivacyMechanism, deltaExponent: UInt8, lifetimeLimit: PrivacyAmount, contributionLimit: UInt32 = 1,
        catalogLimit: CatalogPrivacyLimit? = nil
    ) {
        precondition(contributionLimit > 0 && (1...Self.largestDeltaExponent).contains(deltaExponent))
        self.mechanism = mechanism
        self.deltaExponent = deltaExponent
        self.lifetimeLimit = lifetimeLimit
        self.contributionLimit = contributionLimit
        self.catalogLimit = catalogLimit
    }
}

/// What all metrics of a catalog together may give away of a client over a lifetime.
public enum CatalogPrivacyLimit: Hashable, Sendable {
    /// In pure ε; no metric may have Gaussian noise.
    case epsilon(PrivacyAmount)
    /// In ρ, with ½ε² for Laplace noise.
    case rho(PrivacyAmount)
}
