import DAPMessages
import DAPRoles
import Foundation
import GRDB

/// The batch buckets of a time-interval task: one per unit of time (DAP §5.1.3).
struct TimeIntervalBuckets {
    let task: Int64
    let db: Database

    /// Adds to the bucket at a time, or starts it.
    func add(_ addition: BatchBucket, at time: Int64, merge: AggregateShareMerge) throws {
        let stored = try Row.fetchOne(db.cachedStatement(sql: Self.select), arguments: [task, time])
        let bucket = try stored.map(Self.bucket)?.adding(addition, merge: merge) ?? addition
        try db.cachedStatement(sql: Self.upsert).execute(
            arguments: [
                task, time, Data(bucket.aggregateShare), try bucket.reportCount.storedCount,
                Data(bucket.checksum.bytes),
            ])
    }

    /// The non-empty buckets within an interval, in order of time.
    func within(_ interval: StoredInterval) throws -> [BatchBucket] {
        let statement = try db.cachedStatement(sql: Self.selectWithin)
        return try Row.fetchAll(statement, arguments: [task, interval.start, interval.end]).map(Self.bucket)
    }

    /// How many reports the buckets within an interval contain.
    func reportCount(within interval: StoredInterval) throws -> UInt64 {
        let statement = try db.cachedStatement(sql: Self.sumWithin)
        let row = try Row.fetchOne(statement, arguments: [task, interval.start, interval.end])
        return try row?.unsigned(0) ?? 0
    }

    /// Erases the aggregate shares within an interval.
    func eraseShares(within interval: StoredInterval) throws {
        try db.cachedStatement(sql: Self.eraseWithin).execute(arguments: [task, interval.start, interval.end])
    }

    private static func bucket(_ row: Row) throws -> BatchBucket {
        try BatchBucket(
            time: Time(row.unsigned(0)), aggregateShare: row.bytes(1), reportCount: row.unsigned(2),
            checksum: BatchChecksum(row.bytes(3)))
    }

    private static let select = """
        SELECT time, aggregate_share, report_count, checksum FROM batch_buckets WHERE task = ? AND time = ?
        """

    private static let selectWithin = """
        SELECT time, aggregate_share, report_count, checksum FROM batch_buckets
        WHERE task = ? AND time >= ? AND time < ? AND report_count > 0 ORDER BY time
        """

    private static let eraseWithin = """
        UPDATE batch_buckets SET aggregate_share = NULL WHERE task = ? AND time >= ? AND time < ?
        """

    private static let sumWithin = """
        SELECT coalesce(sum(report_count), 0) FROM batch_buckets WHERE task = ? AND time >= ? AND time < ?
        """

    private static let upsert = """
        INSERT INTO batch_buckets (task, time, aggregate_share, report_count, checksum) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (task, time) DO UPDATE SET aggregate_share = excluded.aggregate_share,
            report_count = excluded.report_count, checksum = excluded.checksum
        """
}
