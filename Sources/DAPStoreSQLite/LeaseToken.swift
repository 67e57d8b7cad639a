import GRDB

/// The counter that makes leases distinct, over all kinds of jobs and all processes.
enum LeaseToken {
    /// A token that no lease had before. Taken in the transaction that writes the lease.
    static func next(_ db: Database) throws -> Int64 {
        let statement = try db.cachedStatement(sql: "UPDATE last_lease_token SET token = token + 1 RETURNING token")
        guard let token = try Int64.fetchOne(statement) else {
            throw SQLiteStoreError(.corrupt, "the lease counter is missing")
        }
        return token
    }
}
