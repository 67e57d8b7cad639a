import DAPMessages
import DAPRoles
import Foundation
import GRDB

/// A leased aggregation job inside a transaction, and what can become of its reports.
struct AggregationJobRow {
    let number: Int64
    let task: Int64
    let isPrepared: Bool
    private let db: Database

    /// The job, or nil when the lease was lost or the job is finished.
    init?(_ lease: JobLease, _ db: Database) throws {
        let statement = try db.cachedStatement(sql: Self.selectLeased)
        guard let row = try Row.fetchOne(statement, arguments: [lease.job, lease.token]) else { return nil }
        number = lease.job
        task = try row.value(0)
        isPrepared = try row.value(1)
        self.db = db
    }

    /// The reports of a job, in its order.
    static func reports(of job: Int64, taskID: TaskID, _ db: Database) throws -> [UploadedReport] {
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

    /// Records that the reports of a collected bucket are rejected.
    func rejectCollected(at time: Int64) throws {
        try db.cachedStatement(sql: Self.rejectAt)
            .execute(arguments: [Int(ReportError.batchCollected.rawValue), number, time])
    }

    /// Records one rejection for all of the job's reports.
    func rejectAll(_ error: ReportError) throws {
        try db.cachedStatement(sql: Self.rejectAll).execute(arguments: [Int(error.rawValue), number])
    }

    /// Lets reports wait for another job, unless they are rejected.
    func giveBack(_ returned: [ReportID]) throws {
        let statement = try db.cachedStatement(sql: Self.giveBack)
        for reportID in returned {
            try statement.execute(arguments: [task, Data(reportID.bytes), number])
        }
    }

    /// Lets all reports wait for smaller jobs.
    func giveBackRefused() throws {
        try db.cachedStatement(sql: Self.giveBackRefused).execute(arguments: [number])
    }

    /// Takes rejected reports out of the job and erases their shares.
    func settleRejected() throws {
        try db.cachedStatement(sql: Self.eraseRejectedShares).execute(arguments: [number])
        try db.cachedStatement(sql: Self.settleRejected).execute(arguments: [number])
    }

    /// Takes all reports out of the job and erases their shares.
    func settleAll() throws {
        try db.cachedStatement(sql: Self.eraseShares).execute(arguments: [number])
        try db.cachedStatement(sql: Self.settleAll).execute(arguments: [number])
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
    static let selectDue = """
        SELECT job.number, job.attempts, job.is_prepared, tasks.task_id
        FROM aggregation_jobs AS job JOIN tasks ON tasks.number = job.task
        WHERE job.due_at <= ? AND job.lease_end <= ? ORDER BY job.due_at, job.number LIMIT 1
        """

    static let lease = """
        UPDATE aggregation_jobs SET lease_end = ?, lease_token = ?, attempts = attempts + 1 WHERE number = ?
        """

    static let release = """
        UPDATE aggregation_jobs SET due_at = ?, lease_end = 0, lease_token = NULL WHERE number = ? AND lease_token = ?
        """

    private static let selectLeased = """
        SELECT task, is_prepared FROM aggregation_jobs WHERE number = ? AND lease_token = ?
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

    private static let giveBack = """
        UPDATE client_reports SET state = 0, job = NULL
        WHERE task = ? AND report_id = ? AND job = ? AND state = 1 AND error IS NULL
        """

    private static let giveBackRefused = """
        UPDATE client_reports SET state = 0, job = NULL, refusals = refusals + 1 WHERE job = ? AND state = 1
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
