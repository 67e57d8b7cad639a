import DAPMessages
import DAPRoles
import Foundation
import GRDB

/// A leased aggregation job inside a transaction, and what can become of its reports.
struct AggregationJobRow {
    let number: Int64
    let task: Int64
    /// The number of its batch in a leader-selected task.
    let batch: Int64?
    let isPrepared: Bool
    private let db: Database

    /// The job, or nil when the lease was lost or the job is finished.
    init?(_ lease: JobLease, _ db: Database) throws {
        let statement = try db.cachedStatement(sql: Self.selectLeased)
        guard let row = try Row.fetchOne(statement, arguments: [lease.job, lease.token]) else { return nil }
        number = lease.job
        task = try row.value(0)
        isPrepared = try row.value(1)
        batch = try row.optional(2)
        self.db = db
    }

    /// Leases the job that has been due longest.
    static func leaseDue(now: Int64, leaseEnd: Int64, _ db: Database) throws -> AggregationJobWork? {
        guard let due = try Row.fetchOne(db.cachedStatement(sql: selectDue), arguments: [now, now]) else { return nil }
        let job: Int64 = try due.value(0)
        let lease = JobLease(job: job, token: try LeaseToken.next(db), attempt: try due.value(1, as: Int.self) + 1)
        try db.cachedStatement(sql: Self.lease).execute(arguments: [leaseEnd, lease.token, job])
        let taskID = try TaskID(due.bytes(4))
        let batchID = try due.bytes(5)
        return AggregationJobWork(
            lease: lease, taskID: taskID, batchID: batchID.isEmpty ? nil : try BatchID(batchID),
            isPrepared: try due.value(2), location: try due.optional(3), createdAt: try due.unsigned(6),
            reports: try reports(of: job, taskID: taskID, db))
    }

    /// The reports of a job, in its order.
    private static func reports(of job: Int64, taskID: TaskID, _ db: Database) throws -> [UploadedReport] {
        try Row.fetchCursor(db.cachedStatement(sql: selectReports), arguments: [job])
            .mapToArray { row in try report(row, taskID: taskID) }
    }

    /// How many reports the job has.
    func reportCount() throws -> Int {
        try Int.fetchOne(db.cachedStatement(sql: Self.countReports), arguments: [number]) ?? 0
    }

    /// Records why reports are rejected. They stay in the job until they are settled.
    func reject(_ rejected: [ReportID: ReportError]) throws {
        let statement = try db.cachedStatement(sql: Self.reject)
        for (reportID, error) in rejected {
            try statement.execute(arguments: [Int(error.rawValue), task, Data(reportID.bytes), number])
        }
    }

    /// Adds to a bucket; records that the job's reports in it are rejected when it is collected or has expired.
    func add(_ addition: BatchBucket, merge: AggregateShareMerge) throws {
        let collected = Int(ReportError.batchCollected.rawValue)
        let batches = LeaderBatches(task: task, db: db)
        switch addition.id {
        case .time(let time):
            let interval = StoredInterval(bucket: try time.stored)
            if try BatchIntervals.collected.overlap(interval, task: task, db) {
                return try rejectAll(.batchCollected, at: interval.start)
            }
            // What a collection job waits for is added, though it has expired.
            let isForgotten = try ForgottenTimes(task: task, db: db).contain(interval.start)
            if isForgotten, try !BatchIntervals.closed.overlap(interval, task: task, db) {
                return try rejectAll(.reportDropped, at: interval.start)
            }
        case .batch(let batchID):
            if try batches.isCollected(batchID) {
                return try db.cachedStatement(sql: Self.rejectOthers).execute(arguments: [collected, number])
            }
            try batches.countAggregated(addition.reportCount.storedCount, in: batchID)
        }
        try BatchBuckets(task: task, db: db).add(addition, merge: merge)
    }

