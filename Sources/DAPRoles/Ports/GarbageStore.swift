public import DAPMessages
public import VDAF

/// What an aggregator's store forgets in time.
public protocol GarbageStore: Sendable {
    /// Deletes some of what has expired of a task, in one transaction, and takes nothing for it any more: from the
    /// first call on, for ever and whatever later calls say, `insertReports` and `commitAggregationJob` refuse reports
    /// of expired units of time, and no interval with one of them is closed or collected that is not already. So a
    /// report ID and the mark of a collected interval can go, although a clock goes wrong or a retention is made
    /// longer.
    ///
    /// What goes:
    /// - reports of expired units, aggregated or not, with their shares and IDs; those in an aggregation job go with
    ///   it, when all reports of the job have expired;
    /// - answers to aggregation jobs when all of their reports have expired, in a leader-selected task those of their
    ///   batch too;
    /// - a time-interval task's buckets of expired units; collection jobs and aggregate shares when their whole
    ///   interval has expired;
    /// - a leader-selected batch with its bucket and what collected it, when all of its reports have expired;
    /// - failed jobs and requests without an interval that were due before `TaskExpiry.dueBefore`.
    ///
    /// What stays: what somebody has a lease on that has not ended; the buckets and the jobs of a batch that is closed
    /// on behalf of an unfinished collection job; a collection job's answer for `GarbageLimits.answerGrace`.
    ///
    /// - Parameters:
    ///   - role: which of the two aggregators forgets.
    ///   - limit: about how many rows to delete at most.
    /// - Returns: what was deleted; nothing when nothing is left to delete.
    func deleteExpired(
        task: TaskID, role: AggregatorRole, _ expiry: TaskExpiry, limit: Int
    ) async throws -> GarbageCount
}

/// What has expired of a task at a moment.
public struct TaskExpiry: Sendable, Equatable {
    /// The first unit of time that has not expired.
    public let units: Time
    /// The unit of time that the moment is in.
    public let present: Time
    /// POSIX seconds: what has no unit of time has expired if it was due before.
    public let dueBefore: UInt64
    /// The moment, in POSIX seconds.
    public let now: UInt64

    /// Two ends and a moment.
    public init(units: Time, present: Time, dueBefore: UInt64, now: UInt64) {
        self.units = units
        self.present = present
        self.dueBefore = dueBefore
        self.now = now
    }

    /// What has expired by the task's retention.
    package init(of task: AggregatorTask, now: UInt64) {
        self.init(
            units: ReportAgeRule.expiry(task: task, now: now),
            present: Time(posixSeconds: now, precision: task.configuration.timePrecision),
            dueBefore: now - min(now, task.reportRetention), now: now)
    }
}

/// What was deleted.
public struct GarbageCount: Sendable, Equatable {
    /// Rows of whatever kind, the reports included.
    public var rows: Int
    /// Reports that were acknowledged and neither aggregated nor rejected.
    public var unaggregatedReports: Int

    /// A number of rows.
    public init(rows: Int = 0, unaggregatedReports: Int = 0) {
        self.rows = rows
        self.unaggregatedReports = unaggregatedReports
    }
}

/// Named limits of what is forgotten.
public enum GarbageLimits {
    /// Seconds that a finished collection job stays at least since it was due: its answer may be on the way.
    public static let answerGrace: UInt64 = 3600
}
