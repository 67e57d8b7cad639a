import DifferentialPrivacy

/// What a run's task promises. There is so little noise that it is zero: another number has a probability below 2^-70. So
/// totals stay exact, and what costs something are the accounts.
///
/// A histogram's sensitivity is 2 (L1) and √2 (L2). Laplace noise for ε 100 has the scale 1/50 and Gaussian noise for ρ
/// 100 the variance 1/100, so that a number other than zero has a probability of about 2·e^-50 in both.
public struct SimulatedPrivacy: Sendable, Hashable, Codable {
    /// Which noise.
    public enum Noise: String, Sendable, Hashable, Codable, CaseIterable {
        /// Discrete Laplace, counted in ε.
        case laplace
        /// Discrete Gaussian, counted in ρ.
        case gaussian
    }

    /// A limit for all metrics of the catalog, in what one window alone costs in its currency.
    public enum CatalogLimit: Sendable, Hashable, Codable {
        /// In ε.
        case epsilon(UInt64)
        /// In ρ.
        case rho(UInt64)
    }

    /// Which noise.
    public var noise: Noise
    /// The lifetime limit, in what one window alone costs in the noise's currency.
    public var lifetime: UInt64
    /// The catalog's limit, if there is one.
    public var catalog: CatalogLimit?

    /// A promise.
    public init(noise: Noise = .laplace, lifetime: UInt64, catalog: CatalogLimit? = nil) {
        self.noise = noise
        self.lifetime = lifetime
        self.catalog = catalog
    }

    /// The account's name.
    static let metric = "simulated"
    /// What one window costs, in the noise's currency.
    private static let amount = PrivacyAmount(billionths: 100 * PrivacyAmount.scale)

    /// What the release of one window alone costs: ε 100 and ρ ½ · 100², or ρ 100.
    var costOfOneWindow: PrivacyCost {
        switch noise {
        case .laplace: PrivacyCost(epsilon: Self.amount, rho: Self.amount.times(50))
        case .gaussian: PrivacyCost(epsilon: nil, rho: Self.amount)
        }
    }

    /// As the task has it.
    var policy: PrivacyPolicy {
        let mechanism: PrivacyMechanism =
            noise == .laplace ? .laplace(epsilon: Self.amount) : .gaussian(rho: Self.amount)
        let limit: CatalogPrivacyLimit? =
            switch catalog {
            case .epsilon(let windows)?: .epsilon(Self.amount.times(windows))
            case .rho(let windows)?: .rho(costOfOneWindow.rho.times(windows))
            case nil: nil
            }
        return PrivacyPolicy(
            mechanism: mechanism, deltaExponent: 9, lifetimeLimit: Self.amount.times(lifetime), catalogLimit: limit)
    }
}
