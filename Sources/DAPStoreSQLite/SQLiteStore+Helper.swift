public import DAPMessages
public import DAPRoles
import Foundation
import GRDB

extension SQLiteStore: HelperStore {
    /// The stored response to an aggregation job request.
    public func aggregationJobResponse(task taskID: TaskID, id: AggregationJobID) async throws -> [UInt8]? {
        guard let task = try await knownNumber(of: taskID, as: .helper) else { return nil }
        return try await pool.read { db in try HelperRows(task: task, db: db).response(toJob: id) }
    }

    /// Looks up which reports could not be committed. A report that was seen and whose bucket is collected counts as
    /// replayed.
    public func commitErrors(task taskID: TaskID, reports: [ReportMetadata]) async throws -> [ReportError?] {
        guard let task = try await knownNumber(of: taskID, as: .helper) else { return reports.map { _ in nil } }
        return try await pool.read { db in
            let select = try db.cachedStatement(sql: HelperRows.selectSeen)
            var collected = BucketLookup(.collectedFromHelper)
            return try reports.map { report in
                if try Bool.fetchOne(select, arguments: [task, Data(report.reportID.bytes)]) == true {
                    return .reportReplayed
                }
                return try collected.contains(report.time.stored, task: task, db) ? .batchCollected : nil
            }
        }
    }

    /// Commits a whole job or nothing.
    public func commitAggregationJob(
        _ job: HelperAggregationCommit, merge: AggregateShareMerge
    ) async throws -> HelperAggregationOutcome {
        let task = try await number(of: job.taskID, as: .helper)
        return try await pool.write { db in
            let rows = HelperRows(task: task, db: db)
            if let response = try rows.response(toJob: job.id) { return .existing(response) }
            var conflicts: [ReportID: ReportError] = [:]
            try db.inSavepoint {
                conflicts = try rows.insert(job.committed)
                return conflicts.isEmpty ? .commit : .rollback
            }
            guard conflicts.isEmpty else { return .conflicts(conflicts) }
            let buckets = BatchBuckets(task: task, db: db)
            for addition in job.additions { try buckets.add(addition, merge: merge) }
            try rows.insertJob(job.id, response: job.response)
            return .committed
        }
    }

    /// The stored response to an aggregate share request.
    public func aggregateShareResponse(task taskID: TaskID, id: AggregateShareID) async throws -> [UInt8]? {
        guard let task = try await knownNumber(of: taskID, as: .helper) else { return nil }
        return try await pool.read { db in try HelperRows(task: task, db: db).response(toShare: id) }
    }

    /// Collects a batch.
    public func collectBatch(
        task taskID: TaskID, id: AggregateShareID, interval: Interval,
        answer: @Sendable ([BatchBucket]) throws -> [UInt8]
    ) async throws -> HelperCollectionOutcome {
        let task = try await number(of: taskID, as: .helper)
        let interval = StoredInterval(interval)
        return try await pool.write { db in
            let rows = HelperRows(task: task, db: db)
            if let response = try rows.response(toShare: id) { return .existing(response) }
            if try BatchIntervals.collectedFromHelper.overlap(interval, task: task, db) { return .overlap }
            let response = try answer(BatchBuckets(task: task, db: db).within(interval))
            try rows.insertShare(id, interval: interval, response: response)
            return .collected(response)
        }
    }
}

/// A helper's rows of one task inside a transaction.
private struct HelperRows {
    let task: Int64
    let db: Database

    func response(toJob id: AggregationJobID) throws -> [UInt8]? {
        try Row.fetchOne(db.cachedStatement(sql: Self.selectJob), arguments: [task, Data(id.bytes)])?.bytes(0)
    }

    func response(toShare id: AggregateShareID) throws -> [UInt8]? {
        try Row.fetchOne(db.cachedStatement(sql: Self.selectShare), arguments: [task, Data(id.bytes)])?.bytes(0)
    }

    /// Inserts the reports that can be committed.
    ///
    /// - Returns: the others.
    func insert(_ reports: [ReportMetadata]) throws -> [ReportID: ReportError] {
        let insert = try db.cachedStatement(sql: Self.insertReport)
        var collected = BucketLookup(.collectedFromHelper)
        var conflicts: [ReportID: ReportError] = [:]
        for report in reports {
            let time = try report.time.stored
            try insert.execute(arguments: [task, Data(report.reportID.bytes), time])
            if db.changesCount == 0 {
                conflicts[report.reportID] = .reportReplayed
            } else if try collected.contains(time, task: task, db) {
                conflicts[report.reportID] = .batchCollected
            }
        }
        return conflicts
    }

    func insertJob(_ id: AggregationJobID, response: [UInt8]) throws {
        try db.cachedStatement(sql: Self.insertJob).execute(arguments: [task, Data(id.bytes), Data(response)])
    }

    func insertShare(_ id: AggregateShareID, interval: StoredInterval, response: [UInt8]) throws {
        try db.cachedStatement(sql: Self.insertShare)
            .execute(arguments: [task, Data(id.bytes), interval.start, interval.end, Data(response)])
    }

    static let selectSeen = "SELECT EXISTS (SELECT 1 FROM helper_reports WHERE task = ? AND report_id = ?)"

    private static let selectJob = "SELECT response FROM helper_aggregation_jobs WHERE task = ? AND job_id = ?"

    private static let selectShare = "SELECT response FROM helper_aggregate_shares WHERE task = ? AND share_id = ?"

    private static let insertReport = """
        INSERT INTO helper_reports (task, report_id, time) VALUES (?, ?, ?) ON CONFLICT DO NOTHING
        """

    private static let insertJob = "INSERT INTO helper_aggregation_jobs (task, job_id, response) VALUES (?, ?, ?)"

    private static let insertShare = """
        INSERT INTO helper_aggregate_shares (task, share_id, start_time, end_time, response) VALUES (?, ?, ?, ?, ?)
        """
}