    /// Records one rejection for all of the job's reports of a unit of time that have none.
    private func rejectAll(_ error: ReportError, at time: Int64) throws {
        try db.cachedStatement(sql: Self.rejectAt).execute(arguments: [Int(error.rawValue), number, time])
    }

    /// Records one rejection for all of the job's reports.
    func rejectAll(_ error: ReportError) throws {
        try db.cachedStatement(sql: Self.rejectAll).execute(arguments: [Int(error.rawValue), number])
    }

    /// Lets reports that were too early rest before they wait for another job, unless they are rejected; those that
    /// rested often enough are.
    ///
    /// - Parameter now: POSIX seconds.
    func rest(_ returned: [ReportID], now: Int64) throws {
        let rest = try db.cachedStatement(sql: Self.rest)
        let giveUp = try db.cachedStatement(sql: Self.giveUp)
        let longest = Int64(LeaderLimits.longestRest)
        // The sum has to fit a column.
        let now = min(now, .max - longest)
        for reportID in returned {
            let id = Data(reportID.bytes)
            try rest.execute(arguments: [now, longest, task, id, number, LeaderLimits.rests])
            if db.changesCount > 0 { continue }
            try giveUp.execute(
                arguments: [Int(ReportError.reportTooEarly.rawValue), task, id, number, LeaderLimits.rests])
        }
    }

    /// Whether the job has one report, which has rested often enough because of its refusals.
    func isCulprit() throws -> Bool {
        let statement = try db.cachedStatement(sql: Self.selectCulprit)
        return try Bool.fetchOne(statement, arguments: [LeaderLimits.restsAfterRefusals, number]) ?? false
    }

    /// Lets all reports rest before they wait for smaller jobs.
    ///
    /// - Parameter now: POSIX seconds.
    func restRefused(now: Int64) throws {
        let (first, longest) = (Int64(LeaderLimits.firstRestAfterRefusal), Int64(LeaderLimits.longestRestAfterRefusal))
        try db.cachedStatement(sql: Self.restRefused)
            // The sum has to fit a column.
            .execute(arguments: [min(now, .max - longest), first, longest, number])
    }

    /// Takes rejected reports out of the job, and its batch, and erases their shares.
    func settleRejected() throws {
        try db.cachedStatement(sql: Self.eraseRejectedShares).execute(arguments: [number])
        try db.cachedStatement(sql: Self.settleRejected).execute(arguments: [number])
        if let batch { try LeaderBatches.countAssigned(-db.changesCount, to: batch, db) }
    }

    /// Takes all reports out of the job and erases their shares.
    func settleAll() throws {
        try db.cachedStatement(sql: Self.eraseShares).execute(arguments: [number])
        try db.cachedStatement(sql: Self.settleAll).execute(arguments: [number])
    }

    /// Takes all reports out of the job's batch; those that are aggregated come back with the addition to its bucket.
    func leaveBatch() throws {
        if let batch { try LeaderBatches.countAssigned(-reportCount(), to: batch, db) }
    }

    /// Fixes the report list.
    func markPrepared() throws {
        try db.cachedStatement(sql: "UPDATE aggregation_jobs SET is_prepared = 1 WHERE number = ?")
            .execute(arguments: [number])
    }

    /// Ends the job.
    func delete() throws {
        try db.cachedStatement(sql: "DELETE FROM aggregation_jobs WHERE number = ?").execute(arguments: [number])
    }

    private static func report(_ row: Row, taskID: TaskID) throws -> UploadedReport {
        let encodedMetadata = try row.bytes(2)
        let metadata =
            encodedMetadata.isEmpty
            ? ReportMetadata(reportID: try ReportID(row.bytes(0)), time: Time(try row.unsigned(1)))
            : try ReportMetadata(decoding: encodedMetadata)
        return UploadedReport(
            taskID: taskID, metadata: metadata, publicShare: try row.bytes(3),
            leaderInputShare: StoredSecret(atRest: try row.bytes(4)),
            helperEncryptedInputShare: try HpkeCiphertext(decoding: row.bytes(5)))
    }
}

