public import DAPMessages
public import DAPRoles
import Foundation
import GRDB

extension SQLiteStore: LeaderCollectionStore {
    /// Creates a collection job, finds it, or starts it anew.
    public func createCollectionJob(
        task taskID: TaskID, candidateID: CollectionJobID, request: [UInt8], interval: Interval, now: UInt64
    ) async throws -> CollectionJobCreation {
        let task = try await number(of: taskID, as: .leader)
        let encodedInterval = Data(try interval.encoded())
        return try await pool.write { db in
            let existing = try CollectionJobRow.find(request: request, task: task, db)
            if let existing, !existing.state.isFailed { return .job(existing.id, existing.state) }
            if try BatchIntervals.collected.overlap(StoredInterval(interval), task: task, db) { return .overlap }
            guard try CollectionJobRow.countUnfinished(task: task, db) < LeaderLimits.unfinishedCollectionJobs else {
                return .tooMany
            }
            if let existing {
                try db.cachedStatement(sql: CollectionJobRow.restart)
                    .execute(arguments: [now.storedSeconds, task, Data(existing.id.bytes)])
                return .job(existing.id, .pending)
            }
            let stored = StoredInterval(interval)
            try db.cachedStatement(sql: CollectionJobRow.insert).execute(
                arguments: [
                    task, Data(candidateID.bytes), Data(request), encodedInterval, stored.start, stored.end,
                    now.storedSeconds,
                ])
            return .job(candidateID, .pending)
        }
    }

    /// The state of a job.
    public func collectionJob(task taskID: TaskID, id: CollectionJobID) async throws -> CollectionJobState? {
        guard let task = try await knownNumber(of: taskID, as: .leader) else { return nil }
        return try await pool.read { db in try CollectionJobRow.find(id: id, task: task, db)?.state }
    }

    /// Leases the job that has been due longest.
    public func leaseCollectionJob(now: UInt64, leaseEnd: UInt64) async throws -> CollectionJobWork? {
        try await pool.write { db in
            let select = try db.cachedStatement(sql: CollectionJobRow.selectDue)
            guard let due = try Row.fetchOne(select, arguments: [now.storedSeconds, now.storedSeconds]) else {
                return nil
            }
            let lease = JobLease(
                job: try due.value(0), token: try LeaseToken.next(db), attempt: try due.value(1, as: Int.self) + 1)
            try db.cachedStatement(sql: CollectionJobRow.lease)
                .execute(arguments: [leaseEnd.storedSeconds, lease.token, lease.job])
            return CollectionJobWork(
                lease: lease, taskID: try TaskID(due.bytes(5)), request: try due.bytes(2),
                interval: try Interval(decoding: due.bytes(3)), isClosed: try due.value(4))
        }
    }

    /// How far the reports of an interval have come.
    public func batchProgress(task taskID: TaskID, interval: Interval) async throws -> BatchProgress {
        guard let task = try await knownNumber(of: taskID, as: .leader) else {
            return BatchProgress(aggregated: 0, pending: 0)
        }
        let stored = StoredInterval(interval)
        return try await pool.read { db in
            let statement = try db.cachedStatement(sql: CollectionJobRow.countPending)
            let pending = try Row.fetchOne(statement, arguments: [task, stored.start, stored.end])?.unsigned(0)
            return BatchProgress(
                aggregated: try BatchBuckets(task: task, db: db).reportCount(within: stored), pending: pending ?? 0)
        }
    }

    /// Closes the job's interval. Where parts of it are closed and other parts collected, the latter is told.
    public func closeBatch(_ lease: JobLease) async throws -> BatchClosing {
        try await pool.write { db in
            guard let job = try CollectionJobRow.Leased(lease, db) else { return .leaseLost }
            if job.isClosed { return .closed }
            if try BatchIntervals.collected.overlap(job.interval, task: job.task, db) { return .collectedByAnother }
            if try BatchIntervals.closed.overlap(job.interval, task: job.task, db) { return .closedByAnother }
            try db.cachedStatement(sql: "UPDATE collection_jobs SET is_closed = 1 WHERE number = ?")
                .execute(arguments: [lease.job])
            return .closed
        }
    }

    /// The non-empty buckets within an interval.
    public func buckets(task taskID: TaskID, interval: Interval) async throws -> [BatchBucket] {
        guard let task = try await knownNumber(of: taskID, as: .leader) else { return [] }
        return try await pool.read { db in
            try BatchBuckets(task: task, db: db).within(StoredInterval(interval))
        }
    }

    /// Finishes a job.
    public func finishCollectionJob(
        _ lease: JobLease, answer: @Sendable ([BatchBucket]) throws -> [UInt8]
    ) async throws -> Bool {
        try await pool.write { db in
            guard let job = try CollectionJobRow.Leased(lease, db), job.isClosed else { return false }
            let isPending = try Bool.fetchOne(
                db.cachedStatement(sql: CollectionJobRow.existsPending),
                arguments: [job.task, job.interval.start, job.interval.end])
            if isPending == true { return false }
            let response = try answer(BatchBuckets(task: job.task, db: db).within(job.interval))
            try db.cachedStatement(sql: CollectionJobRow.finish).execute(arguments: [Data(response), lease.job])
            return true
        }
    }

    /// Fails a job and opens its batch.
    public func failCollectionJob(_ lease: JobLease, problem: StoredProblem) async throws {
        try await pool.write { db in
            try db.cachedStatement(sql: CollectionJobRow.fail)
                .execute(arguments: [problem.type, problem.detail, lease.job, lease.token])
        }
    }

    /// Ends the lease.
    public func releaseCollectionJob(_ lease: JobLease, dueAt: UInt64) async throws {
        try await pool.write { db in
            try db.cachedStatement(sql: CollectionJobRow.release)
                .execute(arguments: [dueAt.storedSeconds, lease.job, lease.token])
        }
    }
}

extension CollectionJobState {
    /// Whether asking again starts the job anew.
    fileprivate var isFailed: Bool {
        if case .failed = self { return true }
        return false
    }
}
