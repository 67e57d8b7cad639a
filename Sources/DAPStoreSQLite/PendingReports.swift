import DAPMessages
import GRDB

/// The reports of a task that are neither aggregated nor rejected, resting ones included.
struct PendingReports {
    let task: Int64
    let db: Database

    /// How many have their time in an interval.
    func count(in interval: Interval) throws -> UInt64 {
        let stored = StoredInterval(interval)
        let statement = try db.cachedStatement(sql: Self.count)
        return try Row.fetchOne(statement, arguments: [task, stored.start, stored.end])?.unsigned(0) ?? 0
    }

    /// Whether one has its time in an interval.
    func exist(in interval: Interval) throws -> Bool {
        let stored = StoredInterval(interval)
        let statement = try db.cachedStatement(sql: Self.exists)
        return try Bool.fetchOne(statement, arguments: [task, stored.start, stored.end]) ?? false
    }

    private static let count = """
        SELECT count(*) FROM client_reports WHERE task = ? AND time >= ? AND time < ? AND state < 2
        """

    private static let exists = """
        SELECT EXISTS (SELECT 1 FROM client_reports WHERE task = ? AND time >= ? AND time < ? AND state < 2)
        """
}
