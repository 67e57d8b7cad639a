import DAPMessages
package import DAPRoles
package import DifferentialPrivacy
import Foundation
package import MetricCatalog

/// What `budget` shows: a line for each metric of the catalog and for each other name in the account.
package struct BudgetStatement: Encodable {
    let metrics: [MetricBudget]
    let allMetrics: CatalogBudget
    /// The named metric's last releases; nil when no metric is named.
    let debits: [BudgetDebit]?

    /// - Parameter metric: the only one to be shown; nil for all.
    package init(catalog: Catalog, spending: [String: PrivacySpending], metric name: String?, debits: [PrivacyDebit]?) {
        let others = spending.keys.filter { catalog.metric(named: $0) == nil }.sorted()
        metrics = (catalog.metrics.map(\.name) + others).filter { name == nil || $0 == name }.map {
            MetricBudget($0, policy: catalog.metric(named: $0)?.privacy, spending: spending[$0])
        }
        allMetrics = CatalogBudget(limit: catalog.privacyLimit, spending: Array(spending.values))
        let exponent =
            name.flatMap { catalog.metric(named: $0)?.privacy?.deltaExponent } ?? CatalogLimits.usualDeltaExponent
        self.debits = debits.map { $0.map { BudgetDebit($0, deltaExponent: exponent) } }
    }

    /// JSON (RFC 8259) with a line end behind it.
    package func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
}

/// The account of one name.
struct MetricBudget: Encodable {
    let metric: String
    /// `laplace` or `gaussian`; nil for a metric that the catalog promises nothing about, or does not have.
    let mechanism: String?
    /// What one window costs.
    let window: BudgetAmounts?
    let releases: UInt64
    let spent: BudgetAmounts
    let reserved: BudgetAmounts
    /// The lifetime limit; nil without a promise.
    let lifetime: BudgetLimit?

    init(_ metric: String, policy: PrivacyPolicy?, spending: PrivacySpending?) {
        let spending = spending ?? .none
        let exponent = policy?.deltaExponent ?? CatalogLimits.usualDeltaExponent
        self.metric = metric
        mechanism = policy?.mechanism.word
        window = policy.map { BudgetAmounts($0.mechanism.costPerWindow, deltaExponent: exponent) }
        releases = spending.releases
        spent = BudgetAmounts(spending.spent, deltaExponent: exponent)
        reserved = BudgetAmounts(spending.reserved, deltaExponent: exponent)
        lifetime = policy.map {
            BudgetLimit($0.lifetimeLimit, in: $0.mechanism.currency, spent: spending.spent + spending.reserved)
        }
    }
}

/// All names of the account together.
struct CatalogBudget: Encodable {
    let spent: BudgetAmounts
    let reserved: BudgetAmounts
    /// The catalog's `privacy_limit`.
    let limit: BudgetLimit?

    init(limit: CatalogPrivacyLimit?, spending: [PrivacySpending]) {
        let spent = spending.map(\.spent).reduce(.zero, +)
        let reserved = spending.map(\.reserved).reduce(.zero, +)
        self.spent = BudgetAmounts(of: spending.map(\.spent), deltaExponent: CatalogLimits.usualDeltaExponent)
        self.reserved = BudgetAmounts(of: spending.map(\.reserved), deltaExponent: CatalogLimits.usualDeltaExponent)
        self.limit = limit.map {
            switch $0 {
            case .epsilon(let amount): BudgetLimit(amount, in: .epsilon, spent: spent + reserved)
            case .rho(let amount): BudgetLimit(amount, in: .rho, spent: spent + reserved)
            }
        }
    }
}

/// One release.
struct BudgetDebit: Encodable {
    /// The first second of its first window, and the second after its last.
    let start: String
    let end: String
    let windows: UInt64
    /// The ID of the task, and so the version of the metric.
    let taskID: String
    let costPerWindow: BudgetAmounts
    /// What it added to the account: less than its windows cost where they had been paid for in part.
    let added: BudgetAmounts

    init(_ debit: PrivacyDebit, deltaExponent: UInt8) {
        start = "\(Timestamp(posixSeconds: debit.start))"
        end = "\(Timestamp(posixSeconds: debit.end))"
        windows = debit.windows
        taskID = Base64URL.encode(debit.task)
        costPerWindow = BudgetAmounts(debit.costPerWindow, deltaExponent: deltaExponent)
        added = BudgetAmounts(debit.added, deltaExponent: deltaExponent)
    }
}

/// A cost in its currencies, and as an ε at a δ.
struct BudgetAmounts: Encodable {
    /// Nil where there is none: Gaussian noise has no pure ε.
    let epsilon: Decimal?
    let rho: Decimal
    /// What is known in (ε, δ) at `delta`: at most the pure ε, if there is one.
    let epsilonAtDelta: Double
    /// Such as `1e-9`.
    let delta: String

    init(_ cost: PrivacyCost, deltaExponent: UInt8) {
        self.init(of: [cost], deltaExponent: deltaExponent)
    }

    /// Several costs together.
    init(of costs: [PrivacyCost], deltaExponent: UInt8) {
        let cost = costs.reduce(.zero, +)
        epsilon = cost.epsilon.map(Decimal.init)
        rho = Decimal(cost.rho)
        // Two bounds: the ρ of all; or the pure ε of those that have one, and the ρ of the others. Pure ε is known without
        // a δ, so it adds to what the others are at δ (Dwork and Roth 2014, Theorem 3.16).
        let pure = costs.compactMap { $0.epsilon?.value }.reduce(0, +)
        let rest = costs.filter { $0.epsilon == nil }.reduce(.zero, +)
        epsilonAtDelta = min(
            Self.epsilon(of: cost.rho, deltaExponent), pure + Self.epsilon(of: rest.rho, deltaExponent))
        delta = "1e-\(deltaExponent)"
    }

    private static func epsilon(of rho: PrivacyAmount, _ deltaExponent: UInt8) -> Double {
        rho == .zero ? 0 : ZeroConcentrated.epsilon(rho: rho, deltaExponent: deltaExponent)
    }
}

/// A limit and what is left of it.
struct BudgetLimit: Encodable {
    /// `epsilon` or `rho`.
    let currency: String
    let limit: Decimal
    let left: Decimal

    init(_ limit: PrivacyAmount, in currency: PrivacyCurrency, spent: PrivacyCost) {
        self.currency = currency == .epsilon ? "epsilon" : "rho"
        self.limit = Decimal(limit)
        // Without an ε, no amount of ε covers what was spent.
        left = Decimal(limit.less(currency.amount(of: spent) ?? .unlimited))
    }
}

extension PrivacySpending {
    /// Nothing.
    fileprivate static let none = PrivacySpending(spent: .zero, reserved: .zero, releases: 0)
}

extension Decimal {
    /// An amount, exactly.
    fileprivate init(_ amount: PrivacyAmount) {
        self = Decimal(amount.billionths) / Decimal(PrivacyAmount.scale)
    }
}
