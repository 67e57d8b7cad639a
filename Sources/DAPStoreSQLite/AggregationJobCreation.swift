import DAPRoles
import GRDB

/// Puts a task's waiting reports into jobs. A report's row number is its place in the order of upload and in its job, so
/// a job takes a few statements, however many reports it has.
struct AggregationJobCreation {
    let task: Int64
    let minimumSize: Int
    let maximumSize: Int
    /// POSIX seconds, as is `now`.
    let uploadedBefore: Int64
    /// In a leader-selected task.
    let filling: BatchFilling?
    let now: Int64

    /// Creates jobs, those of the most refused reports first: there are few, they are the oldest, and a stream of new ones
    /// must not keep them waiting.
    ///
    /// - Returns: how many.
    func run(_ db: Database) throws -> Int {
        try db.cachedStatement(sql: Self.wakeReports).execute(arguments: [task, now])
        var created = 0
        var refusals = try highestRefusals(below: .max, db)
        while let count = refusals, created < LeaderLimits.jobsPerCreation {
            created += try createJobs(refusals: count, limit: LeaderLimits.jobsPerCreation - created, db)
            refusals = try highestRefusals(below: count, db)
        }
        return created
    }

    private func createJobs(refusals: Int64, limit: Int, _ db: Database) throws -> Int {
        let size = jobSize(refusals: refusals)
        // Enough to know how the last job comes out.
        var waiting = try countWaiting(refusals: refusals, limit: limit * size + minimumSize, db)
        var created = 0
        var isStamped = false
        while created < limit, waiting > 0 {
            let place = try findPlace(db)
            if waiting < minimumSize, !place.isFilled(byJobOf: min(size, waiting)) {
                if !isStamped { try stampWaiting(refusals: refusals, db) }
                isStamped = true
                guard try isUrgent(refusals: refusals, db) else { break }
            }
            waiting -= try createJob(refusals: refusals, size: size, in: place, db)
            created += 1
        }
        return created
    }

    private func jobSize(refusals: Int64) -> Int {
        // Beyond 62 bits the shift would leave 0 anyway.
        max(1, maximumSize >> Int(min(refusals, 20) * 3))
    }

    /// Creates a job of the oldest reports; there is at least one.
    ///
    /// - Returns: how many it has.
    private func createJob(refusals: Int64, size: Int, in place: Place, _ db: Database) throws -> Int {
        let batch = try openBatch(place, db)
        try db.cachedStatement(sql: Self.insertJob).execute(arguments: [task, batch, now])
        let job = db.lastInsertedRowID
        try db.cachedStatement(sql: Self.assignReports)
            .execute(arguments: [job, task, refusals, min(Int64(size), place.room)])
        let count = db.changesCount
        guard count > 0 else { throw SQLiteStoreError(.corrupt, "reports were waiting and are not") }
        try db.cachedStatement(sql: Self.setLastTime).execute(arguments: [job, job])
        if let batch { try LeaderBatches.countAssigned(count, to: batch, db) }
        return count
    }

    private func highestRefusals(below bound: Int64, _ db: Database) throws -> Int64? {
        try Int64.fetchOne(db.cachedStatement(sql: Self.selectRefusals), arguments: [task, bound])
    }

    private func countWaiting(refusals: Int64, limit: Int, _ db: Database) throws -> Int {
        try Int.fetchOne(db.cachedStatement(sql: Self.countWaiting), arguments: [task, refusals, limit]) ?? 0
    }

    private func stampWaiting(refusals: Int64, _ db: Database) throws {
        try db.cachedStatement(sql: Self.stampWaiting).execute(arguments: [now, task, refusals])
    }

    /// Whether a waiting report is old enough, or belongs to a closed batch.
    private func isUrgent(refusals: Int64, _ db: Database) throws -> Bool {
        let statement = try db.cachedStatement(sql: Self.selectUrgent)
        return try Bool.fetchOne(statement, arguments: [task, refusals, uploadedBefore]) ?? false
    }
}

/// The batches that jobs go into.
extension AggregationJobCreation {
    /// Where the next job goes.
    private struct Place {
        /// Nil for a batch that is still to be opened, and in a time-interval task.
        var batch: Int64?
        var room = Int64.max

        func isFilled(byJobOf size: Int) -> Bool { room <= size }
    }

    private func findPlace(_ db: Database) throws -> Place {
        guard let filling else { return Place() }
        let targetSize = Int64(max(1, filling.targetSize))
        let batch = try LeaderBatches(task: task, db: db)
            .oldestWithRoom(targetSize: targetSize, freshSince: Int64(clamping: filling.freshSince.value))
        return batch.map { Place(batch: $0.number, room: $0.room) } ?? Place(room: targetSize)
    }

    /// - Returns: nil in a time-interval task.
    private func openBatch(_ place: Place, _ db: Database) throws -> Int64? {
        guard let filling, place.batch == nil else { return place.batch }
        return try LeaderBatches(task: task, db: db).insert(filling.newBatchID(), now: now)
    }
}

extension AggregationJobCreation {
    private static let wakeReports = """
        UPDATE client_reports SET state = 0, rest_until = NULL WHERE task = ? AND state = -1 AND rest_until <= ?
        """

    private static let insertJob = """
        INSERT INTO aggregation_jobs (task, batch, is_prepared, due_at, lease_end, attempts, created_at)
        VALUES (?1, ?2, 0, ?3, 0, 0, ?3)
        """

    private static let setLastTime = """
        UPDATE aggregation_jobs
        SET last_time = (SELECT max(time) FROM client_reports WHERE job = ? AND state = 1) WHERE number = ?
        """

    private static let assignReports = """
        UPDATE client_reports SET state = 1, job = ? WHERE number IN (
            SELECT number FROM client_reports WHERE task = ? AND refusals = ? AND state = 0 ORDER BY number LIMIT ?)
        """

    private static let selectRefusals = """
        SELECT refusals FROM client_reports WHERE task = ? AND refusals < ? AND state = 0
        ORDER BY refusals DESC LIMIT 1
        """

    private static let countWaiting = """
        SELECT count(*) FROM (SELECT 1 FROM client_reports WHERE task = ? AND refusals = ? AND state = 0 LIMIT ?)
        """

    /// The port gives no time at upload, so a report's wait is counted from the first time that it was passed over.
    private static let stampWaiting = """
        UPDATE client_reports SET waiting_since = ?
        WHERE task = ? AND refusals = ? AND state = 0 AND waiting_since IS NULL
        """

    /// Fewer than the minimum are waiting when this is asked. The last closed interval that starts at or before a report's
    /// time is the only one that can contain it.
    private static let selectUrgent = """
        SELECT EXISTS (
            SELECT 1 FROM client_reports AS report
            WHERE task = ? AND refusals = ? AND state = 0 AND (waiting_since <= ? OR time < (
                SELECT end_time FROM collection_jobs
                WHERE task = report.task AND start_time <= report.time AND is_closed = 1 AND start_time < end_time
                ORDER BY start_time DESC LIMIT 1)))
        """
}