extension Cursor {
    fileprivate func mapToArray<Value>(_ transform: (Element) throws -> Value) throws -> [Value] {
        var values: [Value] = []
        while let element = try next() { values.append(try transform(element)) }
        return values
    }
}

extension AggregationJobRow {
    private static let selectDue = """
        SELECT job.number, job.attempts, job.is_prepared, job.location, tasks.task_id, batch.batch_id, job.created_at
        FROM aggregation_jobs AS job JOIN tasks ON tasks.number = job.task
        LEFT JOIN leader_batches AS batch ON batch.number = job.batch
        WHERE job.due_at <= ? AND job.lease_end <= ? ORDER BY job.due_at, job.number LIMIT 1
        """

    private static let lease = """
        UPDATE aggregation_jobs SET lease_end = ?, lease_token = ?, attempts = attempts + 1 WHERE number = ?
        """

    static let release = """
        UPDATE aggregation_jobs SET due_at = ?, location = ?, lease_end = 0, lease_token = NULL
        WHERE number = ? AND lease_token = ?
        """

    private static let selectLeased = """
        SELECT task, is_prepared, batch FROM aggregation_jobs WHERE number = ? AND lease_token = ?
        """

    private static let selectReports = """
        SELECT report.report_id, report.time, shares.metadata, shares.public_share, shares.leader_input_share,
            shares.helper_ciphertext
        FROM client_reports AS report JOIN report_shares AS shares ON shares.report = report.number
        WHERE report.job = ? AND report.state = 1 ORDER BY report.number
        """

    private static let countReports = "SELECT count(*) FROM client_reports WHERE job = ? AND state = 1"

    private static let reject = """
        UPDATE client_reports SET error = ? WHERE task = ? AND report_id = ? AND job = ? AND state = 1
        """

    private static let rejectAt = """
        UPDATE client_reports SET error = ? WHERE job = ? AND time = ? AND state = 1 AND error IS NULL
        """

    private static let rejectAll = "UPDATE client_reports SET error = ? WHERE job = ? AND state = 1"

    private static let rejectOthers = """
        UPDATE client_reports SET error = ? WHERE job = ? AND state = 1 AND error IS NULL
        """

    /// The `n`th rest lasts 2ⁿ seconds.
    private static let rest = """
        UPDATE client_reports SET state = -1, job = NULL, rests = rests + 1,
            rest_until = ? + min(1 << min(rests + 1, 32), ?)
        WHERE task = ? AND report_id = ? AND job = ? AND state = 1 AND error IS NULL AND rests < ?
        """

    private static let giveUp = """
        UPDATE client_reports SET error = ?
        WHERE task = ? AND report_id = ? AND job = ? AND state = 1 AND error IS NULL AND rests >= ?
        """

    private static let selectCulprit = """
        SELECT count(*) = 1 AND max(refusals) >= ? FROM client_reports WHERE job = ? AND state = 1
        """

    /// The `n`th rest is eight times as long as the one before.
    private static let restRefused = """
        UPDATE client_reports SET state = -1, job = NULL, refusals = refusals + 1,
            rest_until = ? + min(? << 3 * min(refusals, 8), ?)
        WHERE job = ? AND state = 1
        """

    private static let eraseRejectedShares = """
        DELETE FROM report_shares WHERE report IN (
            SELECT number FROM client_reports WHERE job = ? AND state = 1 AND error IS NOT NULL)
        """

    private static let settleRejected = """
        UPDATE client_reports SET state = 2, job = NULL WHERE job = ? AND state = 1 AND error IS NOT NULL
        """

    private static let eraseShares = """
        DELETE FROM report_shares WHERE report IN (SELECT number FROM client_reports WHERE job = ? AND state = 1)
        """

    private static let settleAll = "UPDATE client_reports SET state = 2, job = NULL WHERE job = ? AND state = 1"
}
