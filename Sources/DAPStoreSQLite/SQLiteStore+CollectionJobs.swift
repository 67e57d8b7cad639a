public import DAPMessages
public import DAPRoles
public import DifferentialPrivacy
import GRDB

extension SQLiteStore: LeaderCollectionStore {
    /// Creates a collection job, finds it, or starts it anew.
    public func createCollectionJob(
        task taskID: TaskID, candidateID: CollectionJobID, request: [UInt8], query: Query, now: UInt64
    ) async throws -> CollectionJobCreation {
        let task = try await number(of: taskID, as: .leader)
        let creation: CollectionJobCreation = try await pool.write { db in
            let existing = try CollectionJobRow.find(request: request, task: task, db)
            if let existing, !existing.state.isFailed { return .job(existing.id, existing.state) }
            let interval = query.interval.map(StoredInterval.init)
            if let interval, try BatchIntervals.collected.overlap(interval, task: task, db) { return .overlap }
            guard try CollectionJobRow.countUnfinished(task: task, db) < LeaderLimits.unfinishedCollectionJobs else {
                return .tooMany
            }
            if let existing {
                try existing.restart(now: now.storedSeconds, db)
                return .job(existing.id, .pending)
            }
            try CollectionJobRow.insert(
                candidateID, request: request, query: query, task: task, now: now.storedSeconds, db)
            return .job(candidateID, .pending)
        }
        try await settleReleases()
        return creation
    }

    /// The state of a job.
    public func collectionJob(task taskID: TaskID, id: CollectionJobID) async throws -> CollectionJobState? {
        guard let task = try await knownNumber(of: taskID, as: .leader) else { return nil }
        let state = try await pool.read { db in try CollectionJobRow.find(id: id, task: task, db)?.state }
        try await settleReleases()
        return state
    }

    /// Forgets a job.
    public func deleteCollectionJob(task taskID: TaskID, id: CollectionJobID) async throws -> Bool {
        guard let task = try await knownNumber(of: taskID, as: .leader) else { return false }
        return try await pool.write { db in
            guard let job = try CollectionJobRow.find(id: id, task: task, db) else { return false }
            try job.delete(db)
            return true
        }
    }

    /// Leases the job that has been due longest.
    public func leaseCollectionJob(now: UInt64, leaseEnd: UInt64) async throws -> CollectionJobWork? {
        try await pool.write { db in
            Result { try LeasedCollectionJob.takeDue(now: now.storedSeconds, leaseEnd: leaseEnd.storedSeconds, db) }
        }.get()
    }

    /// How far the reports of a batch have come. Of a leader-selected batch those in its unfinished jobs are pending: one
    /// that waits for a job, or rests, is in no batch.
    public func batchProgress(task taskID: TaskID, batch: BatchSelector) async throws -> BatchProgress {
        guard let task = try await knownNumber(of: taskID, as: .leader) else {
            return BatchProgress(aggregated: 0, pending: 0)
        }
        return try await pool.read { db in
            let pending =
                switch batch {
                case .timeInterval(let config): try PendingReports(task: task, db: db).count(in: config.batchInterval)
                case .leaderSelected(let config): try LeaderBatches(task: task, db: db).pendingReports(config.batchID)
                }
            return BatchProgress(
                aggregated: try BatchBuckets(task: task, db: db).reportCount(of: batch), pending: pending)
        }
    }

    /// Closes a batch for the job. Where parts of an interval are closed and other parts collected, the latter is told.
    public func closeBatch(_ lease: JobLease, choice: BatchChoice) async throws -> BatchClosing {
        try await beginReleaseEpoch()
        return try await pool.write { db in
            guard let job = try LeasedCollectionJob(lease, db) else { return .leaseLost }
            if let batch = job.batch { return .closed(batch) }
            let closing = try job.close(choice)
            if case .closed = closing { try ReleaseLedger(db: db).number(releaseOf: job.task) }
            return closing
        }
    }

    /// The non-empty buckets of a batch.
    public func buckets(task taskID: TaskID, batch: BatchSelector) async throws -> [BatchBucket] {
        guard let task = try await knownNumber(of: taskID, as: .leader) else { return [] }
        return try await pool.read { db in try BatchBuckets(task: task, db: db).of(batch) }
    }

    /// Reserves what a job's release costs.
    public func reserveRelease(
        _ lease: JobLease, account: PrivacyAccount, reserve: @Sendable (ReleasableBatch) throws -> PrivacyDebit
    ) async throws -> [BatchBucket]? {
        try await pool.write { db in
            guard let job = try LeasedCollectionJob(lease, db), let content = try job.content(account) else {
                return nil
            }
            try PrivacyDebits(db: db).reserve(reserve(content), for: job.number)
            return content.buckets
        }
    }

    /// Finishes a job.
    public func finishCollectionJob(
        _ lease: JobLease, account: PrivacyAccount?, answer: @Sendable (ReleasableBatch) throws -> BatchRelease
    ) async throws -> Bool {
        let isFinished = try await pool.write { db in
            guard let job = try LeasedCollectionJob(lease, db), let batch = job.batch, try !job.hasPending(batch),
                let content = try job.content(account)
            else { return false }
            try job.finish(answer(content))
            try ReleaseLedger(db: db).countRelease()
            self.releaseIsComing()
            return true
        }
        try await settleReleases()
        return isFinished
    }

    /// Fails a job and opens its batch.
    public func failCollectionJob(_ lease: JobLease, problem: StoredProblem) async throws {
        try await pool.write { db in try LeasedCollectionJob(lease, db)?.fail(problem) }
    }

    /// Opens the batch of a leader-selected job; the lease stays. An interval stays closed.
    public func reopenBatch(_ lease: JobLease) async throws {
        try await pool.write { db in try LeasedCollectionJob(lease, db)?.reopenBatch() }
    }

    /// Ends the lease.
    public func releaseCollectionJob(_ lease: JobLease, dueAt: UInt64, location: String?) async throws {
        try await pool.write { db in
            try db.cachedStatement(sql: LeasedCollectionJob.release)
                .execute(arguments: [dueAt.storedSeconds, location, lease.job, lease.token])
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
