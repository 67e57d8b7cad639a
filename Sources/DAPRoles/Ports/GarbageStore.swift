public import DAPMessages
public import VDAF

/// What an aggregator's store forgets in time. Every method is one transaction and safe to call concurrently.
public protocol GarbageStore: Sendable {
    /// Deletes some of what belongs to a task's expired units of time, those before `expiry`: reports with their shares and
    /// IDs, aggregation jobs and responses all of whose reports have expired, batch buckets, leader-selected batches
    /// whose last report has expired, collection jobs and aggregate shares of such batches and intervals, failed
    /// deferred requests that were due before `dueBefore`.
    ///
    /// What it deletes, `ReportAgeRule` keeps out for good: no report of an expired unit is taken again. Work under a
    /// lease that has not ended is left alone, and so is a batch that is closed on behalf of an unfinished job.
    ///
    /// - Parameters:
    ///   - now: POSIX seconds, for the leases.
    ///   - limit: about how many rows to delete at most.
    /// - Returns: how many rows were deleted; 0 when nothing is left to delete.
    func deleteExpired(
        task: TaskID, role: AggregatorRole, before expiry: Time, dueBefore: UInt64, now: UInt64, limit: Int
    ) async throws -> Int
}
