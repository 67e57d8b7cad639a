import DAPMessages
import DAPRoles
import Foundation
import GRDB

/// A leader's batches of a leader-selected task. Each is open, closed on behalf of a collection job, or collected.
///
/// An open batch may be sealed: the helper may have collected it and would refuse reports for it, so it takes none and
/// awaits the next collection job.
struct LeaderBatches {
    let task: Int64
    let db: Database

    /// A batch that was looked for.
    struct Found {
        let number: Int64
        let id: BatchID
    }

    /// The oldest open batch that is not sealed and has fewer than so many reports, and how many it has room for. One
    /// whose last aggregated report is from before `freshSince` is passed over.
    func oldestWithRoom(targetSize: Int64, freshSince: Int64) throws -> (number: Int64, room: Int64)? {
        let statement = try db.cachedStatement(sql: Self.selectWithRoom)
        guard let row = try Row.fetchOne(statement, arguments: [task, targetSize, freshSince]) else { return nil }
        return (try row.value(0), targetSize - (try row.value(1, as: Int64.self)))
    }

    /// Opens a batch.
    ///
    /// - Returns: its number.
    func insert(_ id: BatchID, now: Int64) throws -> Int64 {
        try db.cachedStatement(sql: Self.insert).execute(arguments: [task, Data(id.bytes), now])
        return db.lastInsertedRowID
    }

    /// Of the open batches that are sealed or meet a choice the one that the fewest collection jobs have failed with,
    /// then the oldest. So a batch that all jobs fail with does not keep the others waiting.
    func choose(_ choice: BatchChoice) throws -> Found? {
        let row = try Row.fetchOne(
            db.cachedStatement(sql: Self.selectChoice),
            arguments: [
                task, Int64(clamping: choice.targetSize), Int64(clamping: choice.minimumSize),
                choice.openedBefore.storedSeconds,
            ])
        return try row.map { row in Found(number: try row.value(0), id: try BatchID(row.bytes(1))) }
    }

    /// Whether a batch has been collected.
    func isCollected(_ id: BatchID) throws -> Bool {
        try Bool.fetchOne(db.cachedStatement(sql: Self.selectCollected), arguments: [task, Data(id.bytes)]) ?? false
    }

    /// How many reports are in unfinished aggregation jobs of a batch.
    func pendingReports(_ id: BatchID) throws -> UInt64 {
        let statement = try db.cachedStatement(sql: Self.countPending)
        return try Row.fetchOne(statement, arguments: [task, Data(id.bytes)])?.unsigned(0) ?? 0
    }

    /// Counts reports that went into a batch's bucket.
    func countAggregated(_ count: Int64, in id: BatchID) throws {
        try db.cachedStatement(sql: Self.addAggregated).execute(arguments: [count, task, Data(id.bytes)])
    }

    /// Batches that were opened until then have reports that may have been released: the store was restored from a
    /// backup.
    private static let lastBlocked = "SELECT coalesce(max(restored_at), -1) FROM release_block WHERE number = 1"

    private static let selectWithRoom = """
        SELECT number, report_count FROM leader_batches AS batch
        WHERE task = ? AND state = 0 AND is_sealed = 0 AND report_count < ? AND NOT EXISTS (
            SELECT 1 FROM leader_selected_buckets
            WHERE task = batch.task AND batch_id = batch.batch_id AND last_time < ?)
            AND opened_at > (\(lastBlocked))
        ORDER BY number LIMIT 1
        """

    private static let insert = """
        INSERT INTO leader_batches (task, batch_id, opened_at, state, report_count, failures, is_sealed)
        VALUES (?, ?, ?, 0, 0, 0, 0)
        """

    private static let selectChoice = """
        SELECT number, batch_id FROM leader_batches
        WHERE task = ? AND state = 0 AND (is_sealed = 1 OR report_count >= ? OR report_count >= ? AND opened_at <= ?)
            AND opened_at > (\(lastBlocked))
        ORDER BY failures, number LIMIT 1
        """

    private static let selectCollected = """
        SELECT EXISTS (SELECT 1 FROM leader_batches WHERE task = ? AND batch_id = ? AND state = 2)
        """

    private static let countPending = """
        SELECT count(*) FROM leader_batches AS batch
        JOIN aggregation_jobs AS job ON job.batch = batch.number
        JOIN client_reports AS report ON report.job = job.number AND report.state = 1
        WHERE batch.task = ? AND batch.batch_id = ?
        """

    private static let addAggregated = """
        UPDATE leader_batches SET report_count = report_count + ? WHERE task = ? AND batch_id = ?
        """
}

/// What happens to one batch, known by its number.
extension LeaderBatches {
    /// Counts reports that went into a job of a batch, or, below zero, out of it.
    static func countAssigned(_ count: Int, to batch: Int64, _ db: Database) throws {
        try db.cachedStatement(sql: "UPDATE leader_batches SET report_count = report_count + ? WHERE number = ?")
            .execute(arguments: [count, batch])
    }

    /// Puts no more reports into a batch from now on.
    static func seal(_ batch: Int64, _ db: Database) throws { try setSealed(true, batch, db) }

    /// Lets reports into a sealed batch, which the helper was not asked for.
    static func unseal(_ batch: Int64, _ db: Database) throws { try setSealed(false, batch, db) }

    /// Closes a batch on behalf of a collection job.
    static func close(_ batch: Int64, _ db: Database) throws { try set(1, batch, db) }

    /// Opens a closed batch.
    static func reopen(_ batch: Int64, _ db: Database) throws { try set(0, batch, db) }

    /// Marks a closed batch collected, for ever.
    static func collect(_ batch: Int64, _ db: Database) throws { try set(2, batch, db) }

    /// Counts a collection job that failed with a batch.
    static func countFailure(_ batch: Int64, _ db: Database) throws {
        try db.cachedStatement(sql: "UPDATE leader_batches SET failures = failures + 1 WHERE number = ?")
            .execute(arguments: [batch])
    }

    /// Whether an unfinished aggregation job belongs to a batch.
    static func hasJobs(_ batch: Int64, _ db: Database) throws -> Bool {
        let statement = try db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM aggregation_jobs WHERE batch = ?)")
        return try Bool.fetchOne(statement, arguments: [batch]) ?? false
    }

    private static func setSealed(_ isSealed: Bool, _ batch: Int64, _ db: Database) throws {
        try db.cachedStatement(sql: "UPDATE leader_batches SET is_sealed = ? WHERE number = ?")
            .execute(arguments: [isSealed, batch])
    }

    private static func set(_ state: Int, _ batch: Int64, _ db: Database) throws {
        try db.cachedStatement(sql: "UPDATE leader_batches SET state = ? WHERE number = ?")
            .execute(arguments: [state, batch])
    }
}
