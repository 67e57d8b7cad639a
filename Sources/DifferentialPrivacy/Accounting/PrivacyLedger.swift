/// Decides whether a metric's promise covers a release, and what the release costs. It keeps nothing: the
/// stores keep the debits.
public struct PrivacyLedger: Sendable {
    private let metric: String
    private let policy: PrivacyPolicy

    /// The ledger of a metric.
    public init(metric: String, policy: PrivacyPolicy) {
        self.metric = metric
        self.policy = policy
    }

    /// The debit of a release, if the account covers it.
    ///
    /// - Parameters:
    ///   - task: the task's ID.
    ///   - start: where the batch's first window begins, in POSIX seconds.
    ///   - windows: how many there are from its first report to its last, at least 1.
    ///   - windowLength: in seconds.
    ///   - statement: read in the same transaction that keeps the debit.
    /// - Throws: `PrivacyRefusal`.
    public func debit(
        task: [UInt8], start: UInt64, windows: UInt64, windowLength: UInt64, statement: PrivacyStatement
    ) throws(PrivacyRefusal) -> PrivacyDebit {
        let alone = policy.mechanism.costPerWindow
        let cost = PrivacyCost(epsilon: alone.epsilon, rho: alone.rho.times(windows))
        let unpriced = PrivacyDebit(
            metric: metric, task: task, start: start, windows: windows, windowLength: windowLength,
            costPerWindow: cost, added: .zero)
        let debit = PrivacyDebit(
            metric: metric, task: task, start: start, windows: windows, windowLength: windowLength,
            costPerWindow: cost, added: Self.added(by: unpriced, to: statement.overlapping))
        try checkWindows(debit, statement)
        try checkLifetime(debit, statement)
        try checkCatalog(debit, statement)
        return debit
    }

    /// What a release adds to the metric's account: in each of its windows, by how much it costs more than the dearest
    /// earlier release of the same task there.
    private static func added(by debit: PrivacyDebit, to earlier: [PrivacyDebit]) -> PrivacyCost {
        // No clock gets there; a batch whose end cannot be told has no price that could be right.
        guard debit.end < .max else {
            return PrivacyCost(epsilon: debit.costPerWindow.epsilon.map { _ in .unlimited }, rho: .unlimited)
        }
        let others = earlier.filter { $0.task == debit.task && $0.start < debit.end && debit.start < $0.end }
        // Between two neighbouring bounds nothing changes. The windows of a task are aligned with each other.
        let bounds = Set(
            [debit.start, debit.end]
                + others.flatMap { [max($0.start, debit.start), min($0.end, debit.end)] }
        ).sorted()
        var added = PrivacyCost(epsilon: debit.costPerWindow.epsilon.map { _ in .zero }, rho: .zero)
        for (start, end) in zip(bounds, bounds.dropFirst()) {
            let windows = (end - start) / debit.windowLength
            let there = others.filter { $0.start <= start && end <= $0.end }.map(\.costPerWindow)
            let dearest = (
                epsilon: there.compactMap(\.epsilon).max() ?? .zero, rho: there.map(\.rho).max() ?? .zero
            )
            let part = PrivacyCost(
                epsilon: debit.costPerWindow.epsilon.map { $0.less(dearest.epsilon).times(windows) },
                rho: debit.costPerWindow.rho.less(dearest.rho).times(windows))
            added = added + part
        }
        return added
    }

    /// A window's reports may be in several batches of a task, but other versions of the metric have reports of their own.
    private func checkWindows(_ debit: PrivacyDebit, _ statement: PrivacyStatement) throws(PrivacyRefusal) {
        let others = (statement.overlapping + statement.reserved).filter {
            $0.task != debit.task && $0.start < debit.end && debit.start < $0.end
        }
        guard let renewsAt = others.map(\.end).max() else { return }
        let currency = policy.mechanism.currency
        let spent = others.reduce(PrivacyAmount.zero) { $0 + (currency.amount(of: $1.costPerWindow) ?? .unlimited) }
        let limit = policy.mechanism.amount
        throw PrivacyRefusal(
            metric: metric, scope: .window, currency: currency, asked: limit, left: limit.less(spent), limit: limit,
            spent: spent,
            renewsAt: renewsAt)
    }

    private func checkLifetime(_ debit: PrivacyDebit, _ statement: PrivacyStatement) throws(PrivacyRefusal) {
        try check(
            .lifetime, policy.mechanism.currency, added: debit.added, to: statement.spent[metric] ?? .zero,
            limit: policy.lifetimeLimit)
    }

    private func checkCatalog(_ debit: PrivacyDebit, _ statement: PrivacyStatement) throws(PrivacyRefusal) {
        guard let limit = policy.catalogLimit else { return }
        let spent = statement.spent.values.reduce(.zero, +)
        switch limit {
        case .epsilon(let amount): try check(.catalog, .epsilon, added: debit.added, to: spent, limit: amount)
        case .rho(let amount): try check(.catalog, .rho, added: debit.added, to: spent, limit: amount)
        }
    }

    /// Releases with Gaussian noise have no pure ε, so no limit in ε covers them.
    private func check(
        _ scope: PrivacyRefusal.Scope, _ currency: PrivacyCurrency, added: PrivacyCost, to spent: PrivacyCost,
        limit: PrivacyAmount
    ) throws(PrivacyRefusal) {
        let asked = currency.amount(of: added) ?? .unlimited
        let before = currency.amount(of: spent)
        let left = limit.less(before ?? .unlimited)
        guard asked > left else { return }
        throw PrivacyRefusal(
            metric: metric, scope: scope, currency: currency, asked: asked, left: left, limit: limit, spent: before,
            renewsAt: nil)
    }
}

/// In which of its two currencies a cost is counted.
public enum PrivacyCurrency: Hashable, Sendable {
    /// Pure ε.
    case epsilon
    /// ρ of zero-concentrated differential privacy.
    case rho

    /// The Greek letter.
    public var symbol: String { self == .epsilon ? "ε" : "ρ" }

    /// The amount of a cost; nil when it has none in this currency.
    public func amount(of cost: PrivacyCost) -> PrivacyAmount? { self == .epsilon ? cost.epsilon : cost.rho }
}

extension PrivacyMechanism {
    /// The currency in which its limits are.
    public var currency: PrivacyCurrency {
        switch self {
        case .laplace: .epsilon
        case .gaussian: .rho
        }
    }

    /// What one window costs in that currency.
    public var amount: PrivacyAmount {
        switch self {
        case .laplace(let epsilon): epsilon
        case .gaussian(let rho): rho
        }
    }
}
