import DifferentialPrivacy
import Yams

/// What the file promises about releases, as it is written. Whether it holds together is a matter of `policy`.
extension CatalogReader {
    /// The value of `privacy` in a metric.
    mutating func metricPrivacy(_ entry: CatalogBlock.Entry) -> MetricPrivacy {
        if case .scalar = entry.value, let written = written(entry) {
            if written.text == "none" { return .refused }
            report(written.line, "`privacy` must be `none`, or consist of keys and values")
        } else if case .scalar = entry.value {
            // It has no value, which has been reported.
        } else {
            return .own(privacy(entry) { $0.lifetime($1) })
        }
        return .own(WrittenPrivacy(line: entry.line, isFlawed: true))
    }

    /// The value of `privacy` at the top of the file.
    mutating func privacyDefaults(_ entry: CatalogBlock.Entry) -> WrittenPrivacy {
        guard entry.value.scalar?.string != "none" else {
            report(entry.line, "`privacy: none` is for a metric; at the top of the file the key is left out")
            return WrittenPrivacy(line: entry.line, isFlawed: true)
        }
        return privacy(entry) { $0.lifetimes($1) }
    }

    /// A `privacy` block. `lifetimes` reads its key `lifetime`, which has another form in a metric than at the top.
    private mutating func privacy(
        _ entry: CatalogBlock.Entry,
        lifetimes: (inout CatalogReader, CatalogBlock.Entry) -> [NoiseKind: WrittenAmount]
    ) -> WrittenPrivacy {
        var written = WrittenPrivacy(line: entry.line)
        let before = problems.count
        guard var block = block(entry.value, called: "`privacy`", line: entry.line) else {
            written.isFlawed = true
            return written
        }
        written.mechanism = block.take("mechanism").flatMap { mechanism($0) }
        for kind in NoiseKind.allCases {
            written.costs[kind] = block.take(kind.costKey).flatMap { amount($0, limit: CatalogLimits.windowCost) }
        }
        written.deltaExponent = block.take("delta").flatMap { deltaExponent($0) }
        written.lifetimes = block.take("lifetime").map { lifetimes(&self, $0) } ?? [:]
        for entry in block.remaining {
            report(entry.line, "unknown key \(shown(entry.key)) in `privacy`")
        }
        written.isFlawed = problems.count > before
        return written
    }

    private mutating func mechanism(_ entry: CatalogBlock.Entry) -> NoiseKind? {
        guard let written = written(entry) else { return nil }
        guard let kind = NoiseKind(rawValue: written.text) else {
            report(written.line, "`\(entry.key)` must be laplace or gaussian")
            return nil
        }
        return kind
    }

    /// A metric's lifetime limit is in the currency of its mechanism, whichever that is.
    private mutating func lifetime(_ entry: CatalogBlock.Entry) -> [NoiseKind: WrittenAmount] {
        guard case .scalar = entry.value else {
            report(
                entry.line,
                "`lifetime` of a metric must be one number: the ε of laplace noise, or the ρ of gaussian")
            return [:]
        }
        guard let amount = amount(entry, limit: CatalogLimits.lifetimeCost) else { return [:] }
        return [.laplace: amount, .gaussian: amount]
    }

    /// The top of the file serves metrics of both mechanisms, for which the same number means different things.
    private mutating func lifetimes(_ entry: CatalogBlock.Entry) -> [NoiseKind: WrittenAmount] {
        guard case .mapping = entry.value,
            var block = block(entry.value, called: "`lifetime`", line: entry.line)
        else {
            report(
                entry.line, "`lifetime` at the top of the file must say of what: `lifetime: {epsilon: 30, rho: 5}`")
            return [:]
        }
        var lifetimes: [NoiseKind: WrittenAmount] = [:]
        for kind in NoiseKind.allCases {
            lifetimes[kind] = block.take(kind.costKey).flatMap { amount($0, limit: CatalogLimits.lifetimeCost) }
        }
        for entry in block.remaining {
            report(entry.line, "unknown key \(shown(entry.key)) in `lifetime`")
        }
        return lifetimes
    }

