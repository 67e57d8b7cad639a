import DAPMessages
import DAPRoles
import Foundation
import GRDB

/// The batch buckets of a leader-selected task, a leader's or a helper's: one per batch (DAP §5.2.4).
struct LeaderSelectedBuckets {
    let task: Int64
    let db: Database

    /// Adds to the bucket of a batch, or starts it.
    func add(_ addition: BatchBucket, of batchID: BatchID, merge: AggregateShareMerge) throws {
        let bucket = try bucket(of: batchID).first?.adding(addition, merge: merge) ?? addition
        try db.cachedStatement(sql: Self.upsert).execute(
            arguments: [
                task, Data(batchID.bytes), Data(bucket.aggregateShare), try bucket.reportCount.storedCount,
                Data(bucket.checksum.bytes), try bucket.times.lowerBound.stored, try bucket.times.upperBound.stored,
            ])
    }

    /// The bucket of a batch, if it has been started.
    func bucket(of batchID: BatchID) throws -> [BatchBucket] {
        let statement = try db.cachedStatement(sql: Self.select)
        return try Row.fetchAll(statement, arguments: [task, Data(batchID.bytes)]).map { row in
            let (first, last) = (Time(try row.unsigned(3)), Time(try row.unsigned(4)))
            guard first <= last else { throw SQLiteStoreError(.corrupt, "a bucket ends before it starts") }
            return BatchBucket(
                id: .batch(batchID), times: first...last, aggregateShare: try row.bytes(0),
                reportCount: try row.unsigned(1), checksum: try BatchChecksum(row.bytes(2)))
        }
    }

    /// Erases the aggregate share of a batch.
    func eraseShare(of batchID: BatchID) throws {
        try db.cachedStatement(sql: Self.erase).execute(arguments: [task, Data(batchID.bytes)])
    }

    private static let select = """
        SELECT aggregate_share, report_count, checksum, first_time, last_time FROM leader_selected_buckets
        WHERE task = ? AND batch_id = ?
        """

    private static let erase = """
        UPDATE leader_selected_buckets SET aggregate_share = NULL WHERE task = ? AND batch_id = ?
        """

    private static let upsert = """
        INSERT INTO leader_selected_buckets
            (task, batch_id, aggregate_share, report_count, checksum, first_time, last_time)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (task, batch_id) DO UPDATE SET aggregate_share = excluded.aggregate_share,
            report_count = excluded.report_count, checksum = excluded.checksum, first_time = excluded.first_time,
            last_time = excluded.last_time
        """
}
