import DAPMessages
import DAPRoles
import Foundation
import GRDB

/// A collection job under a lease inside a transaction, and what can become of it.
struct LeasedCollectionJob {
    let number: Int64
    let task: Int64
    let query: Query
    /// The batch that is closed on behalf of the job.
    let batch: BatchSelector?
    /// Its number, when it is leader-selected.
    private let batchNumber: Int64?
    private let db: Database

    /// The job, or nil when the lease was lost or the job is done.
    init?(_ lease: JobLease, _ db: Database) throws {
        let statement = try db.cachedStatement(sql: Self.selectLeased)
        guard let row = try Row.fetchOne(statement, arguments: [lease.job, lease.token]) else { return nil }
        number = lease.job
        task = try row.value(0)
        query = try Query(storedInterval: row.bytes(1))
        batch = try BatchSelector(closedFor: query, row.value(2), batchID: row.bytes(3))
        batchNumber = try row.optional(4)
        self.db = db
    }

    /// Leases the unfinished job that has been due longest.
    ///
    /// - Parameters:
    ///   - now: POSIX seconds, as is `leaseEnd`.
    static func takeDue(now: Int64, leaseEnd: Int64, _ db: Database) throws -> CollectionJobWork? {
        let select = try db.cachedStatement(sql: selectDue)
        guard let due = try Row.fetchOne(select, arguments: [now, now]) else { return nil }
        let lease = JobLease(
            job: try due.value(0), token: try LeaseToken.next(db), attempt: try due.value(1, as: Int.self) + 1)
        try db.cachedStatement(sql: Self.lease).execute(arguments: [leaseEnd, lease.token, lease.job])
        let query = try Query(storedInterval: due.bytes(3))
        return CollectionJobWork(
            lease: lease, taskID: try TaskID(due.bytes(7)), request: try due.bytes(2), query: query,
            batch: try BatchSelector(closedFor: query, due.value(4), batchID: due.bytes(5)),
            location: try due.optional(6))
    }

    /// Closes a batch for the job, which has none.
    func close(_ choice: BatchChoice) throws -> BatchClosing {
        switch query {
        case .timeInterval(let config):
            let interval = StoredInterval(config.batchInterval)
            if try BatchIntervals.collected.overlap(interval, task: task, db) { return .collectedByAnother }
            if try ForgottenTimes(task: task, db: db).contain(interval.start) { return .expired }
            if try BatchIntervals.closed.overlap(interval, task: task, db) { return .closedByAnother }
            try markClosed(batch: nil)
            return .closed(
                .timeInterval(TimeIntervalBatchSelectorConfig(batchInterval: config.batchInterval)))
        case .leaderSelected:
            guard let batch = try LeaderBatches(task: task, db: db).choose(choice) else { return .noBatch }
            try LeaderBatches.close(batch.number, db)
            try markClosed(batch: batch.number)
            return .closed(.leaderSelected(LeaderSelectedBatchSelectorConfig(batchID: batch.id)))
        }
    }

    /// Whether reports of a closed batch are still to be aggregated.
    func hasPending(_ batch: BatchSelector) throws -> Bool {
        switch batch {
        case .timeInterval(let config):
            return try PendingReports(task: task, db: db).exist(in: config.batchInterval)
        case .leaderSelected:
            guard let batchNumber else { throw SQLiteStoreError(.corrupt, "a closed batch has no number") }
            return try LeaderBatches.hasJobs(batchNumber, db)
        }
    }

    /// What is in the closed batch, and what an account says about its release; nil when no batch is closed.
    func content(_ account: PrivacyAccount?) throws -> ReleasableBatch? {
        guard let batch else { return nil }
        let buckets = try BatchBuckets(task: task, db: db).of(batch)
        let statement = try PrivacyDebits(db: db).statement(account, of: buckets, without: number)
        return ReleasableBatch(buckets: buckets, statement: statement)
    }

    /// Stores the answer with its debit, and marks the closed batch collected.
    func finish(_ release: BatchRelease) throws {
        if let batchNumber { try LeaderBatches.collect(batchNumber, db) }
        try db.cachedStatement(sql: Self.finish).execute(arguments: [Data(release.response), number])
        try PrivacyDebits.endReservation(of: number, db)
        if let debit = release.debit { try PrivacyDebits(db: db).insert(debit) }
        if let batch { try BatchBuckets(task: task, db: db).eraseShares(of: batch) }
    }

    /// Fails the job, opens its batch and ends its reservation.
    func fail(_ problem: StoredProblem) throws {
        try PrivacyDebits.endReservation(of: number, db)
        if let batchNumber {
            try LeaderBatches.reopen(batchNumber, db)
            try LeaderBatches.countFailure(batchNumber, db)
        }
        try db.cachedStatement(sql: Self.fail).execute(arguments: [problem.type, problem.detail, number])
    }

    /// Opens a leader-selected batch, to reports too; the job keeps its lease.
    func reopenBatch() throws {
        guard let batchNumber else { return }
        try PrivacyDebits.endReservation(of: number, db)
        try LeaderBatches.reopen(batchNumber, db)
        try LeaderBatches.unseal(batchNumber, db)
        try db.cachedStatement(sql: Self.letGo).execute(arguments: [number])
    }

    private func markClosed(batch: Int64?) throws {
        try db.cachedStatement(sql: "UPDATE collection_jobs SET is_closed = 1, batch = ? WHERE number = ?")
            .execute(arguments: [batch, number])
    }
}

extension BatchSelector {
    /// The batch that is closed on behalf of a job, if one is.
    fileprivate init?(closedFor query: Query, _ isClosed: Bool, batchID: [UInt8]) throws {
        guard isClosed else { return nil }
        switch query {
        case .timeInterval(let config):
            self = .timeInterval(TimeIntervalBatchSelectorConfig(batchInterval: config.batchInterval))
        case .leaderSelected:
            self = .leaderSelected(LeaderSelectedBatchSelectorConfig(batchID: try BatchID(batchID)))
        }
    }
}

extension LeasedCollectionJob {
    private static let selectDue = """
        SELECT job.number, job.attempts, job.request, job.interval, job.is_closed, batch.batch_id, job.location,
            tasks.task_id
        FROM collection_jobs AS job JOIN tasks ON tasks.number = job.task
        LEFT JOIN leader_batches AS batch ON batch.number = job.batch
        WHERE job.state = 0 AND job.due_at <= ? AND job.lease_end <= ? ORDER BY job.due_at, job.number LIMIT 1
        """

    private static let lease = """
        UPDATE collection_jobs SET lease_end = ?, lease_token = ?, attempts = attempts + 1 WHERE number = ?
        """

    private static let selectLeased = """
        SELECT job.task, job.interval, job.is_closed, batch.batch_id, job.batch FROM collection_jobs AS job
        LEFT JOIN leader_batches AS batch ON batch.number = job.batch
        WHERE job.number = ? AND job.lease_token = ?
        """

    private static let finish = """
        UPDATE collection_jobs SET state = 1, response = ?, location = NULL, lease_end = 0, lease_token = NULL
        WHERE number = ?
        """

    private static let fail = """
        UPDATE collection_jobs SET state = 2, is_closed = 0, batch = NULL, problem_type = ?, problem_detail = ?,
            location = NULL, lease_end = 0, lease_token = NULL
        WHERE number = ?
        """

    private static let letGo = """
        UPDATE collection_jobs SET is_closed = 0, batch = NULL, location = NULL WHERE number = ?
        """

    static let release = """
        UPDATE collection_jobs SET due_at = ?, location = ?, lease_end = 0, lease_token = NULL
        WHERE number = ? AND lease_token = ?
        """
}