    /// The value of `privacy_limit`.
    mutating func privacyLimit(_ entry: CatalogBlock.Entry) -> WrittenPrivacyLimit {
        let none = WrittenPrivacyLimit(line: entry.line, limit: nil)
        guard var block = block(entry.value, called: "`privacy_limit`", line: entry.line) else { return none }
        let before = problems.count
        let epsilon = block.take("epsilon").flatMap { amount($0, limit: CatalogLimits.lifetimeCost) }
        let rho = block.take("rho").flatMap { amount($0, limit: CatalogLimits.lifetimeCost) }
        for entry in block.remaining {
            report(entry.line, "unknown key \(shown(entry.key)) in `privacy_limit`")
        }
        guard problems.count == before else { return none }
        switch (epsilon, rho) {
        case (let epsilon?, nil): return WrittenPrivacyLimit(line: entry.line, limit: .epsilon(epsilon.amount))
        case (nil, let rho?): return WrittenPrivacyLimit(line: entry.line, limit: .rho(rho.amount))
        default:
            report(entry.line, "`privacy_limit` must have one key: `epsilon` or `rho`")
            return none
        }
    }

    /// An amount of ε or ρ: above zero, in billionths.
    private mutating func amount(_ entry: CatalogBlock.Entry, limit: PrivacyAmount) -> WrittenAmount? {
        guard let written = written(entry) else { return nil }
        guard !written.isQuoted, let digits = WrittenNumber.decimalDigits(in: written.text) else {
            report(written.line, "`\(entry.key)` must be a decimal number such as 0.5, without quotes")
            return nil
        }
        // Other readers of YAML take 010 to be eight.
        guard digits.whole == 1 || !written.text.hasPrefix("0") else {
            report(written.line, "`\(entry.key)` must not begin with a zero")
            return nil
        }
        guard digits.fraction <= 9 else {
            report(written.line, "`\(entry.key)` has more than 9 digits behind the point")
            return nil
        }
        guard let amount = PrivacyAmount(decimal: written.text), amount > .zero, amount <= limit else {
            report(written.line, "`\(entry.key)` must be above 0 and at most \(limit)")
            return nil
        }
        return WrittenAmount(line: written.line, amount: amount)
    }

    private mutating func deltaExponent(_ entry: CatalogBlock.Entry) -> UInt8? {
        guard let written = written(entry) else { return nil }
        guard !written.isQuoted, let exponent = WrittenNumber.negativePowerOfTen(written.text),
            exponent <= PrivacyPolicy.largestDeltaExponent
        else {
            let least = "1e-\(PrivacyPolicy.largestDeltaExponent)"
            report(
                written.line,
                "`\(entry.key)` must be a power of ten such as 1e-9, from \(least) to 1e-1, without quotes")
            return nil
        }
        return exponent
    }
}

/// The two kinds of noise, as the file names them.
enum NoiseKind: String, CaseIterable {
    case laplace
    case gaussian

    /// The key for what one window costs; also that for a limit in the same currency.
    var costKey: String { self == .laplace ? "epsilon" : "rho" }

    /// The Greek letter for it.
    var symbol: String { currency.symbol }

    /// In which currency its limits are.
    var currency: PrivacyCurrency { self == .laplace ? .epsilon : .rho }

    /// The noise of one window that costs `amount`.
    func mechanism(_ amount: PrivacyAmount) -> PrivacyMechanism {
        self == .laplace ? .laplace(epsilon: amount) : .gaussian(rho: amount)
    }
}

/// What a metric says about its privacy.
enum MetricPrivacy {
    /// Nothing: what the top of the file says holds. The metric stands on `line`.
    case inherited(line: Int)
    /// `none`.
    case refused
    /// A block, or what should have been one.
    case own(WrittenPrivacy)
}

/// A `privacy` block as the file gives it, to a metric or to all.
struct WrittenPrivacy {
    /// Where it is given.
    let line: Int
    /// Whether something in it has been reported, so that nothing can be made of it.
    var isFlawed = false
    var mechanism: NoiseKind?
    var costs: [NoiseKind: WrittenAmount] = [:]
    var deltaExponent: UInt8?
    var lifetimes: [NoiseKind: WrittenAmount] = [:]
}

/// An amount and where it is given.
struct WrittenAmount {
    let line: Int
    let amount: PrivacyAmount
}

/// `privacy_limit` as the file gives it.
struct WrittenPrivacyLimit {
    /// Where it is given.
    let line: Int
    /// Nil if the value is a problem, which has been reported.
    let limit: CatalogPrivacyLimit?
}
