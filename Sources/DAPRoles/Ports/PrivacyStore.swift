public import DifferentialPrivacy

/// An aggregator's account of what its releases have given away. Debits are written along with releases; they stay as
/// long as the store, whatever else expires.
public protocol PrivacyStore: Sendable {
    /// What each metric has given away of a client who reported in every window, by name: the sums of `added`,
    /// those of reservations apart.
    func privacySpending() async throws -> [String: PrivacySpending]

    /// A metric's debits, the last windows first.
    ///
    /// - Parameter limit: how many at most.
    func privacyDebits(metric: String, limit: Int) async throws -> [PrivacyDebit]
}

/// What a metric has given away.
public struct PrivacySpending: Equatable, Sendable {
    /// By releases.
    public let spent: PrivacyCost
    /// Set aside for releases that are under way.
    public let reserved: PrivacyCost
    /// How many releases there were.
    public let releases: UInt64

    /// A spending.
    public init(spent: PrivacyCost, reserved: PrivacyCost, releases: UInt64) {
        self.spent = spent
        self.reserved = reserved
        self.releases = releases
    }
}
