import DAPMessages
import DAPRoles
import Foundation
import GRDB

/// What a leader forgets.
extension ExpiredRows {
    /// Reports that are aggregated or rejected. Their shares are gone.
    mutating func deleteSettledReports() throws {
        try delete(Self.deleteSettled, [task, end, left])
    }

    /// Reports that wait for a job, or rest, with their shares.
    mutating func deleteWaitingReports() throws {
        guard left > 0 else { return }
        try db.cachedStatement(sql: Self.deleteWaitingShares).execute(arguments: [task, end, left])
        try db.cachedStatement(sql: Self.deleteWaiting).execute(arguments: [task, end, left])
        countUnaggregated(db.changesCount)
    }

    /// A time-interval task's jobs that nobody works on and no closed batch waits for.
    mutating func deleteJobs() throws {
        guard left > 0 else { return }
        let jobs = try Int64.fetchAll(
            db.cachedStatement(sql: Self.selectJobs), arguments: [task, end, now, jobLimit])
        for job in jobs { try deleteJob(job) }
    }

    /// Leader-selected batches, open or collected, none of whose reports is young, with all that belongs to them. Jobs
    /// that are too many for one step are taken out of their batch step by step; it takes no others meanwhile.
    mutating func deleteLeaderBatches() throws {
        guard left > 0 else { return }
        let grace = now - min(now, Int64(GarbageLimits.answerGrace))
        let filled = try batches(Self.selectFilledBatches, [task, end, end, now, grace, left])
        let unfilled = try batches(Self.selectUnfilledBatches, [task, end, end, now, left])
        for batch in filled + unfilled where left > 0 { try deleteBatch(batch) }
    }

    /// Collection jobs whose whole interval has expired, and failed ones without an interval.
    mutating func deleteCollectionJobs() throws {
        let grace = now - min(now, Int64(GarbageLimits.answerGrace))
        try delete(Self.deleteEndedJobs, [task, end, grace, left])
        try delete(Self.deleteFailedJobs, [task, dueBefore, left])
    }

    private var jobLimit: Int { max(1, left / LeaderLimits.reportsPerJob) }

    private func batches(_ sql: String, _ arguments: StatementArguments) throws -> [(number: Int64, id: Data)] {
        try Row.fetchAll(db.cachedStatement(sql: sql), arguments: arguments)
            .map { row in (try row.value(0), Data(try row.bytes(1))) }
    }

    private mutating func deleteBatch(_ batch: (number: Int64, id: Data)) throws {
        try LeaderBatches.seal(batch.number, db)
        let jobs = try Int64.fetchAll(
            db.cachedStatement(sql: Self.selectJobsOfBatch), arguments: [batch.number, jobLimit])
        for job in jobs {
            try LeaderBatches.countAssigned(-deleteJob(job), to: batch.number, db)
        }
        if try LeaderBatches.hasJobs(batch.number, db) { return }
        try delete(Self.deleteBucket, [task, batch.id])
        try db.cachedStatement(sql: Self.deleteJobWithBatch).execute(arguments: [batch.number])
        try db.cachedStatement(sql: Self.deleteBatch).execute(arguments: [batch.number])
        count(1)
    }

    /// - Returns: how many reports it had.
    @discardableResult
    private mutating func deleteJob(_ job: Int64) throws -> Int {
        try db.cachedStatement(sql: Self.deleteSharesOfJob).execute(arguments: [job])
        try db.cachedStatement(sql: Self.deleteReportsOfJob).execute(arguments: [job])
        let reports = db.changesCount
        countUnaggregated(reports)
        try db.cachedStatement(sql: "DELETE FROM aggregation_jobs WHERE number = ?").execute(arguments: [job])
        count(1)
        return reports
    }
}

extension ExpiredRows {
    private static let deleteSettled = """
        DELETE FROM client_reports WHERE number IN (
            SELECT number FROM client_reports WHERE task = ? AND time < ? AND state = 2 LIMIT ?)
        """

    private static let selectWaiting = """
        SELECT number FROM client_reports WHERE task = ? AND time < ? AND state < 2 AND state <= 0
        ORDER BY time, state, number LIMIT ?
        """

    private static let deleteWaitingShares = "DELETE FROM report_shares WHERE report IN (\(selectWaiting))"

    private static let deleteWaiting = "DELETE FROM client_reports WHERE number IN (\(selectWaiting))"

    private static let selectJobs = """
        SELECT number FROM aggregation_jobs AS job
        WHERE task = ? AND last_time < ? AND batch IS NULL AND lease_end <= ? AND NOT EXISTS (
            SELECT 1 FROM client_reports AS report
            WHERE report.job = job.number AND report.state = 1 AND EXISTS (
                SELECT 1 FROM (\(closedInterval(around: "report"))) WHERE end_time > report.time))
        ORDER BY last_time LIMIT ?
        """

    private static let deleteSharesOfJob = """
        DELETE FROM report_shares WHERE report IN (SELECT number FROM client_reports WHERE job = ? AND state = 1)
        """

    private static let deleteReportsOfJob = "DELETE FROM client_reports WHERE job = ? AND state = 1"

    /// A collected batch stays for the grace of its answer.
    private static let selectFilledBatches = """
        SELECT batch.number, batch.batch_id FROM leader_selected_buckets AS bucket
        JOIN leader_batches AS batch ON batch.task = bucket.task AND batch.batch_id = bucket.batch_id
        WHERE bucket.task = ? AND bucket.last_time < ? AND batch.state <> 1 AND \(hasNoOtherJob)
            AND NOT EXISTS (SELECT 1 FROM collection_jobs WHERE batch = batch.number AND (state = 0 OR due_at > ?))
        ORDER BY bucket.last_time LIMIT ?
        """

    /// Nothing of it is aggregated.
    private static let selectUnfilledBatches = """
        SELECT DISTINCT batch.number, batch.batch_id FROM aggregation_jobs AS expired
        JOIN leader_batches AS batch ON batch.number = expired.batch
        WHERE expired.task = ? AND expired.last_time < ? AND batch.state <> 1 AND \(hasNoOtherJob)
            AND NOT EXISTS (
                SELECT 1 FROM leader_selected_buckets WHERE task = batch.task AND batch_id = batch.batch_id)
        LIMIT ?
        """

    /// No job of the batch has a young report, or is worked on.
    private static let hasNoOtherJob = """
        NOT EXISTS (SELECT 1 FROM aggregation_jobs AS job
            WHERE job.batch = batch.number AND (job.last_time >= ? OR job.lease_end > ?))
        """

    private static let selectJobsOfBatch = "SELECT number FROM aggregation_jobs WHERE batch = ? LIMIT ?"

    static let deleteBucket = "DELETE FROM leader_selected_buckets WHERE task = ? AND batch_id = ?"

    private static let deleteJobWithBatch = "DELETE FROM collection_jobs WHERE batch = ?"

    private static let deleteBatch = "DELETE FROM leader_batches WHERE number = ?"

    private static let deleteEndedJobs = """
        DELETE FROM collection_jobs WHERE number IN (
            SELECT number FROM collection_jobs
            WHERE task = ? AND end_time <= ? AND state > 0 AND start_time < end_time AND due_at <= ? LIMIT ?)
        """

    private static let deleteFailedJobs = """
        DELETE FROM collection_jobs WHERE number IN (
            SELECT number FROM collection_jobs
            WHERE task = ? AND due_at < ? AND state > 0 AND start_time >= end_time AND batch IS NULL LIMIT ?)
        """
}
