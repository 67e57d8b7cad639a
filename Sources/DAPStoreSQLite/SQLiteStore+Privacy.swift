public import DAPRoles
public import DifferentialPrivacy
import GRDB

extension SQLiteStore: PrivacyStore {
    /// What each metric has given away, of whatever task and role.
    public func privacySpending() async throws -> [String: PrivacySpending] {
        try await pool.read { db in try PrivacyDebits(db: db).spending() }
    }

    /// The debits of a metric's releases, the last windows first.
    public func privacyDebits(metric: String, limit: Int) async throws -> [PrivacyDebit] {
        try await pool.read { db in try PrivacyDebits(db: db).last(limit, of: metric) }
    }
}
