import DAPMessages
import DAPRoles
import GRDB

/// What has expired of a task, inside a transaction that deletes some of it.
struct ExpiredRows {
    /// Answers to aggregation jobs deleted at a time: each fills several pages.
    static let answers = 64

    let task: Int64
    let db: Database
    /// The first unit of time that has not expired.
    let end: Int64
    let present: Int64
    /// POSIX seconds, as is `now`.
    let dueBefore: Int64
    let now: Int64
    private(set) var count = GarbageCount()
    private let limit: Int

    init(_ expiry: TaskExpiry, limit: Int, task: Int64, db: Database) {
        self.task = task
        self.db = db
        end = min(Int64(clamping: expiry.units.value), StoredInterval.beyond)
        present = Int64(clamping: expiry.present.value)
        dueBefore = expiry.dueBefore.storedSeconds
        now = expiry.now.storedSeconds
        self.limit = limit
    }

    /// How many rows may still be deleted.
    var left: Int { max(0, limit - count.rows) }

    /// Deletes what a leader forgets. Nothing refers to what goes first.
    mutating func deleteFromLeader() throws {
        try ForgottenTimes.extend(to: end, task: task, db)
        try deleteSettledReports()
        try deleteWaitingReports()
        try deleteJobs()
        try deleteBuckets()
        try deleteLeaderBatches()
        try deleteCollectionJobs()
    }

    /// Deletes what a helper forgets.
    mutating func deleteFromHelper() throws {
        try ForgottenTimes.extend(to: end, task: task, db)
        try deleteHelperReports()
        try deleteAnswers()
        try deleteBuckets()
        try deleteHelperBatches()
        try deleteAggregateShares()
        try deleteFailedRequests()
    }

    /// Runs a statement that deletes rows, and counts them.
    mutating func delete(_ sql: String, _ arguments: StatementArguments) throws {
        guard left > 0 else { return }
        try db.cachedStatement(sql: sql).execute(arguments: arguments)
        count.rows += db.changesCount
    }

    /// Counts reports that were not aggregated.
    mutating func countUnaggregated(_ reports: Int) {
        count.rows += reports
        count.unaggregatedReports += reports
    }

    /// Counts rows that somebody else deleted.
    mutating func count(_ rows: Int) { count.rows += rows }

    /// Both modes and roles have their own; a bucket that a closed batch needs stays.
    private mutating func deleteBuckets() throws {
        try delete(Self.deleteBuckets, [task, task, end, left])
    }

    private static let deleteBuckets = """
        DELETE FROM batch_buckets WHERE task = ? AND time IN (
            SELECT time FROM batch_buckets AS bucket
            WHERE task = ? AND time < ? AND NOT EXISTS (
                SELECT 1 FROM (\(closedInterval(around: "bucket"))) WHERE end_time > bucket.time)
            LIMIT ?)
        """

    /// Selects the last interval that is closed on behalf of an unfinished job and starts at or before a row's time.
    /// Such intervals do not overlap, so no other can contain it.
    static func closedInterval(around row: String) -> String {
        """
        SELECT end_time FROM collection_jobs
        WHERE task = \(row).task AND start_time <= \(row).time AND is_closed = 1 AND start_time < end_time AND state = 0
        ORDER BY start_time DESC LIMIT 1
        """
    }
}
