/// A release that an account does not cover.
public struct PrivacyRefusal: Error, Hashable, Sendable {
    /// Which limit it would pass.
    public enum Scope: Hashable, Sendable {
        /// That of one window: another version of the metric has been released for it.
        case window
        /// That of the metric over a client's lifetime.
        case lifetime
        /// That of all metrics of the catalog together.
        case catalog
    }

    /// The metric's name.
    public let metric: String
    /// Which limit.
    public let scope: Scope
    /// In which currency the amounts are.
    public let currency: PrivacyCurrency
    /// What the release would add.
    public let asked: PrivacyAmount
    /// What is left of the limit, less than that.
    public let left: PrivacyAmount
    /// The limit.
    public let limit: PrivacyAmount
    /// What was spent of the limit before; nil when it has no amount in this currency: there was Gaussian noise, which has no
    /// ε, so no limit in ε covers anything any more.
    public let spent: PrivacyAmount?
    /// From which POSIX second on there are windows with an allowance of their own; nil if the limit never renews.
    public let renewsAt: UInt64?

    /// A refusal with its parts.
    public init(
        metric: String, scope: Scope, currency: PrivacyCurrency, asked: PrivacyAmount, left: PrivacyAmount,
        limit: PrivacyAmount, spent: PrivacyAmount?, renewsAt: UInt64?
    ) {
        self.metric = metric
        self.scope = scope
        self.currency = currency
        self.asked = asked
        self.left = left
        self.limit = limit
        self.spent = spent
        self.renewsAt = renewsAt
    }
}
