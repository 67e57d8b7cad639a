import DAPMessages
import DAPRoles
import Foundation
import GRDB

/// What a helper forgets.
extension ExpiredRows {
    /// The IDs of committed reports.
    mutating func deleteHelperReports() throws {
        let lists = ReportLists(task: task, db: db)
        // A first list is deleted whatever its length.
        var limit = max(left, ReportLists.listLength)
        while left > 0, let reports = try lists.deleteExpired(before: end, limit: limit) {
            count(reports + 1)
            limit = left
        }
    }

    /// Answers to aggregation jobs; in a leader-selected task they stay as long as their batch has a young report,
    /// since the leader cannot collect it without them.
    mutating func deleteAnswers() throws {
        guard left > 0 else { return }
        // Jobs from before their times were kept.
        try db.cachedStatement(sql: Self.dateAnswers).execute(arguments: [present, task, left])
        try delete(Self.deleteAnswers, [task, end, end, min(left, Self.answers)])
    }

    /// Leader-selected batches, collected or not.
    mutating func deleteHelperBatches() throws {
        let statement = try db.cachedStatement(sql: Self.selectBatches)
        for batchID in try Row.fetchAll(statement, arguments: [task, end, left]).map({ Data(try $0.bytes(0)) }) {
            try delete(Self.deleteBucket, [task, batchID])
            try db.cachedStatement(sql: Self.deleteShareOfBatch).execute(arguments: [task, batchID])
            count(db.changesCount)
        }
    }

    /// Aggregate shares of intervals.
    mutating func deleteAggregateShares() throws {
        try delete(Self.deleteShares, [task, end, end, left])
    }

    /// Requests that were answered by a problem.
    mutating func deleteFailedRequests() throws {
        try delete(Self.deleteRequests, [task, dueBefore, left])
    }

    private static let dateAnswers = """
        UPDATE helper_aggregation_jobs SET last_time = ? WHERE number IN (
            SELECT number FROM helper_aggregation_jobs WHERE task = ? AND last_time IS NULL LIMIT ?)
        """

    private static let deleteAnswers = """
        DELETE FROM helper_aggregation_jobs WHERE number IN (
            SELECT number FROM helper_aggregation_jobs AS job
            WHERE task = ? AND last_time < ? AND NOT EXISTS (
                SELECT 1 FROM leader_selected_buckets AS bucket
                WHERE bucket.task = job.task AND bucket.batch_id = job.batch_id AND bucket.last_time >= ?)
            LIMIT ?)
        """

    private static let selectBatches = """
        SELECT batch_id FROM leader_selected_buckets WHERE task = ? AND last_time < ? ORDER BY last_time LIMIT ?
        """

    private static let deleteShareOfBatch = "DELETE FROM helper_aggregate_shares WHERE task = ? AND batch_id = ?"

    /// Intervals do not overlap, so in the order of their starts their ends are in order too.
    private static let deleteShares = """
        DELETE FROM helper_aggregate_shares WHERE number IN (
            SELECT number FROM helper_aggregate_shares
            WHERE task = ? AND start_time < ? AND start_time < end_time AND end_time <= ? LIMIT ?)
        """

    private static let deleteRequests = """
        DELETE FROM deferred_requests WHERE number IN (
            SELECT number FROM deferred_requests WHERE task = ? AND due_at < ? AND state = 2 LIMIT ?)
        """
}
