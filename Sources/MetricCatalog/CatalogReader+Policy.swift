import DifferentialPrivacy

/// What a metric promises in the end, and the rules that it must keep.
extension CatalogReader {
    /// The version; a problem is reported and answered with a stand-in, because metrics inherit it.
    mutating func version(_ entry: CatalogBlock.Entry) -> UInt32 {
        UInt32(whole(entry, in: 1...UInt64(UInt32.max)) ?? 1)
    }

    /// Reports per client and window; a problem is reported and answered with a stand-in, because metrics inherit it.
    mutating func contributionLimit(_ entry: CatalogBlock.Entry) -> UInt32 {
        UInt32(whole(entry, in: 1...CatalogLimits.contributions) ?? 1)
    }

    /// What is not shown; a problem is reported and answered with a stand-in, because metrics inherit it.
    mutating func suppressBelow(_ entry: CatalogBlock.Entry) -> UInt64 {
        whole(entry, in: 0...CatalogLimits.suppressBelow) ?? CatalogLimits.usualSuppressBelow
    }

    /// A metric's bound: nothing is suppressed where noise is promised.
    mutating func suppressBelow(
        _ entry: CatalogBlock.Entry?, privacy: MetricPrivacy, defaults: MetricDefaults
    ) -> UInt64 {
        let isPrivate =
            switch privacy {
            case .refused: false
            case .inherited: defaults.privacy != nil
            case .own: true
            }
        let own = entry.map { suppressBelow($0) }
        guard isPrivate else { return own ?? defaults.suppressBelow ?? CatalogLimits.usualSuppressBelow }
        if let entry {
            report(
                entry.line, "`suppress_below` is for metrics without `privacy`: noise protects small numbers already")
        }
        return 0
    }

    /// The promise of a metric; nil if there is none, or a problem with it.
    mutating func policy(
        _ privacy: MetricPrivacy, of type: MetricType, contributionLimit: UInt32, defaults: MetricDefaults
    ) -> PrivacyPolicy? {
        let line: Int
        var own = WrittenPrivacy(line: 0)
        switch privacy {
        case .refused: return nil
        case .inherited(let metricLine):
            guard defaults.privacy != nil else { return nil }
            line = metricLine
        case .own(let written):
            own = written
            line = written.line
        }
        let common = defaults.privacy ?? WrittenPrivacy(line: 0)
        guard !own.isFlawed, !common.isFlawed else { return nil }
        let kind = own.mechanism ?? common.mechanism ?? type.usualNoise
        guard isFree(own, ofOtherThan: kind) else { return nil }
        let cost = own.costs[kind] ?? common.costs[kind]
        let lifetime = own.lifetimes[kind] ?? common.lifetimes[kind]
        reportMissing(kind, cost: cost, lifetime: lifetime, line: line)
        guard let cost, let lifetime, isLargeEnough(lifetime, for: cost, kind) else { return nil }
        // A wrong limit has been reported, and says nothing about its metrics.
        let limit = defaults.privacyLimit?.limit
        let mechanism = kind.mechanism(cost.amount)
        guard isCovered(mechanism, costLine: cost.line, by: limit, line: line) else { return nil }
        let policy = PrivacyPolicy(
            mechanism: mechanism,
            deltaExponent: own.deltaExponent ?? common.deltaExponent ?? CatalogLimits.usualDeltaExponent,
            lifetimeLimit: lifetime.amount, contributionLimit: contributionLimit, catalogLimit: limit)
        if let flaw = NoiseBound.flaw(of: policy, in: type.parameters) {
            report(line, flaw)
            return nil
        }
        return policy
    }

    /// Whether a metric's block gives no cost of a mechanism that the metric has not.
    private mutating func isFree(_ own: WrittenPrivacy, ofOtherThan kind: NoiseKind) -> Bool {
        for (other, cost) in own.costs where other != kind {
            report(
                cost.line,
                """
                `\(other.costKey)` is for \(other) noise, and this metric has \(kind): give `\(kind.costKey)`, or \
                `mechanism: \(other)`
                """)
            return false
        }
        return true
    }

    private mutating func reportMissing(
        _ kind: NoiseKind, cost: WrittenAmount?, lifetime: WrittenAmount?, line: Int
    ) {
        let place = "is missing for \(kind) noise, here and in `privacy` at the top of the file"
        if cost == nil {
            report(line, "the key `\(kind.costKey)` \(place)")
        }
        if lifetime == nil {
            report(line, "the key `lifetime` \(place), where it is `lifetime: {\(kind.costKey): …}`")
        }
    }

    private mutating func isLargeEnough(
        _ lifetime: WrittenAmount, for cost: WrittenAmount, _ kind: NoiseKind
    ) -> Bool {
        guard lifetime.amount >= cost.amount else {
            report(
                lifetime.line,
                """
                the lifetime's \(kind.symbol) \(lifetime.amount) is less than the \(kind.symbol) \(cost.amount) of one \
                window: nothing could be released
                """)
            return false
        }
        return true
    }

    /// Whether the catalog's limit can cover a window of a mechanism at all.
    private mutating func isCovered(
        _ mechanism: PrivacyMechanism, costLine: Int, by limit: CatalogPrivacyLimit?, line: Int
    ) -> Bool {
        let cost = mechanism.costPerWindow
        let (currency, most): (PrivacyCurrency, PrivacyAmount)
        switch limit {
        case nil: return true
        case .epsilon(let amount): (currency, most) = (.epsilon, amount)
        case .rho(let amount): (currency, most) = (.rho, amount)
        }
        guard let asked = currency.amount(of: cost) else {
            report(
                line,
                """
                `privacy_limit` is in ε, which gaussian noise does not have: give the limit as `rho`, or this \
                metric `mechanism: laplace`
                """)
            return false
        }
        guard asked <= most else {
            report(
                costLine,
                """
                one window costs \(currency.symbol) \(asked), more than the `privacy_limit` of \(currency.symbol) \(most): \
                nothing could be released
                """)
            return false
        }
        return true
    }

    /// A limit that no metric has would look like protection.
    mutating func checkPrivacyLimit(_ written: WrittenPrivacyLimit?, isUsedBy metrics: [Metric]) {
        guard let written, problems.isEmpty, metrics.allSatisfy({ $0.privacy == nil }) else { return }
        report(written.line, "`privacy_limit` limits nothing: no metric has `privacy`")
    }
}

extension MetricType {
    /// Gaussian noise is the smaller one where a report can be in many of a result's numbers.
    var usualNoise: NoiseKind {
        switch self {
        case .count, .sum, .histogram, .choice: .laplace
        case .choices, .vector: .gaussian
        }
    }
}
