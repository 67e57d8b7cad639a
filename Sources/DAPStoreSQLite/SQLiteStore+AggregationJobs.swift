public import DAPMessages
public import DAPRoles
import Foundation
import GRDB

extension SQLiteStore: LeaderAggregationStore {
    /// Creates jobs. A minimum or a target below 1 counts as 1, and a maximum above `LeaderLimits.reportsPerJob` as that.
    /// A batch that the helper has refused reports for as collected, or whose collection job was deleted, takes no more,
    /// whatever room it has.
    public func createAggregationJobs(
        task taskID: TaskID, minimumSize: Int, maximumSize: Int, uploadedBefore: UInt64, filling: BatchFilling?,
        now: UInt64
    ) async throws -> Int {
        guard let task = try await knownNumber(of: taskID, as: .leader) else { return 0 }
        let creation = AggregationJobCreation(
            task: task, minimumSize: min(max(1, minimumSize), Int(Int32.max)),
            maximumSize: min(max(1, maximumSize), LeaderLimits.reportsPerJob),
            uploadedBefore: uploadedBefore.storedSeconds, filling: filling, now: now.storedSeconds)
        return try await pool.write { db in try creation.run(db) }
    }

    /// Leases the job that has been due longest. One that cannot be read is under the lease all the same, so that the next
    /// call gets another.
    public func leaseAggregationJob(now: UInt64, leaseEnd: UInt64) async throws -> AggregationJobWork? {
        try await pool.write { db in
            Result { try AggregationJobRow.leaseDue(now: now.storedSeconds, leaseEnd: leaseEnd.storedSeconds, db) }
        }.get()
    }

    /// Fixes the job's report list. A list that is fixed stays as it is: the call returns true and changes nothing.
    public func prepareAggregationJob(_ lease: JobLease, rejected: [ReportID: ReportError]) async throws -> Bool {
        try await pool.write { db in
            guard let job = try AggregationJobRow(lease, db) else { return false }
            if job.isPrepared { return true }
            try job.reject(rejected)
            try job.settleRejected()
            if try job.reportCount() == 0 {
                try job.delete()
            } else {
                try job.markPrepared()
            }
            return true
        }
    }

    /// Finishes a job. Additions to a collected bucket are dropped, and the job's reports in it are recorded as
    /// `batch_collected`; a report both rejected and returned is rejected.
    public func finishAggregationJob(
        _ lease: JobLease, additions: [BatchBucket], rejected: [ReportID: ReportError], returned: [ReportID],
        now: UInt64, merge: AggregateShareMerge
    ) async throws -> Bool {
        try await pool.write { db in
            guard let job = try AggregationJobRow(lease, db) else { return false }
            try job.leaveBatch()
            try job.reject(rejected)
            try job.rest(returned, now: now.storedSeconds)
            for addition in additions { try job.add(addition, merge: merge) }
            if let batch = job.batch, rejected.values.contains(.batchCollected) {
                try LeaderBatches.seal(batch, db)
            }
            try job.settleAll()
            try job.delete()
            return true
        }
    }

    /// Ends the lease.
    public func releaseAggregationJob(_ lease: JobLease, dueAt: UInt64, location: String?) async throws {
        try await pool.write { db in
            try db.cachedStatement(sql: AggregationJobRow.release)
                .execute(arguments: [dueAt.storedSeconds, location, lease.job, lease.token])
        }
    }

    /// Takes a refused job apart.
    public func dissolveAggregationJob(_ lease: JobLease, now: UInt64) async throws -> Bool {
        try await pool.write { db in
            guard let job = try AggregationJobRow(lease, db) else { return false }
            try job.leaveBatch()
            if try job.isCulprit() {
                try job.rejectAll(.reportDropped)
                try job.settleAll()
            } else {
                try job.restRefused(now: now.storedSeconds)
            }
            try job.delete()
            return true
        }
    }
}
